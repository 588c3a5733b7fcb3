/** Whether goods may be taken in (疫苗管理法 第三十八条), and what became of them (C10). */
import { type AlarmRule, isOut } from "../rules/alarm_rule.ts";
import { JOURNEY_RECORD } from "../rules/plans.ts";
import type { Told } from "../series/told.ts";
import { type ColdEvent, type EventOf, ofKind } from "./event.ts";
import type { QuarantineCause } from "./quarantine_body.ts";
import type { GoodsLot, Journey, ReceiptBody } from "./receipt_body.ts";

export type RefusalCause =
  | "no-journey-record"
  | "out-of-range"
  /** A part of the journey that nobody knows the temperature of. */
  | "unknown-stretch"
  /** Nobody read what the goods had at the door. */
  | "arrival-unknown"
  | "arrival-out-of-range";

export type Arrived = Pick<ReceiptBody, "journey" | "arrivedMs" | "arrivalCelsius">;

/** A record of another time is none of this journey, however good it is. */
function isUpToArrival(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  arrivedMs: number,
): boolean {
  return fromMs < arrivedMs && arrivedMs - toMs <= JOURNEY_RECORD.endsBeforeSecondsMax * 1000;
}

/** Rules of what the goods need; how long they hold does not count: the law allows no time. */
export function refusalCauses(
  { journey, arrivedMs, arrivalCelsius }: Arrived,
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
    if (minutesUnknown > 0 || !isUpToArrival(journey, arrivedMs)) causes.push("unknown-stretch");
  }
  if (arrivalCelsius === null) causes.push("arrival-unknown");
  else if (out(arrivalCelsius)) causes.push("arrival-out-of-range");
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
  /** Taken in, and held back until somebody decides. */
  | "quarantined"
  /** Not all was decided alike. */
  | "in-part"
  /** Taken in although it should not: its stock is quarantined when it is put away. */
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
    return { receipt, causes, state: stateOf({ receipt, decisions }, causes), decisions };
  });
}

type Decided = Pick<Receipt, "receipt" | "decisions">;

function stateOf(decided: Decided, causes: readonly RefusalCause[]): ReceiptState {
  const { receipt: { body: { goods } }, decisions } = decided;
  if (decisions.length === 0) return causes.length > 0 ? "to-refuse" : "to-accept";
  const lots = new Map(goods.map((one) => [JSON.stringify([one.product, one.lot]), one]));
  const taken = [...lots.values()].reduce((sum, lot) => sum + takenIn(decided, lot), 0);
  if (taken === 0) return "refused";
  const choices = new Set(decisions.map(({ body }) => body.decision));
  if (choices.has("accepted") && causes.length > 0) return "accepted-against-rules";
  const came = goods.reduce((sum, { quantity }) => sum + quantity, 0);
  if (choices.size > 1 || taken < came) return "in-part";
  return choices.has("quarantined") ? "quarantined" : "accepted";
}

type OfLot = Pick<GoodsLot, "product" | "lot">;

/** How many of a lot were taken in: neither what was refused of it, nor what nobody decided. */
export function takenIn({ receipt, decisions }: Decided, lot: OfLot): number {
  const came = quantityOf(receipt.body.goods, lot);
  const told = (isRefusal: boolean) =>
    decisions.filter(({ body }) => (body.decision === "refused") === isRefusal)
      .reduce((sum, { body: { lots } }) => sum + (lots ? quantityOf(lots, lot) : came), 0);
  return Math.max(0, Math.min(told(false), came - told(true)));
}

/** Whether what is put away of a lot is held back: somebody said so, or its record does. */
export function isSetApart({ state, decisions }: Receipt, lot: OfLot): boolean {
  return state === "accepted-against-rules" ||
    decisions.some(({ body: { decision, lots } }) =>
      decision === "quarantined" && (lots === undefined || quantityOf(lots, lot) > 0)
    );
}

function quantityOf(lots: readonly (OfLot & Pick<GoodsLot, "quantity">)[], of: OfLot): number {
  return lots.filter(({ product, lot }) => product === of.product && lot === of.lot)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Why goods of these causes are held back: a temperature that is known says more. */
export function setApartFor(causes: readonly RefusalCause[]): QuarantineCause {
  const isOut = causes.some((one) => one === "out-of-range" || one === "arrival-out-of-range");
  return isOut ? "out-of-range" : causes.length > 0 ? "temperature-unknown" : "other";
}
