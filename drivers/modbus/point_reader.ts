/** One poll of a device: the requests of its plan, and the readings that their answers come to. */
import type { Reading } from "../driver.ts";
import { type Answer, exceptionText, isRefusedBlock, isSilence } from "./answer.ts";
import type { AskOptions } from "./bus.ts";
import { decodeBit, decodePoint, fault } from "./decode.ts";
import { distrusted } from "./distrust.ts";
import type { GuardedUnit } from "./guarded_unit.ts";
import { type Block, planBlocks, type Range, rangeOf } from "./plan.ts";
import { type ModbusPoint, type ModbusProfile, type PollClass, registersOf } from "./profile.ts";
import { SilentBlocks } from "./silent_blocks.ts";
import { splitBlock } from "./split.ts";
import { requestText } from "./trace.ts";

/** What came of a poll. */
export type Polled =
  | {
    readonly kind: "read";
    readonly readings: readonly Reading[];
    /** What it answered with an exception, or not at all, in words; empty for nothing. */
    readonly trouble: string;
    /** It fell silent before all was asked: what was read is of before that. */
    readonly cut: boolean;
    /** When the first of its answers came: none of its values is older. */
    readonly firstMs: number;
  }
  /** It did not answer at all. */
  | { readonly kind: "silent"; readonly reason: string };

interface Brought {
  readonly readings: Map<ModbusPoint, Reading>;
  readonly troubles: Set<string>;
  silence: Silence | null;
  firstMs: number | null;
}

/** What had no answer; `waiting`: it was not even asked. */
interface Silence {
  readonly block: Block;
  readonly reason: string;
  readonly waiting: boolean;
}

const NOT_ASKED = "not asked, as an earlier question had no answer";

/** One poll may be lost to noise; a device that misses two has left. */
export const GONE_POLLS = 2;

export class PointReader {
  readonly #unit: GuardedUnit;
  readonly #profile: ModbusProfile;
  readonly #plans = new Map<string, readonly Block[]>();
  /** Then something that was refused is asked for again. */
  #plansUntilMs = -Infinity;
  readonly #silent = new SilentBlocks();
  /** What the last poll of it brought: missed once, it is a gap and no fault. */
  readonly #told = new Set<ModbusPoint>();
  /** Silent polls in a row. */
  #silences = 0;

  constructor(unit: GuardedUnit, profile: ModbusProfile) {
    this.#unit = unit;
    this.#profile = profile;
  }

