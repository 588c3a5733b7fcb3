/** Whether a bag may be sealed, or put into a load, before anything is written. */
import type { BoxedBody, SealedBody } from "../entry/bag_body.ts";
import type { Weight } from "../entry/weight.ts";
import type { BagStanding } from "../life/bag.ts";
import type { Ledger } from "../life/ledger.ts";
import { bagFault } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import type { WasteRules } from "../rules.ts";

/** `usedBy`: the bag that was weighed by this reading already, or `null`. */
export function refusedSealing(
  { bag, weight }: SealedBody,
  { bags }: Ledger,
  { usedBy, rules }: { readonly usedBy: string | null; readonly rules: WasteRules },
): Refusal[] {
  const tooMuch = bagFault(weight.grams, rules);
  const standing = bags.get(bag);
  const isKnown = standing !== undefined && standing.state !== "void" &&
    standing.history.some(({ kind, role }) => kind === "waste-sealed" && role === "stands");
  return [
    ...(tooMuch === null ? [] : [tooMuch]),
    ...(isKnown ? [sealedAlready(bag)] : []),
    ...usedReading(weight, usedBy),
  ];
}

function sealedAlready(bag: string): Refusal {
  const text = {
    zh: `包装袋 ${bag} 已封装：更改须先冲销原记录`,
    en: `bag ${bag} is sealed: to change what it says, reverse that entry first`,
  };
  return { rule: "W1", field: "bag", text };
}

/** A weighing is of one bag. */
function usedReading(weight: Weight, usedBy: string | null): Refusal[] {
  if (weight.from !== "scale" || usedBy === null) return [];
  const text = {
    zh: `该次称重已用于包装袋 ${usedBy}：请重新称重`,
    en: `this weighing is that of bag ${usedBy}: weigh again`,
  };
  return [{ rule: "W2", field: "weight.reading", text }];
}

/** All that speaks against it; what this node never heard of may be boxed. */
export function refusedBoxing(asked: BoxedBody, ledger: Ledger): Refusal[] {
  const bags = asked.bags.flatMap((bag, index) =>
    refusedBag(ledger.bags.get(bag), asked, `bags.${index}`)
  );
  const loads = asked.loads.flatMap((load, index): Refusal[] => {
    const within = ledger.loads.get(load)?.within ?? null;
    const isAround = around(asked.load, ledger).includes(load);
    if (isAround) return [circle(load, `loads.${index}`)];
    return within === null || within === asked.outOf
      ? []
      : [elsewhere(load, within, `loads.${index}`)];
  });
  const box = ledger.loads.get(asked.load)?.box ?? null;
  return [...bags, ...loads, ...(box === null || box === asked.box ? [] : [otherBox(asked, box)])];
}

function refusedBag(
  standing: BagStanding | undefined,
  asked: BoxedBody,
  field: string,
): Refusal[] {
  if (standing === undefined) return [];
  const { bag, state, load } = standing;
  if (state === "void" || state === "received" || state === "disposed") {
    const text = {
      zh: `包装袋 ${bag} 已${state === "void" ? "冲销" : "处置"}`,
      en: `bag ${bag} is ${state}`,
    };
    return [{ rule: "W4", field, text }];
  }
  const isThere = load === null || load === asked.outOf || load === asked.load;
  return isThere ? [] : [elsewhere(bag, load, field)];
}

function around(load: string, { loads }: Ledger): string[] {
  const found: string[] = [];
  for (
    let outer = loads.get(load)?.within ?? null;
    outer !== null && !found.includes(outer);
    outer = loads.get(outer)?.within ?? null
  ) found.push(outer);
  return found;
}

function elsewhere(code: string, load: string, field: string): Refusal {
  const text = {
    zh: `${code} 已在箱次 ${load} 中：请注明从该箱取出`,
    en: `${code} is in load ${load}: say that it is taken out of that`,
  };
  return { rule: "W4", field, text };
}

function circle(load: string, field: string): Refusal {
  const text = {
    zh: `箱次 ${load} 已包含本箱次`,
    en: `load ${load} holds this one: it cannot go into it`,
  };
  return { rule: "W4", field, text };
}

function otherBox({ load, box }: BoxedBody, known: string): Refusal {
  const text = {
    zh: `箱次 ${load} 属于周转箱 ${known}，不是 ${box}`,
    en: `load ${load} is in box ${known}, not in ${box}`,
  };
  return { rule: "W4", field: "box", text };
}
