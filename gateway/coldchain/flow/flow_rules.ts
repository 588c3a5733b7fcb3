/** What keeps a step or a use from being written: each refusal names its field and the fix. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { ReceiptState } from "../life/receipt.ts";
import type { MovedBody, Step, UsedBody } from "./flow_body.ts";
import type { Hold } from "./held_back.ts";
import { formOf, nameOf } from "./place.ts";

export interface FlowRefusal {
  readonly rule: "C10" | "C14";
  readonly field: string;
  readonly text: Text;
}

/** What is known of a lot where it is to leave. */
export interface LotHere {
  readonly product: string;
  readonly lot: string;
  /** Those that were given taken off. */
  readonly doses: number;
  /** Of what is in quarantine there, or was exposed before it came there; `null`: it is free. */
  readonly hold: Hold | null;
  /** Who supplied it: told where it is to be sent back, or is asked to be sent. */
  readonly suppliers: readonly string[];
  /** The earliest day of use that anybody told. */
  readonly expires: string | null;
}

export interface FlowFacts {
  /** At `from`, or at the place of a use; of goods of a receipt what is left of them. */
  readonly here: readonly LotHere[];
  /** Units that are in use. */
  readonly units: ReadonlySet<string>;
  /** Of the receipt that goods are put away from; `null`: there is none of that name. */
  readonly receipt: ReceiptState | null;
  /** `2026-11-29`, where the site is. */
  readonly today: string;
}

/** Receipts of which something was taken in. */
const PUT_AWAY: ReadonlySet<ReceiptState | null> = new Set<ReceiptState>([
  "accepted",
  "accepted-against-rules",
  "in-part",
  "quarantined",
]);

/** Steps by which doses come nearer to somebody: none of what is held or out of date. */
const TOWARDS_PEOPLE: ReadonlySet<Step> = new Set(["taken", "sent"]);

export function moveRefusals(
  { step, from, to, lots }: Pick<MovedBody, "step" | "from" | "to" | "lots">,
  facts: FlowFacts,
): FlowRefusal[] {
  const refusals: FlowRefusal[] = [];
  for (const [field, place] of [["from", from], ["to", to]] as const) {
    if (formOf(place) === "unit" && !facts.units.has(nameOf(place))) {
      refusals.push(unknownUnit(field, nameOf(place)));
    }
  }
  if (formOf(from) === "receipt" && !PUT_AWAY.has(facts.receipt)) {
    refusals.push(c10("from", {
      zh: `到货 ${nameOf(from)} 尚未验收；请先验收或拒收`,
      en: `receipt ${nameOf(from)} is not accepted; accept or refuse it first`,
    }));
  }
  for (const { product, lot, doses, expires } of lots) {
    const known = facts.here.find((one) => one.product === product && one.lot === lot);
    // What comes from another site is counted where it comes from.
    if (formOf(from) !== "away") refusals.push(...shortOf(lot, doses, known));
    if (!TOWARDS_PEOPLE.has(step)) continue;
    const suppliers = step === "sent" ? known?.suppliers ?? [] : [];
    const isBack = suppliers.includes(nameOf(to));
    const days = [expires, known?.expires ?? null];
    if (!isBack) refusals.push(...outOfDate("lots", lot, days, facts.today, suppliers));
    if (!isBack || known?.hold !== "to-return") refusals.push(...heldBack("lots", lot, known));
  }
  return refusals;
}

export function useRefusals(
  { place, product, lot, expires, code }: Pick<
    UsedBody,
    "place" | "product" | "lot" | "expires" | "code"
  >,
  facts: Pick<FlowFacts, "here" | "today"> & { readonly isCodeUsed: boolean },
): FlowRefusal[] {
  const known = facts.here.find((one) => one.product === product && one.lot === lot);
  const refusals = shortOf(lot, 1, known, "place");
  refusals.push(
    ...outOfDate("lot", lot, [expires, known?.expires ?? null], facts.today),
    ...heldBack("lot", lot, known),
  );
  if (code !== null && facts.isCodeUsed) {
    refusals.push(c14("code", {
      zh: `追溯码 ${code} 已登记接种；请核对包装，误登记的先撤销`,
      en: `code ${code} was given already; look at the pack, reverse what was written by mistake`,
    }));
  }
  if (formOf(place) === "unit" || formOf(place) === "session") return refusals;
  return [...refusals, c14("place", { zh: "不是接种地点", en: "no place to give a dose" })];
}

