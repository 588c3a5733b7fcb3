/** What the answers of a Modbus line may be. */
import type { Answered } from "./request.ts";

export type FailureCode = "timeout" | "crc" | "mismatch" | "waiting";

/** A block's registers as bytes, or its bits. */
export type Answer =
  | Answered
  /** The unit did not answer, or not what it was asked: nothing of it is to be used. */
  | { readonly kind: "failed"; readonly code: FailureCode; readonly reason: string };

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

/** The device will not read this block: registers that it has not, or too many. */
export function isRefusedBlock(answer: Answer): boolean {
  return answer.kind === "exception" && (answer.code === 2 || answer.code === 3);
}
