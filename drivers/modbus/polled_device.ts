/** A device on a bus: what is asked of it, what came, and how it is doing. */
import type { DeviceState, Reading } from "../driver.ts";
import type { Gatherer } from "../gatherer.ts";
import { type Answer, exceptionText, isRefusedBlock, isSilence } from "./answer.ts";
import type { AskOptions, ModbusBus } from "./bus.ts";
import { decodeBit, decodePoint, fault } from "./decode.ts";
import { distrusted } from "./distrust.ts";
import { GuardedUnit } from "./guarded_unit.ts";
import { type Block, planBlocks, rangeOf } from "./plan.ts";
import { type ModbusPoint, type PollClass, registersOf } from "./profile.ts";
import { Schedule } from "./schedule.ts";
import type { ModbusDevice } from "./settings.ts";
import { splitBlock } from "./split.ts";
import { RequestTally } from "./tally.ts";

/** One poll may be lost to noise; a device that misses two has left. */
const OFFLINE_FAILURES = 2;
/**
 * A device of which a poll was skipped is online again after so many that were not, or after so
 * long: where the disk is at its limits each second one is skipped, and that is one state.
 */
const STEADY_POLLS = 10;
const STEADY_MS = 10_000;

/** What one poll has brought so far. */
interface Brought {
  readonly readings: Map<ModbusPoint, Reading>;
  readonly troubles: Set<string>;
  silence: string | null;
}

export class PolledDevice {
  readonly schedule: Schedule;
  readonly #device: ModbusDevice;
  readonly #bus: ModbusBus;
  readonly #gatherer: Gatherer;
  readonly #unit: GuardedUnit;
  readonly #tally: RequestTally;
  readonly #plans = new Map<string, readonly Block[]>();
  #state: DeviceState | null = null;
  /** The last poll is not on disk yet. */
  #storing = false;
  /** The last poll could not be stored, for want of room. */
  #unstored = false;
  /** Polls skipped or not stored since the device was last said to be online. */
  #skipped = 0;
  /** Polls answered since the last one of those, and when that was. */
  #steady = 0;
  #skippedMs = -Infinity;

  constructor(device: ModbusDevice, bus: ModbusBus, gatherer: Gatherer) {
    const { id, unit, profile } = device;
    this.schedule = new Schedule(device, performance.now());
    this.#device = device;
    this.#bus = bus;
    this.#gatherer = gatherer;
    this.#tally = new RequestTally(id);
    this.#unit = new GuardedUnit(bus, unit, profile, (asked) => this.#tally.add(asked));
  }

  /** One poll of what is due; rejects when the line is gone. */
  async poll(): Promise<void> {
    const { waitsUntilMs } = this.#unit;
    if (performance.now() < waitsUntilMs) return this.schedule.hold(waitsUntilMs);
    const { leftOut } = this.schedule;
    const classes = this.schedule.take(performance.now());
    this.#tally.leftOut(this.schedule.leftOut - leftOut);
    if (this.#storing) {
      return this.#skip("a poll was skipped: the one before is not stored yet");
    }
    await this.#read(classes);
    const statistics = this.#tally.due(performance.now());
    if (statistics !== null) this.#gatherer.put(statistics);
  }

