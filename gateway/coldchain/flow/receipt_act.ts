/**
 * Goods at the door (C10): what speaks against taking them in, and all that one receipt writes. It
 * is one commit: what came, what was decided, where it is put, and that it is held back.
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import { entryId } from "../../collected_entry.ts";
import { type RefusalCause, refusalCauses, setApartFor } from "../life/receipt.ts";
import type { QuarantineBody } from "../life/quarantine_body.ts";
import type { Journey, ReceiptBody, ReceiptDecidedBody } from "../life/receipt_body.ts";
import type { Person } from "../life/subject.ts";
import { RECEIPT_RULES } from "../record/standings.ts";
import { JOURNEY_RECORD } from "../rules/plans.ts";
import type { MovedBody } from "./flow_body.ts";
import { type FlowRefusal, unknownUnit } from "./flow_rules.ts";
import { placeOf } from "./place.ts";
import { putAwayId, type ReceiptOrder } from "./receipt_order.ts";

/** A receipt is written on the day that goods came. */
const DAY_MS = 24 * 3_600_000;
const LATE_MS = DAY_MS;
/** A clock at the door may be ahead of the node's. */
const AHEAD_MS = 60_000;

export interface ReceiptFacts {
  readonly site: string;
  readonly nowMs: number;
  /** `2026-11-29`, where the site is. */
  readonly today: string;
  /** Units that are in use. */
  readonly units: ReadonlySet<string>;
  /** Of the file that was named, or as it was typed; `null`: there is no such file. */
  readonly journey: Journey | null;
}

export function receiptRefusals(order: ReceiptOrder, facts: ReceiptFacts): FlowRefusal[] {
  const { journey, nowMs } = facts;
  const refusals: FlowRefusal[] = [];
  const arrivedMs = order.arrivedMs ?? nowMs;
  if (arrivedMs > nowMs + AHEAD_MS || arrivedMs < nowMs - LATE_MS) {
    refusals.push(c10("arrivedMs", {
      zh: "到货时间不在最近 24 小时内；请核对",
      en: "it is no moment of the last 24 hours; look at it again",
    }));
  }
  if (journey === null) {
    refusals.push(c10("journey", {
      zh: "没有导入过这份记录仪文件；请先导入，或另选",
      en: "no such file of a logger was imported here; import it first, or name another",
    }));
    return refusals;
  }
  const { arrivalCelsius } = order;
  const causes = refusalCauses({ journey, arrivedMs, arrivalCelsius }, RECEIPT_RULES);
  return [
    ...refusals,
    ...spanRefusals(journey, arrivedMs, nowMs),
    ...arrivalRefusals(order),
    ...goodsRefusals(order, facts, causes.filter((cause) => cause !== "arrival-unknown")),
    ...wordsMissing(order, causes),
  ];
}

/** A record of times that cannot be; what it does not cover, {@link refusalCauses} says. */
function spanRefusals(journey: Journey, arrivedMs: number, nowMs: number): FlowRefusal[] {
  if (journey.kind === "none") return [];
  const { fromMs, toMs } = journey;
  const refusals: FlowRefusal[] = [];
  const { daysMax } = JOURNEY_RECORD;
  if (arrivedMs - fromMs > daysMax * DAY_MS) {
    refusals.push(c10("journey.fromMs", {
      zh: `启运时间早于到货 ${daysMax} 天以上；请核对`,
      en: `it left more than ${daysMax} days before it arrived; look at it again`,
    }));
  }
  if (toMs > nowMs + AHEAD_MS) {
    refusals.push(c10("journey.toMs", {
      zh: "运输记录的结束时间晚于现在；请核对",
      en: "the record ends at a moment that is still to come; look at it again",
    }));
  }
  return refusals;
}

/** Nothing is made up where nobody could read it: then the goods are not accepted. */
function arrivalRefusals({ arrivalCelsius, goods }: ReceiptOrder): FlowRefusal[] {
  const isAccepted = goods.some(({ decision }) => decision === "accepted");
  if (arrivalCelsius !== null || !isAccepted) return [];
  return [c10("arrivalCelsius", {
    zh: "验收须填写到货时温度；无法测温的，请隔离待定或拒收",
    en: "goods are accepted with their temperature at arrival; where nobody could read it, " +
      "quarantine or refuse them",
  })];
}

function goodsRefusals(
  { goods }: ReceiptOrder,
  { units, today }: ReceiptFacts,
  causes: readonly RefusalCause[],
): FlowRefusal[] {
  const refusals: FlowRefusal[] = [];
  for (const [at, { product, lot, expires, decision, storedIn }] of goods.entries()) {
    const field = `goods.${at}`;
    if (storedIn !== undefined && !units.has(storedIn)) {
      refusals.push(unknownUnit(`${field}.storedIn`, storedIn));
    }
    if (decision === "accepted" && causes.length > 0) {
      refusals.push(c10(`${field}.decision`, {
        zh: `批号 ${lot} 不得直接验收（${causesIn("zh", causes)}）；请隔离待定，或拒收并报告`,
        en: `lot ${lot} may not be accepted (${causesIn("en", causes)}); ` +
          "quarantine it, or refuse and report it",
      }));
    }
    if (decision !== "refused" && expires !== null && expires < today) {
      refusals.push({
        rule: "C14",
        field: `${field}.expires`,
        text: {
          zh: `批号 ${lot} 已于 ${expires} 过期；请拒收`,
          en: `lot ${lot} could be used until ${expires}; refuse it`,
        },
      });
    }
    const isOtherwise = goods.some((one) =>
      one.product === product && one.lot === lot && one.decision === "quarantined"
    );
    if (decision === "accepted" && isOtherwise) {
      refusals.push(c10(`${field}.decision`, {
        zh: `同一批号 ${lot} 不能一部分验收、一部分隔离；请全部隔离`,
        en: `lot ${lot} of one journey is not accepted and quarantined; quarantine all of it`,
      }));
    }
  }
  return refusals;
}

