/** The driver of scales: listens to one, or asks it, and tells what it shows. */
import type { Driver, StateItem } from "../driver.ts";
import { Gatherer } from "../gatherer.ts";
import type { ByteLine } from "../serial/byte_line.ts";
import { NoiseTally } from "../serial/noise_tally.ts";
import { openByteLine } from "../serial/open_byte_line.ts";
import { lineOf } from "../serial/settings.ts";
import { isDue } from "../told_state.ts";
import { formatOf } from "./formats.ts";
import { FrameStream } from "./frame.ts";
import { type Health, LineHealth } from "./line_health.ts";
import { platformOf, type ScaleDevice, type ScaleSettings, scaleSettings } from "./settings.ts";
import { Weighing } from "./weighing.ts";

/** How often is looked whether it is silent. */
const LOOK_MS = 250;

export const scale: Driver<ScaleSettings> = {
  kind: "scale",
  settings: scaleSettings,
  async *run(settings, signal) {
    const [device] = settings.devices;
    const gatherer = new Gatherer();
    await using line = await openByteLine(lineOf(settings.connection, device.profile.serial));
    gatherer.put({ kind: "line", detail: `connected to ${line.address}` });
    line.broken.catch((error) => gatherer.fail(error));
    const watched = new Watched(device, gatherer);
    line.listen((bytes) => watched.came(bytes, performance.now()));
    using _timers = timers(line, watched, gatherer);
    yield* gatherer.run(signal);
  },
};

function timers(line: ByteLine, watched: Watched, gatherer: Gatherer): Disposable {
  const { profile, intervalSeconds } = watched.device;
  const intervalMs = (intervalSeconds ?? profile.intervalSeconds) * 1000;
  const running = [
    setInterval(() => watched.look(performance.now()), LOOK_MS),
    setInterval(() => watched.tell(), intervalMs),
  ];
  const { request } = profile;
  if (request !== undefined) {
    const bytes = Uint8Array.fromHex(request.hex.replaceAll(" ", ""));
    // A write that hangs is not followed by others: nothing is queued for a dead line.
    let writing = false;
    running.push(setInterval(() => {
      if (writing) return;
      writing = true;
      line.write(bytes).then(() => writing = false, (error) => gatherer.fail(error));
    }, request.everyMs));
  }
  return { [Symbol.dispose]: () => running.forEach((timer) => clearInterval(timer)) };
}

/** A scale and how it has been doing. */
export class Watched {
  readonly device: ScaleDevice;
  readonly #gatherer: Gatherer;
  readonly #stream: FrameStream;
  readonly #weighing: Weighing;
  readonly #health: LineHealth;
  readonly #noise = new NoiseTally();
  /** Frames that came over sound and that this scale cannot show. */
  #wrong = 0;
  #discarded = 0;
  #told: StateItem | undefined;
  /** Of what was told, which frame was the last: none is told twice, as if it were of now. */
  #toldMs = -Infinity;
  /** Items that are not on disk yet. */
  #storing = 0;
  /** The last could not be stored, for want of room. */
  #unstored = false;
  /** What was not told, or not stored, since it was last said to be online. */
  #skipped = 0;

  constructor(device: ScaleDevice, gatherer: Gatherer) {
    this.device = device;
    this.#gatherer = gatherer;
    this.#stream = new FrameStream(formatOf(device.profile.format));
    this.#weighing = new Weighing(platformOf(device));
    this.#health = new LineHealth(device.profile.silentSeconds * 1000, performance.now());
  }

  /** A weight that has become stable is told at once. */
  came(bytes: Uint8Array, nowMs: number): void {
    let frames = 0;
    for (const frame of this.#stream.feed(bytes)) {
      const taken = this.#weighing.take(frame, nowMs);
      if (taken === "implausible") this.#wrong++;
      else frames++;
      if (taken === "weighed") this.#put();
    }
    const before = this.#discarded;
    this.#discarded = this.#wrong + this.#stream.discarded.frames;
    this.#health.came({ frames, wrong: this.#discarded - before }, nowMs);
  }

  /** What it shows, at the device's interval. */
  tell(): void {
    if (this.#weighing.displayedMs <= this.#toldMs) return;
    if (this.#storing > 0) return this.#skip("the values before are not stored yet");
    this.#put();
  }

  look(nowMs: number): void {
    const { bytes, frames } = this.#stream.discarded;
    // Of what began like a frame and was none, one byte is passed over.
    const heard = this.#noise.due(bytes + frames, nowMs);
    if (heard !== null) this.#gatherer.put(heard);
    const health = this.#health.at(nowMs);
    if (health === null) return;
    if (health.state === "online" && (this.#unstored || this.#storing > 0)) return;
    const missing = this.#skipped === 0 ? "" : `; not told before that: ${this.#skipped}`;
    if (this.#tellState({ ...health, reason: health.reason + missing }, nowMs)) this.#skipped = 0;
  }

  #put(): void {
    if (this.#gatherer.full) return this.#skip("nothing could be stored for a while");
    const receivedMs = this.#weighing.displayedMs;
    this.#toldMs = receivedMs;
    this.#storing++;
    this.#gatherer.put({
      kind: "reading",
      device: this.device.id,
      readings: this.#weighing.readings(this.#discarded),
      deviceMs: null,
      receivedMs,
      identity: null,
      possibleDuplicate: false,
    }, (outcome) => {
      this.#storing--;
      this.#unstored = outcome.kind === "unavailable";
      if (outcome.kind === "unavailable") this.#skip(`values were not stored: ${outcome.reason}`);
    });
  }

  #skip(reason: string): void {
    this.#skipped++;
    this.#tellState({ state: "degraded", reason }, performance.now());
  }

  /** Returns whether it is told: what is the same is told once, what changes soon enough. */
  #tellState({ state, reason }: Health, receivedMs: number): boolean {
    const now: StateItem = { kind: "state", device: this.device.id, state, reason, receivedMs };
    if (!isDue(this.#told, now)) return false;
    this.#told = now;
    this.#gatherer.put(now);
    return true;
  }
}
