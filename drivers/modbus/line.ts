/** What a Modbus line can do, whatever it is made of: read a block from a unit. */
import type { Block } from "./plan.ts";

/** A block's registers as bytes, or its bits. */
export type Answer =
  | { readonly kind: "registers"; readonly bytes: Uint8Array }
  | { readonly kind: "bits"; readonly bits: readonly boolean[] }
  /** The unit answered that it will not (MODBUS Application Protocol V1.1b3, 7). */
  | { readonly kind: "exception"; readonly code: number }
  /** The unit did not answer, or not what it was asked: nothing of it is to be used. */
  | { readonly kind: "failed"; readonly reason: string };

export interface Line extends Disposable {
  /** `tcp://10.0.0.7:502`. */
  readonly address: string;
  read(unit: number, block: Block, timeoutMs: number): Promise<Answer>;
  /** Rejects when the line is gone. */
  readonly broken: Promise<never>;
}

const EXCEPTIONS: Record<number, string> = {
  1: "illegal function",
  2: "illegal data address",
  3: "illegal data value",
  4: "device failure",
  5: "acknowledge",
  6: "device busy",
  8: "memory parity error",
  10: "gateway path unavailable",
  11: "gateway target failed to respond",
};

/** `exception 2 (illegal data address)`. */
export function exceptionText(code: number): string {
  return `exception ${code} (${EXCEPTIONS[code] ?? "unknown"})`;
}

/** The device behind a gateway is silent: it counts like no answer at all. */
export function isSilence(code: number): boolean {
  return code === 10 || code === 11;
}
