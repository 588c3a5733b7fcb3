/** One poll of a device: the requests of its plan, and the readings that their answers come to. */
import type { Reading } from "../driver.ts";
import { type Answer, exceptionText, isRefusedBlock, isSilence } from "./answer.ts";
import type { AskOptions } from "./bus.ts";
import { decodeBit, decodePoint, fault } from "./decode.ts";
import { distrusted } from "./distrust.ts";
import type { GuardedUnit } from "./guarded_unit.ts";
import { type Block, planBlocks, type Range, rangeOf } from "./plan.ts";
import { type ModbusPoint, type ModbusProfile, type PollClass, registersOf } from "./profile.ts";
import { splitBlock } from "./split.ts";

/** What came of a poll. */
export type Polled =
  | {
    readonly kind: "read";
    readonly readings: readonly Reading[];
    /** Exceptions that it answered, in words; empty for none. */
    readonly trouble: string;
    /** When the first of its answers came: none of its values is older. */
    readonly firstMs: number;
  }
  /** It did not answer all: nothing of the poll is to be used. */
  | { readonly kind: "silent"; readonly reason: string };

interface Brought {
  readonly readings: Map<ModbusPoint, Reading>;
  readonly troubles: Set<string>;
  silence: string | null;
  firstMs: number | null;
}

/** One poll may be lost to noise; a device that misses two has left. */
export const GONE_POLLS = 2;

export class PointReader {
  readonly #unit: GuardedUnit;
  readonly #profile: ModbusProfile;
  readonly #plans = new Map<string, readonly Block[]>();
  /** Then something that was refused is asked for again. */
  #plansUntilMs = -Infinity;
  /** Silent polls in a row. */
  #silences = 0;

  constructor(unit: GuardedUnit, profile: ModbusProfile) {
    this.#unit = unit;
    this.#profile = profile;
  }

  /** The requests for the points of these classes, as far as is known what the device refuses. */
  plan(classes: readonly PollClass[]): readonly Block[] {
    const { nowMs, refused, named } = this.#unit;
    if (nowMs >= this.#plansUntilMs) this.#plans.clear();
    const key = classes.join(" ");
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    this.#plansUntilMs = refused.nextMs(nowMs);
    const points = this.#profile.points.filter(({ poll }) => classes.includes(poll));
    const plan = planBlocks(this.#profile, points, { refused: refused.at(nowMs), apart: !named });
    this.#plans.set(key, plan);
    return plan;
  }

  /** Reads the points of these classes; rejects when the line is gone. */
  async read(classes: readonly PollClass[], deadlineMs = 0): Promise<Polled> {
    const { timeoutMs, points } = this.#profile;
    const brought: Brought = {
      readings: new Map(),
      troubles: new Set(),
      silence: null,
      firstMs: null,
    };
    for (const block of this.plan(classes)) {
      await this.#readBlock(block, { timeoutMs, deadlineMs }, brought);
      // Values of before and after a silence do not belong to one moment.
      if (brought.silence !== null) return this.#silent(brought.silence);
    }
    this.#silences = 0;
    const { readings, troubles } = brought;
    const read = points.map((point) => readings.get(point)).filter((one) => one !== undefined);
    const trouble = [...troubles].join(", ");
    const firstMs = brought.firstMs ?? this.#unit.nowMs;
    return { kind: "read", readings: distrusted(this.#profile, read), trouble, firstMs };
  }

  #silent(reason: string): Polled {
    // What comes back may be another device, or one that was set up anew.
    if (++this.#silences >= GONE_POLLS) {
      this.#unit.refused.clear();
      this.#plans.clear();
    }
    return { kind: "silent", reason };
  }

  /**
   * Reads a block, in parts where the device refuses it whole, and remembers that. Returns whether
   * it or a part of it was refused.
   */
  async #readBlock(block: Block, options: AskOptions, brought: Brought): Promise<boolean> {
    const { answer, answeredMs } = await this.#unit.read(block, options);
    if (answer.kind === "failed" || (answer.kind === "exception" && isSilence(answer.code))) {
      brought.silence = answer.kind === "failed" ? answer.reason : exceptionText(answer.code);
      return false;
    }
    brought.firstMs ??= answeredMs;
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