function wordsMissing(
  { goods, refusal, reason }: ReceiptOrder,
  causes: readonly RefusalCause[],
): FlowRefusal[] {
  const has = (decision: string) => goods.some((one) => one.decision === decision);
  const refusals: FlowRefusal[] = [];
  if (has("refused") !== (refusal !== undefined)) {
    refusals.push(c10(
      "refusal",
      refusal === undefined
        ? { zh: "拒收须写明原因和报告对象", en: "write why it is refused, and whom you told" }
        : { zh: "没有拒收的货物；请勿填写拒收", en: "nothing is refused; leave it out" },
    ));
  }
  if (has("quarantined") && causes.length === 0 && reason === undefined) {
    refusals.push(c10("reason", {
      zh: "运输记录合格仍要隔离，请写明原因",
      en: "its record is in order: write why it is held back",
    }));
  }
  return refusals;
}

export interface ReceiptBodies {
  readonly receipt: ReceiptBody;
  readonly decided: readonly ReceiptDecidedBody[];
  readonly moved: readonly MovedBody[];
  readonly quarantines: readonly QuarantineBody[];
}

/** Of an order that nothing speaks against. */
export function receiptBodies(
  order: ReceiptOrder,
  journey: Journey,
  { site, nowMs }: Pick<ReceiptFacts, "site" | "nowMs">,
  by: Person,
): ReceiptBodies {
  const { id, consignment, from, sentBy, carrier, arrivalCelsius, refusal, reason } = order;
  const of = { site, receipt: id, by };
  const receipt: ReceiptBody = {
    ...{ id, site, consignment, from, arrivedMs: order.arrivedMs ?? nowMs },
    ...(sentBy === undefined ? {} : { sentBy }),
    ...(carrier === undefined ? {} : { carrier }),
    goods: order.goods.map(({ product, lot, doses, expires, codes }) => (
      { product, lot, quantity: doses, unit: "剂", expires, codes }
    )),
    ...{ journey, arrivalCelsius, by },
  };
  const refused = order.goods.filter(({ decision }) => decision === "refused");
  const decided: ReceiptDecidedBody[] = refused.length === 0 || refusal === undefined ? [] : [{
    ...{ ...of, id: entryId("cold-receipt-decided", site, id, "refused"), decision: "refused" },
    lots: lotsIn(refused),
    ...{ reason: refusal.reason, reportedTo: refusal.reportedTo },
    reportedMs: refusal.reportedMs ?? nowMs,
  }];
  const moved: MovedBody[] = [];
  const quarantines: QuarantineBody[] = [];
  const cause = setApartFor(refusalCauses(receipt, RECEIPT_RULES));
  const taken = order.goods.filter(({ decision }) => decision !== "refused");
  for (const [unit = "", own] of Map.groupBy(taken, ({ storedIn }) => storedIn)) {
    for (const decision of ["accepted", "quarantined"] as const) {
      const some = own.filter((one) => one.decision === decision);
      if (some.length === 0) continue;
      const lots = lotsIn(some);
      const named = entryId("cold-receipt-decided", site, id, decision, unit);
      decided.push({ ...of, id: named, decision, lots, storedIn: unit });
    }
    moved.push({
      ...{ id: putAwayId(site, id, unit), site, step: "stored" },
      from: sentBy === undefined ? placeOf("receipt", id) : placeOf("away", sentBy),
      to: placeOf("unit", unit),
      lots: own.map(({ product, lot, expires, doses, codes }) => (
        { product, lot, expires, doses, codes }
      )),
      ...{ reason: "", atMs: nowMs, by },
    });
    const apart = own.filter(({ decision }) => decision === "quarantined");
    if (apart.length === 0) continue;
    quarantines.push({
      ...{ id: entryId("cold-quarantine", site, id, unit), site, unit },
      lots: apart.map(({ product, lot }) => ({ product, lot })),
      ...{ sinceMs: nowMs, because: [id], cause },
      ...(reason === undefined ? {} : { reason }),
      by,
    });
  }
  return { receipt, decided, moved, quarantines };
}

function lotsIn(goods: ReceiptOrder["goods"]) {
  return goods.map(({ product, lot, doses }) => ({ product, lot, quantity: doses }));
}

/** What the record says against goods, as people read it. */
export const CAUSE_TEXTS = {
  "no-journey-record": { zh: "无运输温度记录", en: "no record of its journey" },
  "out-of-range": { zh: "运输途中超温", en: "out of range on its way" },
  "unknown-stretch": { zh: "部分路段温度不明", en: "part of the journey is unknown" },
  "arrival-unknown": { zh: "无到货时温度", en: "no temperature at arrival" },
  "arrival-out-of-range": { zh: "到货时超温", en: "out of range at arrival" },
} as const satisfies Readonly<Record<RefusalCause, Text>>;

function causesIn(language: keyof Text, causes: readonly RefusalCause[]): string {
  return causes.map((cause) => CAUSE_TEXTS[cause][language])
    .join(language === "zh" ? "、" : ", ");
}

function c10(field: string, text: Text): FlowRefusal {
  return { rule: "C10", field, text };
}
