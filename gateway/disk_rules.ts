/** What a disk that fills up means (T4): decided here, without looking at one. */
import type { Stream } from "../sync/stream.ts";

/**
 * `filling`: people are told, and how many days are left. `refusing-readings`, then
 * `refusing-records`: what is new of these is not taken any more. Alarms and audit always are.
 */
export const DISK_STATES = ["ok", "filling", "refusing-readings", "refusing-records"] as const;
export type DiskState = typeof DISK_STATES[number];

/** From which share of the file system in use each state begins, percent, rising. */
export interface DiskRules {
  readonly alarmPercent: number;
  readonly refuseReadingsPercent: number;
  readonly refuseRecordsPercent: number;
  /** A state ends so much below where it began: what goes to and fro is told once. */
  readonly releasePercent: number;
}

/** A look at the file system. */
export interface DiskSample {
  /** What this program may still write. */
  readonly freeBytes: number;
  /** What it may write and what is written, by anybody. */
  readonly totalBytes: number;
  /** Part of the reserve that was given up. */
  readonly reserveLackingBytes: number;
}

export type DiskAction =
  | { readonly kind: "tell"; readonly from: DiskState; readonly to: DiskState }
  | { readonly kind: "restore-reserve" };

export interface DiskDecision {
  readonly state: DiskState;
  readonly actions: readonly DiskAction[];
}

/** Share of the file system in use, as `df` tells it. */
export function usedPercent(
  { freeBytes, totalBytes }: Pick<DiskSample, "freeBytes" | "totalBytes">,
): number {
  return totalBytes === 0 ? 100 : 100 * (1 - freeBytes / totalBytes);
}

export function decideDisk(sample: DiskSample, from: DiskState, rules: DiskRules): DiskDecision {
  const used = usedPercent(sample);
  const to = stateAt(used, from, rules);
  const actions: DiskAction[] = to === from ? [] : [{ kind: "tell", from, to }];
  const lacking = 100 * sample.reserveLackingBytes / Math.max(1, sample.totalBytes);
  // The reserve must not be what makes readings be refused again.
  const roomy = used + lacking < rules.refuseReadingsPercent - rules.releasePercent;
  if (lacking > 0 && roomy) actions.push({ kind: "restore-reserve" });
  return { state: to, actions };
}

function stateAt(used: number, from: DiskState, rules: DiskRules): DiskState {
  const begins: Record<DiskState, number> = {
    "ok": -Infinity,
    "filling": rules.alarmPercent,
    "refusing-readings": rules.refuseReadingsPercent,
    "refusing-records": rules.refuseRecordsPercent,
  };
  const held = DISK_STATES.indexOf(from);
  const reached = DISK_STATES.findLastIndex((state, index) =>
    used >= begins[state] - (index <= held ? rules.releasePercent : 0)
  );
  return DISK_STATES[reached];
}

/** Streams of which nothing new is taken in a state. */
export function refuses(state: DiskState, stream: Stream): boolean {
  switch (state) {
    case "ok":
    case "filling":
      return false;
    case "refusing-readings":
      return stream === "reading";
    case "refusing-records":
      return stream === "reading" || stream === "record";
  }
}

/**
 * Days until readings are refused when nothing may be pruned from now on, which is how it is when
 * both centres are out of reach; `null` while the growth is not known or there is none.
 */
export function daysLeft(
  sample: DiskSample,
  bytesADay: number | null,
  rules: DiskRules,
): number | null {
  if (bytesADay === null || bytesADay <= 0) return null;
  const share = Math.max(0, rules.refuseReadingsPercent - usedPercent(sample)) / 100;
  return share * sample.totalBytes / bytesADay;
}

const DAY_MS = 86_400_000;
/** Points kept of the window: enough for what comes once an hour to count about right. */
const POINTS_MAX = 144;

/** How fast a count grows over a sliding window. */
export class Growth {
  readonly #windowMs: number;
  readonly #leastMs: number;
  readonly #points: { readonly atMs: number; readonly count: number }[] = [];

  /** `leastMs`: nothing is said before so much was watched. */
  constructor(windowMs: number, leastMs: number) {
    this.#windowMs = windowMs;
    this.#leastMs = leastMs;
  }

  /** `count` only rises; `atMs` is on a clock that never jumps. */
  add(atMs: number, count: number): void {
    const points = this.#points;
    const before = points.at(-2);
    // The last point is the latest moment; it stays once it is far enough from the one before.
    if (before !== undefined && atMs - before.atMs < this.#windowMs / POINTS_MAX) points.pop();
    points.push({ atMs, count });
    while (points.length > 2 && atMs - points[1].atMs >= this.#windowMs) points.shift();
  }

  /** `null` while it was watched for too short a time. */
  aDay(): number | null {
    const [first, last] = [this.#points.at(0), this.#points.at(-1)];
    if (first === undefined || last === undefined) return null;
    const ms = last.atMs - first.atMs;
    return ms < this.#leastMs || ms === 0 ? null : (last.count - first.count) / ms * DAY_MS;
  }
}