  /**
   * The requests for the points of these classes, as far as is known what the device refuses;
   * what was silent comes last, when it is its turn.
   */
  plan(classes: readonly PollClass[]): readonly Block[] {
    const { nowMs, refused, named } = this.#unit;
    const blocks = [...this.#answering(classes)];
    for (const points of this.#silent.due(this.#pointsOf(classes), nowMs)) {
      const options = { refused: refused.at(nowMs), apart: !named, behind: blocks.at(-1) };
      blocks.push(...planBlocks(this.#profile, points, options));
    }
    return blocks;
  }

  /** The requests for those that are not silent. */
  #answering(classes: readonly PollClass[]): readonly Block[] {
    const { nowMs, refused, named } = this.#unit;
    if (nowMs >= this.#plansUntilMs) this.#plans.clear();
    const key = classes.join(" ");
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    this.#plansUntilMs = refused.nextMs(nowMs);
    const points = this.#pointsOf(classes)
      .filter((point) => this.#silent.reasonOf(point) === null);
    const plan = planBlocks(this.#profile, points, { refused: refused.at(nowMs), apart: !named });
    this.#plans.set(key, plan);
    return plan;
  }

  #pointsOf(classes: readonly PollClass[]): ModbusPoint[] {
    return this.#profile.points.filter(({ poll }) => classes.includes(poll));
  }

  /** Reads the points of these classes; rejects when the line is gone. */
  async read(classes: readonly PollClass[], deadlineMs = 0): Promise<Polled> {
    const { timeoutMs } = this.#profile;
    const points = this.#pointsOf(classes);
    const blocks = this.plan(classes);
    this.#silent.passed(points);
    const brought: Brought = {
      readings: new Map(),
      troubles: new Set(),
      silence: null,
      firstMs: null,
    };
    for (const block of blocks) {
      await this.#readBlock(block, { timeoutMs, deadlineMs }, brought);
      // Values of before and after a silence do not belong to one moment.
      if (brought.silence !== null) break;
    }
    const { silence, firstMs } = brought;
    if (silence !== null && firstMs === null && this.#speaksOfAll(silence.block)) {
      return this.#away(silence);
    }
    if (firstMs !== null) this.#silences = 0;
    if (silence !== null) this.#note(silence);
    const unnamed = silence !== null && silence.waiting ? [silence.reason] : [];
    const troubles = [...brought.troubles, ...this.#silent.troubles, ...unnamed];
    return {
      kind: "read",
      readings: this.#readingsOf(points, brought),
      trouble: [...new Set(troubles)].join(", "),
      cut: silence !== null,
      firstMs: firstMs ?? this.#unit.nowMs,
    };
  }

  /**
   * Whether nobody answers when this block is silent: where it was silent before and others were
   * not, that says nothing of them.
   */
  #speaksOfAll(block: Block): boolean {
    return block.points.some(({ point }) => this.#silent.reasonOf(point) === null) ||
      this.#profile.points.every((point) => this.#silent.reasonOf(point) !== null);
  }

  #away(silence: Silence): Polled {
    this.#told.clear();
    if (++this.#silences >= GONE_POLLS) {
      // What comes back may be another device, or one that was set up anew.
      this.#unit.refused.clear();
      this.#plans.clear();
      // The next poll begins with another block: this one may be all that is silent.
      this.#note(silence);
      this.#silent.wake();
    }
    return { kind: "silent", reason: silence.reason };
  }

  #note({ block, reason, waiting }: Silence): void {
    if (waiting) return;
    const points = block.points.map(({ point }) => point);
    this.#silent.add(points, reason, requestText(block), this.#unit.nowMs);
    this.#plans.clear();
  }

  /** What was not read is a fault, unless it was only missed this once. */
  #readingsOf(points: readonly ModbusPoint[], { readings }: Brought): Reading[] {
    const whole = points.map((point) =>
      readings.get(point) ?? fault(point, this.#silent.reasonOf(point) ?? NOT_ASKED)
    );
    const judged = distrusted(this.#profile, whole);
    const found = judged.filter((_, at) => readings.has(points[at]) || !this.#told.has(points[at]));
    for (const point of points) {
      if (readings.has(point)) this.#told.add(point);
      else this.#told.delete(point);
    }
    return found;
  }

  /**
   * Reads a block, in parts where the device refuses it whole, and remembers that. Returns whether
   * it or a part of it was refused.
   */
  async #readBlock(block: Block, options: AskOptions, brought: Brought): Promise<boolean> {
    const { answer, answeredMs } = await this.#unit.read(block, options);
    if (answer.kind === "failed" || (answer.kind === "exception" && isSilence(answer.code))) {
      const isFailed = answer.kind === "failed";
      const reason = isFailed ? answer.reason : exceptionText(answer.code);
      brought.silence = { block, reason, waiting: isFailed && answer.code === "waiting" };
      return false;
    }
    brought.firstMs ??= answeredMs;
    if (this.#silent.answered(block.points.map(({ point }) => point))) this.#plans.clear();
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
    if (!isRefusedBlock(answer)) {
      const isRead = answer.kind !== "exception";
      if (isRead && this.#unit.refused.answered(rangeOf(block))) this.#plans.clear();
      return false;
    }
    this.#remember(rangeOf(block));
    return true;
  }

  #remember(range: Range): void {
    const { refused, nowMs } = this.#unit;
    if (refused.add(range, nowMs)) this.#plans.clear();
  }
}

/** What an answer brings, point by point. */
export function decodeBlock(
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
      case "identification":
        throw new Error("A read was answered as another question");
    }
  });
}
