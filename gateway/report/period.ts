/** A day or a month that a report is of, by the clock of Asia/Shanghai. */
import { dayOf, dayText, parseDay } from "../../sync/day.ts";
import { type Span, spanOfDay, spanOfMonth } from "../china_calendar.ts";

const DAY_MS = 86_400_000;
/** Reports reach from the first year that is no clock's beginning up to what four digits say. */
const YEAR_MIN = 2000;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

export interface Period extends Span {
  readonly kind: "day" | "month";
  /** `2026-11-28`, or `2026-11`. */
  readonly name: string;
  /** In their order, each as `2026-11-28`. */
  readonly dates: readonly string[];
}

/** `2026-11-28` or `2026-11`; `null`: it is neither, or no calendar has it. */
export function periodOf(name: string): Period | null {
  const isMonth = MONTH.test(name);
  if (!isMonth && parseDay(name) === null) return null;
  if (Number(name.slice(0, 4)) < YEAR_MIN) return null;
  const span = isMonth ? spanOfMonth(name) : spanOfDay(name);
  const first = dayOf(span.fromMs);
  const count = (span.toMs - span.fromMs) / DAY_MS;
  const dates = Array.from({ length: count }, (_, at) => dayText(first + at));
  return { kind: isMonth ? "month" : "day", name, dates, ...span };
}
