/** Whether goods may be taken in (疫苗管理法 第三十八条), and what became of them (C10). */
import { type AlarmRule, isOut } from "../rules/alarm_rule.ts";
import type { Told } from "../series/told.ts";
import { type ColdEvent, type EventOf, ofKind } from "./event.ts";
import type { Journey, ReceiptBody } from "./receipt_body.ts";

export type RefusalCause =
  | "no-journey-record"
  | "out-of-range"
  /** A part of the journey that nobody knows the temperature of. */
  | "unknown-stretch"
  | "arrival-out-of-range";

/** Rules of what the goods need; how long they hold does not count: the law allows no time. */
export function refusalCauses(
  { journey, arrivalCelsius }: Pick<ReceiptBody, "journey" | "arrivalCelsius">,
  rules: readonly AlarmRule[],
): RefusalCause[] {
  const out = (celsius: number) => rules.some((rule) => isOut(rule, celsius));
  const causes: RefusalCause[] = [];
  if (journey.kind === "none") {
    causes.push("no-journey-record");
  } else {
    const { minCelsius, maxCelsius, minutesAbove, minutesBelow, minutesUnknown } = journey;
    if (minutesAbove + minutesBelow > 0 || out(minCelsius) || out(maxCelsius)) {
      causes.push("out-of-range");
    }
    if (minutesUnknown > 0) causes.push("unknown-stretch");
  }
  if (arrivalCelsius !== null && out(arrivalCelsius)) causes.push("arrival-out-of-range");
  return causes;
}

/** The journey that a logger's samples tell; `none` where they tell nothing. */
export function journeyOf(
  { days }: Pick<Told, "days">,
  rules: readonly AlarmRule[],
  { source, file, fromMs, toMs }: {
    readonly source: "logger" | "vehicle";
    readonly file?: string;
    readonly fromMs: number;
    readonly toMs: number;
  },
): Journey {
  const lows = days.flatMap(({ min }) => min?.celsius ?? []);
  const highs = days.flatMap(({ max }) => max?.celsius ?? []);
  if (lows.length === 0) return { kind: "none", reason: "the record has no good value" };
  const minutes = (side: AlarmRule["side"]) =>
    days.reduce((sum, { outMs }) =>
      sum + Math.max(
        0,
        ...rules.filter((rule) => rule.side === side).map(({ id }) => outMs[id] ?? 0),
      ), 0) / 60_000;
  return {
    kind: "record",
    source,
    ...(file === undefined ? {} : { file }),
    fromMs,
    toMs,
    minCelsius: Math.min(...lows),
    maxCelsius: Math.max(...highs),
    minutesBelow: minutes("below"),
    minutesAbove: minutes("above"),
    minutesUnknown: days.reduce((sum, { gapMs, faultMs }) => sum + gapMs + faultMs, 0) / 60_000,
  };
}

export type ReceiptState =
  | "to-accept"
  /** The form that refuses and reports is to be filled in. */
  | "to-refuse"
  | "accepted"
  | "refused"
  /** Taken in although it should not: its stock belongs into quarantine. */
  | "accepted-against-rules";

export interface Receipt {
  readonly receipt: EventOf<"cold-receipt">;
  readonly causes: readonly RefusalCause[];
  readonly state: ReceiptState;
  /** All that were made; of two the refusal stands. */
  readonly decisions: readonly EventOf<"cold-receipt-decided">[];
}

export function receiptsOf(
  events: readonly ColdEvent[],
  rulesOf: (receipt: ReceiptBody) => readonly AlarmRule[],
): Receipt[] {
  const decided = Map.groupBy(
    ofKind(events, "cold-receipt-decided"),
    ({ body }) => JSON.stringify([body.site, body.receipt]),
  );
  return ofKind(events, "cold-receipt").map((receipt) => {
    const { body } = receipt;
    const causes = refusalCauses(body, rulesOf(body));
    const decisions = decided.get(JSON.stringify([body.site, body.id])) ?? [];
    const isRefused = decisions.some(({ body }) => body.decision === "refused");
    const state = isRefused
      ? "refused"
      : decisions.length > 0
      ? causes.length > 0 ? "accepted-against-rules" : "accepted"
      : causes.length > 0
      ? "to-refuse"
      : "to-accept";
    return { receipt, causes, state, decisions };
  });
}
