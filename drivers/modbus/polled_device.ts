/** A device on a bus: what is asked of it, what came, and how it is doing. */
import type { DeviceState, Reading, StateItem } from "../driver.ts";
import type { Gatherer } from "../gatherer.ts";
import { isDue, REASON_MS } from "../told_state.ts";
import type { ModbusBus } from "./bus.ts";
import { GuardedUnit } from "./guarded_unit.ts";
import { GONE_POLLS, PointReader } from "./point_reader.ts";
import type { PollClass } from "./profile.ts";
import { Schedule } from "./schedule.ts";
import type { ModbusDevice } from "./settings.ts";
import { RequestTally } from "./tally.ts";

/**
 * A device of which a poll was skipped is online again after so many that were not, or after so
 * long: where the disk is at its limits each second one is skipped, and that is one state.
 */
const STEADY_POLLS = 10;
const STEADY_MS = 10_000;

export class PolledDevice {
  readonly schedule: Schedule;
  readonly device: ModbusDevice;
  readonly unit: GuardedUnit;
  readonly #gatherer: Gatherer;
  readonly #tally: RequestTally;
  readonly #reader: PointReader;
  readonly #reasonMs: number;
  #told: StateItem | undefined;
  /** What was amiss when points of a class were read last: another class knows nothing of it. */
  readonly #troubles = new Map<PollClass, string>();
  /** The last poll is not on disk yet. */
  #storing = false;
  /** The last poll could not be stored, for want of room. */
  #unstored = false;
  /** Polls skipped or not stored since the device was last said to be online. */
  #skipped = 0;
  /** Polls answered since the last one of those, and when that was. */
  #steady = 0;
  #skippedMs = -Infinity;

  /** `reasonMs`: how often another reason for the same state is told at most. */
  constructor(
    device: ModbusDevice,
    bus: ModbusBus,
    gatherer: Gatherer,
    reasonMs = REASON_MS,
  ) {
    const { id, unit, profile } = device;
    this.schedule = new Schedule(device, performance.now());
    this.device = device;
    this.#gatherer = gatherer;
    this.#reasonMs = reasonMs;
    this.#tally = new RequestTally(id);
    this.unit = new GuardedUnit(bus, unit, profile, (asked) => this.#tally.add(asked));
    this.#reader = new PointReader(this.unit, profile);
  }

  get #state(): DeviceState | undefined {
    return this.#told?.state;
  }

  /** One poll of what is due; rejects when the line is gone. */
  async poll(): Promise<void> {
    const { waitsUntilMs } = this.unit;
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

  /** Reads all that is due; what came is one item. */
  async #read(classes: readonly PollClass[]): Promise<void> {
    const deadlineMs = performance.now() + this.schedule.intervalMs;
    const polled = await this.#reader.read(classes, deadlineMs);
    if (polled.kind === "silent") return this.#missed(polled.reason);
    this.schedule.answered();
    for (const one of classes) this.#troubles.set(one, polled.trouble);
    const troubles = new Set(this.#troubles.values());
    this.#answered([...troubles].filter((one) => one !== "").join("; "), polled.firstMs);
    if (polled.readings.length > 0) this.#put(polled.readings, polled.firstMs);
  }

  #missed(reason: string): void {
    this.schedule.failed(performance.now(), this.unit.waitsUntilMs);
    const before = this.#state === "online" || this.#state === "degraded";
    const gone = !before || this.schedule.failures >= GONE_POLLS;
    this.#tell(gone ? "offline" : "degraded", reason);
  }

  #answered(trouble: string, atMs: number): void {
    if (trouble !== "") return this.#tell("degraded", trouble, atMs);
    if (this.#unstored) return;
    const skipped = this.#skipped;
    const isSteady = ++this.#steady >= STEADY_POLLS ||
      performance.now() - this.#skippedMs >= STEADY_MS;
    if (skipped > 0 && !isSteady) return this.#tell("degraded", "polls were skipped lately", atMs);
    const missing = skipped === 0 ? "" : `; polls skipped before that: ${skipped}`;
    this.#tell("online", `it answers${missing}`, atMs);
    this.#skipped = 0;
  }

  #put(readings: readonly Reading[], receivedMs: number): void {
    this.#storing = true;
    this.#gatherer.put({
      kind: "reading",
      device: this.device.id,
      readings,
      deviceMs: null,
      receivedMs,
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

  /** Each poll says it: what is the same is told once, what changes soon enough. */
  #tell(state: DeviceState, reason: string, receivedMs = performance.now()): void {
    const now: StateItem = { kind: "state", device: this.device.id, state, reason, receivedMs };
    if (!isDue(this.#told, now, this.#reasonMs)) return;
    this.#told = now;
    this.#gatherer.put(now);
  }
}