  /** Reads all that is due; what came is one item, and a device that is silent is none. */
  async #read(classes: readonly PollClass[]): Promise<void> {
    const { profile } = this.#device;
    const { timeoutMs, points } = profile;
    const deadlineMs = performance.now() + this.schedule.intervalMs;
    const brought: Brought = { readings: new Map(), troubles: new Set(), silence: null };
    for (const block of this.#plan(classes)) {
      await this.#readBlock(block, { timeoutMs, deadlineMs }, brought);
      // Values of before and after a silence do not belong to one moment.
      if (brought.silence !== null) return this.#missed(brought.silence);
    }
    this.schedule.answered();
    this.#answered([...brought.troubles].join(", "));
    const { readings } = brought;
    const read = points.map((point) => readings.get(point)).filter((one) => one !== undefined);
    this.#put(distrusted(profile, read));
  }

  #plan(classes: readonly PollClass[]): readonly Block[] {
    const key = classes.join(" ");
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const { profile } = this.#device;
    const points = profile.points.filter(({ poll }) => classes.includes(poll));
    const options = { refused: this.#unit.refused, apart: !this.#bus.named };
    const plan = planBlocks(profile, points, options);
    this.#plans.set(key, plan);
    return plan;
  }

  /**
   * Reads a block, in parts where the device refuses it whole, and remembers that. Returns whether
   * it or a part of it was refused for good.
   */
  async #readBlock(block: Block, options: AskOptions, brought: Brought): Promise<boolean> {
    const answer = await this.#unit.read(block, options);
    if (answer.kind === "failed" || (answer.kind === "exception" && isSilence(answer.code))) {
      brought.silence = answer.kind === "failed" ? answer.reason : exceptionText(answer.code);
      return false;
    }
    const split = isRefusedBlock(answer) ? splitBlock(block) : null;
    if (split !== null) {
      let refused = false;
      for (const part of split.parts) {
        if (await this.#readBlock(part, options, brought)) refused = true;
        if (brought.silence !== null) return false;
      }
      // A smaller part tells where it lies; else it is what lies between, or the length.
      if (!refused) this.#remember(split.between);
      return true;
    }
    if (answer.kind === "exception") brought.troubles.add(exceptionText(answer.code));
    for (const reading of decodeBlock(block, answer)) brought.readings.set(...reading);
    if (!isRefusedBlock(answer)) return false;
    this.#remember(rangeOf(block));
    return true;
  }

  #remember(range: ReturnType<typeof rangeOf>): void {
    const { refused } = this.#unit;
    const same = refused.some(({ table, start, end }) =>
      table === range.table && start === range.start && end === range.end
    );
    if (same) return;
    refused.push(range);
    this.#plans.clear();
  }

  #missed(reason: string): void {
    this.schedule.failed(performance.now(), this.#unit.waitsUntilMs);
    const before = this.#state === "online" || this.#state === "degraded";
    const gone = !before || this.schedule.failures >= OFFLINE_FAILURES;
    this.#tell(gone ? "offline" : "degraded", reason);
  }

  #answered(trouble: string): void {
    if (trouble !== "") return this.#tell("degraded", trouble);
    if (this.#unstored) return;
    const skipped = this.#skipped;
    const isSteady = ++this.#steady >= STEADY_POLLS ||
      performance.now() - this.#skippedMs >= STEADY_MS;
    if (skipped > 0 && !isSteady) return this.#tell("degraded", "polls were skipped lately");
    const missing = skipped === 0 ? "" : `; polls skipped before that: ${skipped}`;
    this.#tell("online", `it answers${missing}`);
    this.#skipped = 0;
  }

  #put(readings: readonly Reading[]): void {
    this.#storing = true;
    this.#gatherer.put({
      kind: "reading",
      device: this.#device.id,
      readings,
      deviceMs: null,
      receivedMs: performance.now(),
      identity: null,
      possibleDuplicate: false,
    }, (outcome) => {
      this.#storing = false;
      this.#unstored = outcome.kind === "unavailable";
      if (outcome.kind !== "unavailable") return;
      this.#skip(`a poll was not stored: ${outcome.reason}`);
    });
  }

  #skip(reason: string): void {
    this.#skipped++;
    this.#steady = 0;
    this.#skippedMs = performance.now();
    this.#tell("degraded", reason);
  }

  #tell(state: DeviceState, reason: string): void {
    if (this.#state === state) return;
    this.#state = state;
    const receivedMs = performance.now();
    this.#gatherer.put({ kind: "state", device: this.#device.id, state, reason, receivedMs });
  }
}

function decodeBlock(
  block: Block,
  answer: Exclude<Answer, { kind: "failed" }>,
): [ModbusPoint, Reading][] {
  return block.points.map(({ point, at }) => {
    switch (answer.kind) {
      case "bits":
        return [point, decodeBit(point, answer.bits[at])];
      case "registers": {
        const end = at + registersOf(point.register);
        return [point, decodePoint(point, answer.bytes.subarray(2 * at, 2 * end))];
      }
      case "exception":
        return [point, fault(point, exceptionText(answer.code))];
      case "written":
        throw new Error("A read was answered as a write");
    }
  });
}
