/** What the answers of a Modbus line may be. */
import { type Answered, decodeAnswer, type Request } from "./request.ts";

export type FailureCode = "timeout" | "crc" | "mismatch" | "waiting";

/** A block's registers as bytes, or its bits. */
export type Answer =
  | Answered
  /** The unit did not answer, or not what it was asked: nothing of it is to be used. */
  | { readonly kind: "failed"; readonly code: FailureCode; readonly reason: string };

/** What came in place of an answer, or that nothing came. */
export interface Failure {
  readonly code: FailureCode;
  readonly reason: string;
}

export const NO_ANSWER: Failure = { code: "timeout", reason: "no answer" };

/** The shortest answer on a serial line is an exception: unit, function, code, CRC. */
const ANSWER_BYTES_MIN = 5;

/** What came to a request, without its frame; `doubled`: the unit went on behind it. */
export function concluded(
  request: Request,
  came: Uint8Array | Failure,
  doubled: boolean,
): Answer {
  if ("code" in came) return { kind: "failed", code: came.code, reason: came.reason };
  const answered = doubled ? "two answers came to one question" : decodeAnswer(request, came);
  return typeof answered === "string"
    ? { kind: "failed", code: "mismatch", reason: answered }
    : answered;
}

/** Whether so many other bytes are too few to hide another answer. */
export function isClean(strayBytes: number): boolean {
  return strayBytes < ANSWER_BYTES_MIN;
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

/** `answered`, `exception 2 (illegal data address)`, or why it failed. */
export function outcomeText(answer: Answer): string {
  if (answer.kind === "failed") return answer.reason;
  return answer.kind === "exception" ? exceptionText(answer.code) : "answered";
}

/** The device behind a gateway is silent: it counts like no answer at all. */
export function isSilence(code: number): boolean {
  return code === 10 || code === 11;
}

/** The device will not read this block: registers that it has not, or too many. */
export function isRefusedBlock(answer: Answer): boolean {
  return answer.kind === "exception" && (answer.code === 2 || answer.code === 3);
}
