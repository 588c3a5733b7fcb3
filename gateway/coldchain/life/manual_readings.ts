/** Readings by hand, morning and afternoon, far enough apart (C6). */
import { timeOf } from "../evaluate/written.ts";
import { type AlarmRule, isOut } from "../rules/alarm_rule.ts";
import { MANUAL_READINGS } from "../rules/plans.ts";
import type { Calendar, Day } from "../series/calendar.ts";
import type { EventOf } from "./event.ts";

const HOUR_MS = 3_600_000;

export type HalfDay = "morning" | "afternoon";

export interface ManualDay {
  readonly date: string;
  /** The earliest before noon, and the latest behind it. */
  readonly morning: EventOf<"cold-reading"> | null;
  readonly afternoon: EventOf<"cold-reading"> | null;
  /** What stands there of a half of which nothing was written down in time. */
  readonly late: Readonly<Record<HalfDay, EventOf<"cold-reading"> | null>>;
  /** All that was read, in time or not, in the order of its moments. */
  readonly read: readonly EventOf<"cold-reading">[];
  /** Both are there, less than six hours apart: the later one does not count. */
  readonly isTooClose: boolean;
  readonly isComplete: boolean;
  /** Those that should be there by now: visible the same day. */
  readonly missing: readonly HalfDay[];
  /** The one to be asked for now; `null`: none. */
  readonly prompt: HalfDay | null;
}

/** `readings` of one unit, in any order and of any days. */
export function manualDayOf(
  readings: readonly EventOf<"cold-reading">[],
  { date, fromMs, toMs }: Day,
  calendar: Calendar,
  nowMs: number,
  rule: Omit<typeof MANUAL_READINGS, "id" | "source" | "effective"> = MANUAL_READINGS,
): ManualDay {
  const hour = (of: number) =>
    timeOf(`${date} ${String(of).padStart(2, "0")}:00`, calendar) ?? fromMs + of * HOUR_MS;
  const noonMs = hour(rule.noonHour);
  const inOrder = [...readings].sort((one, other) => one.body.takenMs - other.body.takenMs);
  const within = (from: number, to: number, isLate = false) =>
    inOrder.filter(({ body }) =>
      body.takenMs >= from && body.takenMs < to && (body.late === true) === isLate
    );
  const morning = within(fromMs, noonMs).at(0) ?? null;
  const afternoon = within(noonMs, toMs).at(-1) ?? null;
  const earliestMs = morning === null ? noonMs : morning.body.takenMs + rule.apartHours * HOUR_MS;
  const isTooClose = afternoon !== null && afternoon.body.takenMs < earliestMs;
  const hasAfternoon = afternoon !== null && !isTooClose;
  const missing: HalfDay[] = [];
  if (morning === null && nowMs >= hour(rule.morningDueHour)) missing.push("morning");
  if (!hasAfternoon && nowMs >= hour(rule.afternoonDueHour)) missing.push("afternoon");
  return {
    date,
    morning,
    afternoon,
    late: {
      morning: morning === null ? within(fromMs, noonMs, true).at(0) ?? null : null,
      afternoon: afternoon === null ? within(noonMs, toMs, true).at(-1) ?? null : null,
    },
    read: inOrder.filter(({ body }) => body.takenMs >= fromMs && body.takenMs < toMs),
    isTooClose,
    isComplete: morning !== null && hasAfternoon,
    missing,
    prompt: promptOf(nowMs, { fromMs, toMs, noonMs, earliestMs }, morning !== null, hasAfternoon),
  };
}

/** Whether a unit's limits are kept; how long a rule holds does not count for one look. */
export function isReadOut(
  { body }: EventOf<"cold-reading">,
  rules: readonly AlarmRule[],
): boolean {
  return rules.some((rule) => isOut(rule, body.celsius));
}

function promptOf(
  nowMs: number,
  edges: Readonly<Record<"fromMs" | "toMs" | "noonMs" | "earliestMs", number>>,
  hasMorning: boolean,
  hasAfternoon: boolean,
): HalfDay | null {
  const { fromMs, toMs, noonMs, earliestMs } = edges;
  if (nowMs < fromMs || nowMs >= toMs) return null;
  if (nowMs < noonMs) return hasMorning ? null : "morning";
  return !hasAfternoon && nowMs >= earliestMs ? "afternoon" : null;
}