function shortOf(
  lot: string,
  doses: number,
  known: LotHere | undefined,
  field = "lots",
): FlowRefusal[] {
  const here = known?.doses ?? 0;
  if (here >= doses) return [];
  return [c14(field, {
    zh: `批号 ${lot} 在此处只有 ${here} 剂，不足 ${doses} 剂；请清点并先登记入库`,
    en: `of lot ${lot} ${here} doses are there, not ${doses}: count, and write what came first`,
  })];
}

function outOfDate(
  field: string,
  lot: string,
  days: readonly (string | null)[],
  today: string,
  suppliers: readonly string[] = [],
): FlowRefusal[] {
  const [last] = days.filter((day) => day !== null).sort();
  // The last day itself is one of use.
  if (last === undefined || last >= today) return [];
  const back = suppliers.length === 0 ? { zh: "", en: "" } : {
    zh: `，或退回供货单位（${suppliers.join("、")}）`,
    en: `, or send it back to who supplied it ` +
      `(${suppliers.join(", ")})`,
  };
  return [c14(field, {
    zh: `批号 ${lot} 已于 ${last} 过期；请按过期登记${back.zh}`,
    en: `lot ${lot} could be used until ${last}; write it off as expired${back.en}`,
  })];
}

function heldBack(field: string, lot: string, known: LotHere | undefined): FlowRefusal[] {
  if (known === undefined || known.hold === null) return [];
  if (known.hold === "held") {
    return [c10(field, {
      zh: `批号 ${lot} 隔离待定；处理决定前不得使用`,
      en: `lot ${lot} is in quarantine; it is not used before that is decided`,
    })];
  }
  if (known.hold === "to-destroy") {
    return [c10(field, {
      zh: `批号 ${lot} 已决定销毁，不得使用；请登记报损`,
      en: `lot ${lot} is to be destroyed, and not used; write it off as wasted`,
    })];
  }
  const names = known.suppliers;
  return [c10(field, {
    zh: `批号 ${lot} 已决定退回，不得使用；只能发还供货单位（${names.join("、") || "未登记"}）`,
    en: `lot ${lot} is to be sent back, and not used; send it to who supplied it ` +
      `(${names.join(", ") || "nobody is known"})`,
  })];
}

/** Of a step that is to be taken back. */
export interface HeldOfStep {
  readonly lot: string;
  readonly hold: Hold;
}

/** Of a step that is taken back: none whose doses are held back where it led from or to. */
export function reversalRefusals(held: readonly HeldOfStep[]): FlowRefusal[] {
  return held.map(({ lot, hold }) =>
    c10(
      "what",
      hold === "held"
        ? {
          zh: `批号 ${lot} 隔离待定，撤销会移动或放行这些疫苗；请先作出处理决定`,
          en: `lot ${lot} is in quarantine, and taking the step back would move or free it: ` +
            "decide about the lot first",
        }
        : {
          zh:
            `批号 ${lot} 已决定销毁或退回，撤销会移动或放行这些疫苗；请登记移库，写明现在实际存放处`,
          en:
            `lot ${lot} is to be destroyed or sent back, and taking the step back would move or ` +
            "free it: write a step to where it really is",
        },
    )
  );
}

export function unknownUnit(field: string, unit: string): FlowRefusal {
  return c14(field, {
    zh: `没有在用的储存设备 ${unit}；请先登记设备`,
    en: `no unit ${unit} is in use; set it up first`,
  });
}

function c10(field: string, text: Text): FlowRefusal {
  return { rule: "C10", field, text };
}

function c14(field: string, text: Text): FlowRefusal {
  return { rule: "C14", field, text };
}
