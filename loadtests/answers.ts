/** What k6 noted of each prescription, and the figures that come of it. */
import * as z from "zod";

/** One line of `prescribe.ts`. */
const answer = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.coerce.number(),
  z.coerce.number(),
  z.coerce.number(),
  z.coerce.number(),
  z.string(),
  z.enum(["0", "1"]),
  z.enum(["0", "1"]),
]).transform(([scenario, site, id, begunMs, tookMs, status, tries, outcome, wrong, alone]) => ({
  isWarmUp: scenario !== "load",
  /** Its idempotency key, as a count has it. */
  key: `${site}/1/${id}`,
  /** When it was sent first, milliseconds since 1970. */
  begunMs,
  /** From the first byte that left to the last of the answer, with all tries. */
  tookMs,
  /** Of the last try; 0: no answer came. */
  status,
  tries,
  outcome,
  /** Another outcome than its kind is to have. */
  isUnexpected: wrong === "1",
  /** Decided by the site alone. */
  isDegraded: alone === "1",
}));
export type Answer = z.infer<typeof answer>;

export function readAnswers(log: string): Answer[] {
  return log.split("\n").filter((line) => line !== "")
    .map((line) => answer.parse(line.split(" ")));
}

export function isAcknowledged({ status }: Answer): boolean {
  return status === 200 || status === 201;
}

/** Prescriptions that were begun: their numbers count from 0 on, without a gap. */
export function begunOf(answers: readonly Answer[]): number {
  const numbers = answers.map(({ key }) => Number(key.slice(key.lastIndexOf("-") + 1)));
  return numbers.reduce((most, number) => Math.max(most, number + 1), 0);
}

/** What was answered within one stretch of time. */
export interface Slice {
  /** Since the first prescription, seconds. */
  readonly fromSeconds: number;
  /** Sent in it, a second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly retried: number;
}

/** Of a sorted list; 0 where it is empty. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted.at(Math.min(sorted.length - 1, Math.floor(sorted.length * share))) ?? 0;
}

/** Milliseconds that were taken, sorted. */
export function tookOf(answers: readonly Answer[]): number[] {
  return answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
}

/** Enough points for a line, and enough answers for a point. */
const SLICES = 120;

/** By when they were sent; each is a whole number of seconds long. */
export function slicesOf(answers: readonly Answer[], beganMs: number): Slice[] {
  const last = answers.reduce((most, { begunMs }) => Math.max(most, begunMs), beganMs);
  const seconds = Math.max(1, Math.ceil((last - beganMs) / 1000 / SLICES));
  const slices = new Map<number, Answer[]>();
  for (const one of answers) {
    const number = Math.floor((one.begunMs - beganMs) / 1000 / seconds);
    const slice = slices.get(number);
    if (slice === undefined) slices.set(number, [one]);
    else slice.push(one);
  }
  return [...slices].sort(([a], [b]) => a - b).map(([number, of]) => {
    const took = tookOf(of);
    return {
      fromSeconds: number * seconds,
      rate: of.length / seconds,
      p50: quantile(took, 0.5),
      p99: quantile(took, 0.99),
      max: took.at(-1) ?? 0,
      retried: of.filter(({ tries }) => tries > 1).length,
    };
  });
}
