/** Whether a disposer's receipt fits what left on its manifest (rules W6, W7, W8). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Stamp } from "../../../sync/entry.ts";
import type { DisposedBody, ReceivedBody } from "../entry/move_body.ts";
import { custodianKey } from "../entry/subject.ts";
import { bagsIn, type Ledger } from "../life/ledger.ts";
import { kilograms, recordFault } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import type { WasteRules } from "../rules.ts";
import { type Balance, balanceOf, type Imbalance } from "../store/balance.ts";
import { minuteOf } from "./form.ts";
import type { ManifestStanding } from "./manifest.ts";

const MINUTE_MS = 60_000;

type Receipt = Pick<
  ReceivedBody,
  "from" | "bags" | "loads" | "receivedMs" | "grams" | "difference"
>;

/**
 * All faults at once, each with its field. What left and did not come, what came and had not left,
 * and a weight that differs are no faults where `difference` says why: they are shown, and stay.
 */
export function receiptFaults(
  asked: Receipt,
  manifest: ManifestStanding,
  ledger: Ledger,
  { rules, now }: { readonly rules: WasteRules; readonly now: Stamp },
): Refusal[] {
  const { departed } = manifest;
  if (departed === null) return [notDeparted(manifest)];
  const tooMuch = recordFault(asked.grams, rules);
  const { imbalances } = receiptBalance(asked, manifest, ledger, rules);
  const unexplained = asked.difference.trim() === "" ? imbalances : [];
  return [
    ...(tooMuch === null ? [] : [{ ...tooMuch, field: "grams" }]),
    ...(custodianKey(asked.from) === custodianKey(departed.body.to)
      ? []
      : [otherCarrier(custodianKey(departed.body.to))]),
    ...momentFaults(asked.receivedMs, departed.time, now),
    ...namedIn(asked, ledger).flatMap((bag) => receivedAlready(bag, ledger)),
    ...unexplained.map((one) => fault("difference", differenceText(one))),
  ];
}

/** What the disposer received against what is still to come: bags by name, and their weight. */
export function receiptBalance(
  asked: Pick<Receipt, "bags" | "loads" | "grams">,
  { bags, outstanding }: ManifestStanding,
  ledger: Ledger,
  rules: WasteRules,
): Balance {
  const here = namedIn(asked, ledger);
  const weighed = (bag: string) => ({ bag, weight: ledger.bags.get(bag)?.weight ?? null });
  const unexpected = here.filter((bag) => !bags.includes(bag));
  // The disposer's scale has its own step, which is not told: what was weighed here counts.
  const counted = { bags: here, grams: asked.grams, divisionGrams: 0 };
  return balanceOf(outstanding.map(weighed), unexpected.map(weighed), counted, rules);
}

/** A disposal is of what was received, once. */
export function disposalFaults(
  { receipt }: Pick<DisposedBody, "receipt">,
  { manifest, received, disposed }: ManifestStanding,
): Refusal[] {
  if (!received.some(({ body }) => body.receipt === receipt)) {
    return [fault("receipt", {
      zh: `联单 ${manifest} 没有接收单 ${receipt}：请先登记接收`,
      en: `manifest ${manifest} has no receipt ${receipt}: enter the receipt first`,
    })];
  }
  if (!disposed.some(({ body }) => body.receipt === receipt)) return [];
  return [fault("receipt", {
    zh: `接收单 ${receipt} 已登记处置：有误请先冲销`,
    en: `what receipt ${receipt} names was disposed of already: reverse that if it is wrong`,
  })];
}

function namedIn({ bags, loads }: Pick<Receipt, "bags" | "loads">, ledger: Ledger): string[] {
  return [...new Set([...bags, ...loads.flatMap((load) => bagsIn(ledger, load))])].sort();
}

function receivedAlready(bag: string, { bags }: Ledger): Refusal[] {
  const standing = bags.get(bag);
  if (standing?.state !== "received" && standing?.state !== "disposed") return [];
  const { receipt } = standing;
  return [fault("bags", {
    zh: `包装袋 ${bag} 已由接收单 ${receipt} 接收`,
    en: `bag ${bag} was received already, on receipt ${receipt}`,
  })];
}

/**
 * When it was received, to the minute, as the form has it: not before it left and not after now,
 * as far as clocks can be believed.
 */
function momentFaults(receivedMs: number | undefined, left: Stamp, now: Stamp): Refusal[] {
  if (receivedMs === undefined) return [];
  if (left.clock !== "untrusted" && receivedMs < left.wallMs - left.wallMs % MINUTE_MS) {
    return [fault("receivedMs", {
      zh: `接收时间早于起运时间 ${minuteOf(left.wallMs)}：请核对`,
      en: `it was received before it left at ${minuteOf(left.wallMs)}: check the moment`,
    })];
  }
  if (now.clock === "untrusted" || receivedMs <= now.wallMs) return [];
  return [fault("receivedMs", {
    zh: `接收时间晚于现在 ${minuteOf(now.wallMs)}：请核对`,
    en: `it was received after now, ${minuteOf(now.wallMs)}: check the moment`,
  })];
}

function notDeparted({ manifest }: ManifestStanding): Refusal {
  return fault("manifest", {
    zh: `联单 ${manifest} 尚未交运：请先登记交运并由第二人确认`,
    en: `manifest ${manifest} never departed: enter its departure first, confirmed by two persons`,
  });
}

function otherCarrier(key: string): Refusal {
  return fault("from", {
    zh: `该联单由 ${key} 运走：接收须来自它`,
    en: `${key} took what is on this manifest: it is received from that`,
  });
}

function differenceText(one: Imbalance): Text {
  switch (one.kind) {
    case "missing-bag":
      return {
        zh: `包装袋 ${one.bag} 已交运而接收单没有：请查找，或说明差异`,
        en: `bag ${one.bag} left and is not on the receipt: find it, or say why`,
      };
    case "unexpected-bag":
      return {
        zh: `包装袋 ${one.bag} 未随此联单交运：请核对，或说明差异`,
        en: `bag ${one.bag} did not leave on this manifest: check it, or say why`,
      };
    case "unweighed-bag":
      return {
        zh: `包装袋 ${one.bag} 没有一致的重量：请核实，或说明差异`,
        en: `bag ${one.bag} has no agreed weight: resolve it, or say why`,
      };
    case "weight": {
      const [is, was] = [one.countedGrams, one.collectedGrams].map(kilograms);
      const allowed = kilograms(one.allowedGrams);
      return {
        zh: `接收 ${is} kg，封装合计 ${was} kg，允许差 ${allowed} kg：请核对，或说明差异`,
        en: `${is} kg were received, ${was} kg were sealed, ${allowed} kg may differ: check it, ` +
          "or say why",
      };
    }
  }
}

function fault(field: string, text: Text): Refusal {
  return { rule: field === "difference" ? "W6" : "W8", field, text };
}
