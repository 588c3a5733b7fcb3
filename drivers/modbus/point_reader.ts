/** One poll of a device: the requests of its plan, and the readings that their answers come to. */
import type { Reading } from "../driver.ts";
import { type Answer, exceptionText, isRefusedBlock, isSilence } from "./answer.ts";
import type { AskOptions } from "./bus.ts";
import { decodeBit, decodePoint, fault } from "./decode.ts";
import { distrusted } from "./distrust.ts";
import type { GuardedUnit } from "./guarded_unit.ts";
import { type Block, planBlocks, rangeOf } from "./plan.ts";
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

export class PointReader {
  readonly #unit: GuardedUnit;
  readonly #profile: ModbusProfile;
  readonly #plans = new Map<string, readonly Block[]>();

  constructor(unit: GuardedUnit, profile: ModbusProfile) {
    this.#unit = unit;
    this.#profile = profile;
  }

  /** The requests for the points of these classes, as far as is known what the device refuses. */
  plan(classes: readonly PollClass[]): readonly Block[] {
    const key = classes.join(" ");
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const points = this.#profile.points.filter(({ poll }) => classes.includes(poll));
    const options = { refused: this.#unit.refused, apart: !this.#unit.named };
    const plan = planBlocks(this.#profile, points, options);
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
      if (brought.silence !== null) return { kind: "silent", reason: brought.silence };
    }
    const { readings, troubles } = brought;
    const read = points.map((point) => readings.get(point)).filter((one) => one !== undefined);
    const trouble = [...troubles].join(", ");
    const firstMs = brought.firstMs ?? this.#unit.nowMs;
    return { kind: "read", readings: distrusted(this.#profile, read), trouble, firstMs };
  }

  /**
   * Reads a block, in parts where the device refuses it whole, and remembers that. Returns whether
   * it or a part of it was refused for good.
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
