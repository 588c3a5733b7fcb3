/** What of one version of a prescription has left the pharmacy, line by line (P9). */
import type { PrescriptionLine } from "../prescription.ts";
import type { DispensingBody, ReturnBody } from "./dispensing_body.ts";
import { decimalText, millionths } from "./quantity.ts";

/** `returned`: something left, and all of it is back. */
export type GoodsState = "none" | "partly" | "wholly" | "returned";

export interface LineGoods {
  /** From 1, as in the recorded prescription. */
  readonly line: number;
  readonly unit: string;
  /** Decimals as text; `"0"` for a line or a unit that was not prescribed. */
  readonly prescribed: string;
  /** What left less what came back. */
  readonly out: string;
}

export interface PartGoods {
  readonly part: number;
  readonly dispensings: readonly DispensingBody[];
}

export interface Goods {
  readonly state: GoodsState;
  readonly lines: readonly LineGoods[];
  /** By their numbers; more than one dispensing of a part is a double use. */
  readonly parts: readonly PartGoods[];
  /** Lines of which more is out than was prescribed. */
  readonly excess: readonly LineGoods[];
}

/**
 * Adds up what is one dispensing each. `prescribed` is `null` while the prescription itself has not
 * come: then nothing is known to be whole, or too much.
 */
export function goodsOf(
  prescribed: readonly PrescriptionLine[] | null,
  dispensings: readonly DispensingBody[],
  returns: readonly ReturnBody[],
): Goods {
  const sums = new LineSums();
  for (const [index, { quantity }] of (prescribed ?? []).entries()) {
    sums.of(index + 1, quantity.unit).prescribed += millionths(quantity.value);
  }
  for (const { lines } of dispensings) {
    for (const { line, quantity } of lines) {
      sums.of(line, quantity.unit).out += millionths(quantity.value);
    }
  }
  for (const { lines } of returns) {
    for (const { line, quantity } of lines) {
      sums.of(line, quantity.unit).out -= millionths(quantity.value);
    }
  }
  const all = sums.inOrder();
  return {
    state: goodsState(all, prescribed !== null, dispensings.length > 0),
    lines: all.map(lineGoods),
    parts: partsOf(dispensings),
    excess: prescribed === null ? [] : all.filter((one) => one.out > one.prescribed).map(lineGoods),
  };
}

interface Sum {
  readonly line: number;
  readonly unit: string;
  prescribed: bigint;
  out: bigint;
}

/** By line and unit: pieces and boxes are not added up. */
class LineSums {
  readonly #sums = new Map<string, Sum>();

  of(line: number, unit: string): Sum {
    const key = `${line} ${unit}`;
    const sum = this.#sums.get(key) ?? { line, unit, prescribed: 0n, out: 0n };
    this.#sums.set(key, sum);
    return sum;
  }

  inOrder(): Sum[] {
    return [...this.#sums.values()]
      .sort((a, b) => a.line - b.line || (a.unit < b.unit ? -1 : 1));
  }
}

function goodsState(sums: readonly Sum[], isKnown: boolean, anyLeft: boolean): GoodsState {
  if (!anyLeft) return "none";
  if (sums.every(({ out }) => out <= 0n)) return "returned";
  return isKnown && sums.every(({ out, prescribed }) => out >= prescribed) ? "wholly" : "partly";
}

function lineGoods({ line, unit, prescribed, out }: Sum): LineGoods {
  return { line, unit, prescribed: decimalText(prescribed), out: decimalText(out) };
}

function partsOf(dispensings: readonly DispensingBody[]): PartGoods[] {
  const numbers = [...new Set(dispensings.map(({ part }) => part))].sort((a, b) => a - b);
  return numbers.map((part) => ({
    part,
    dispensings: dispensings.filter((one) => one.part === part),
  }));
}

/** Whether the patient has something of it. */
export function isOut({ state }: Goods): boolean {
  return state === "partly" || state === "wholly";
}
