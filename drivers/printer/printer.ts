/**
 * The driver of printer ports: listens in the printer's place, or beside it, and tells each printed
 * line when it is whole. Nothing is sent: whoever prints waits for nobody.
 */
import type { Driver } from "../driver.ts";
import { Gatherer } from "../gatherer.ts";
import { openByteLine } from "../serial/open_byte_line.ts";
import { lineOf } from "../serial/settings.ts";
import { cutLines, NO_LINE } from "./line_cut.ts";
import { type PrinterSettings, printerSettings } from "./settings.ts";

/** Faster than any such printer: 24 columns at 19,200 bits a second are 80 lines. */
export const LINES_A_SECOND_MAX = 100;
/** Stands where something is missing: no grammar takes a line that ends so. */
export const MISSING = "…";

export const printer: Driver<PrinterSettings> = {
  kind: "printer",
  settings: printerSettings,
  async *run(settings, signal) {
    const [device] = settings.devices;
    const gatherer = new Gatherer();
    await using line = await openByteLine(lineOf(settings.connection, device.profile.serial));
    gatherer.put({ kind: "line", detail: `connected to ${line.address}` });
    line.broken.catch((error) => gatherer.fail(error));
    const lines = new PrintedLines(device, gatherer);
    line.listen((bytes) => lines.came(bytes, performance.now()));
    lines.tellState("online", "its port is open");
    yield* gatherer.run(signal);
  },
};

/** What comes of one port, line by line. */
export class PrintedLines {
  readonly #device: PrinterSettings["devices"][number];
  readonly #gatherer: Gatherer;
  readonly #decoder: TextDecoder;
  #cut = NO_LINE;
  /** Lines that were not told, or not stored, since the last one that was. */
  #lost = 0;
  #second = 0;
  #ofSecond = 0;

  constructor(device: PrinterSettings["devices"][number], gatherer: Gatherer) {
    this.#device = device;
    this.#gatherer = gatherer;
    this.#decoder = new TextDecoder(device.charset ?? device.profile.charset);
  }

  came(bytes: Uint8Array, nowMs: number): void {
    const { state, lines } = cutLines(this.#cut, bytes);
    this.#cut = state;
    for (const { bytes, tooLong } of lines) {
      const text = this.#decoder.decode(bytes) + (tooLong ? MISSING : "");
      if (text.trim() === "") continue;
      if (this.#gatherer.full || this.#isTooFast(nowMs)) this.#lose();
      else this.#tell(text, nowMs);
    }
  }

  tellState(state: "online" | "degraded", reason: string): void {
    const receivedMs = performance.now();
    this.#gatherer.put({ kind: "state", device: this.#device.id, state, reason, receivedMs });
  }

  /** Behind a gap a line says that it was one: what is missing is never taken for whole. */
  #tell(text: string, receivedMs: number): void {
    if (this.#lost > 0) {
      const lost = this.#lost;
      this.#lost = 0;
      this.#put(MISSING, receivedMs);
      this.tellState("online", `lines come again; not stored before that: ${lost}`);
    }
    this.#put(text, receivedMs);
  }

  #put(value: string, receivedMs: number): void {
    const { id, profile } = this.#device;
    const { point } = profile.points[0];
    this.#gatherer.put({
      ...{ kind: "reading", device: id, deviceMs: null, receivedMs, identity: null },
      readings: [{ point, value, unit: "", quality: "good" }],
      possibleDuplicate: false,
    }, (outcome) => {
      if (outcome.kind === "refused" || outcome.kind === "unavailable") this.#lose();
    });
  }

  #lose(): void {
    if (this.#lost++ === 0) this.tellState("degraded", "lines could not be stored");
  }

  #isTooFast(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    this.#ofSecond = second === this.#second ? this.#ofSecond + 1 : 1;
    this.#second = second;
    return this.#ofSecond > LINES_A_SECOND_MAX;
  }
}
