/** Whether waste may be handed on, and what a move has to say that it follows. */
import type { DepartedBody, HandoverBody } from "../entry/move_body.ts";
import { AFTER_MAX, custodianKey } from "../entry/subject.ts";
import type { BagStanding } from "../life/bag.ts";
import { bagsIn, type Ledger } from "../life/ledger.ts";
import type { Refusal } from "../refusal.ts";

interface Moved {
  readonly bags: readonly string[];
  readonly loads: readonly string[];
}

/**
 * What goes into `after` of a move of these: ids of the moves that this node knows as their last.
 * Without them the move would stand beside those, as if this node had been cut off.
 */
export function afterMoves(moved: Moved, ledger: Ledger): string[] {
  const own = standingOf(moved, ledger).flatMap(({ movedBy }) => movedBy);
  return [...new Set(own)].sort().slice(0, AFTER_MAX);
}

/** The same of a `waste-boxed`. */
export function afterBoxings({ bags, loads }: Moved, ledger: Ledger): string[] {
  const own = [
    ...bags.flatMap((bag) => ledger.bags.get(bag)?.boxedBy ?? []),
    ...loads.flatMap((load) => ledger.loads.get(load)?.boxedBy ?? []),
  ];
  return [...new Set(own)].sort().slice(0, AFTER_MAX);
}

/** All that speaks against it; a bag that this node never heard of may be handed on. */
export function refusedMove(asked: HandoverBody | DepartedBody, ledger: Ledger): Refusal[] {
  const from = custodianKey(asked.from);
  return standingOf(asked, ledger).flatMap((standing): Refusal[] => {
    const { bag, state, custodian } = standing;
    const field = asked.bags.includes(bag) ? `bags.${asked.bags.indexOf(bag)}` : "loads";
    if (state === "void") {
      const text = { zh: `包装袋 ${bag} 已冲销`, en: `the sealing of bag ${bag} was reversed` };
      return [{ rule: "W4", field, text }];
    }
    if (custodian === null) {
      // Nobody knows who has it, so that it may be here: what disagrees is shown, and stays.
      return [];
    }
    if (custodianKey(custodian) === from) return [];
    const holder = custodianKey(custodian);
    const text = {
      zh: `包装袋 ${bag} 现由 ${holder} 保管，不是 ${from}：缺少一次交接`,
      en: `${holder} has bag ${bag}, not ${from}: a handover is missing`,
    };
    return [{ rule: "W4", field, text }];
  });
}

function standingOf({ bags, loads }: Moved, ledger: Ledger): BagStanding[] {
  const all = [...bags, ...loads.flatMap((load) => bagsIn(ledger, load))];
  return [...new Set(all)].flatMap((bag) => ledger.bags.get(bag) ?? []);
}
