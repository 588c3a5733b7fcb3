/** What keeps doses of an opened vial from being given, or from going elsewhere (C14). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { MovedBody, UsedBody } from "./flow_body.ts";
import type { FlowRefusal, LotHere } from "./flow_rules.ts";
import type { Vial } from "./vial.ts";
import type { VialSpec } from "./vial_config.ts";

/** Opened here, as the tables know it. */
export interface KnownVial extends Omit<Vial, "isShort"> {
  readonly product: string;
  readonly lot: string;
  readonly code: string;
}

export interface VialFacts {
  readonly nowMs: number;
  /** Of the product, as it counts today; `null`: a pack of it is one dose. */
  readonly spec: VialSpec | null;
  /** Under the code that is asked about; `null`: it was not opened here. */
  readonly vial: KnownVial | null;
  /** Doses of the lot there that are in no opened vial. */
  readonly closedDoses: number;
  readonly isCodeUsed: boolean;
  /** The code was written off at this site. */
  readonly isThrownAway: boolean;
}

export type VialUse =
  /** No matter of vials: a code is given once. */
  | { readonly kind: "one-dose" }
  /** One more dose of a vial that is open. */
  | { readonly kind: "opened" }
  /** It is opened with this dose. */
  | { readonly kind: "to-open"; readonly code: string; readonly spec: VialSpec }
  | { readonly kind: "refused"; readonly refusal: FlowRefusal };

export function vialUse(
  { place, product, lot, code }: Pick<UsedBody, "place" | "product" | "lot" | "code">,
  { nowMs, spec, vial, closedDoses, isCodeUsed, isThrownAway }: VialFacts,
): VialUse {
  if (vial !== null) {
    const refusal = otherThan(vial, { place, product, lot }) ?? usedUp(vial, nowMs);
    return refusal === null ? { kind: "opened" } : { kind: "refused", refusal };
  }
  if (spec === null) return { kind: "one-dose" };
  if (code === null) {
    return refused("code", {
      zh: `该疫苗每瓶 ${spec.doses} 剂；请扫瓶上的追溯码，同瓶受种者才可追溯`,
      en: `a vial of it has ${spec.doses} doses: scan the code of the vial, ` +
        "by which all who got of it are found",
    });
  }
  // A dose was given of it, and nobody wrote that it was a vial of several.
  if (isCodeUsed) return { kind: "one-dose" };
  if (isThrownAway) {
    return refused("code", {
      zh: `${code} 已登记报损；请核对包装，误登记的先撤销`,
      en: `${code} was thrown away; look at the vial, reverse what was written by mistake`,
    });
  }
  if (closedDoses < spec.doses) {
    return refused("place", {
      zh: `批号 ${lot} 在此处未开瓶的只有 ${Math.max(0, closedDoses)} 剂，不足一瓶 ` +
        `${spec.doses} 剂；请清点并先登记领出`,
      en: `of lot ${lot} ${Math.max(0, closedDoses)} doses there are in closed vials, not the ` +
        `${spec.doses} of one: count, and write what came first`,
    });
  }
  return { kind: "to-open", code, spec };
}

function otherThan(
  vial: KnownVial,
  { place, product, lot }: Pick<UsedBody, "place" | "product" | "lot">,
): FlowRefusal | null {
  if (vial.product !== product || vial.lot !== lot) {
    return c14("lot", {
      zh: `${vial.code} 开瓶时登记为产品 ${vial.product} 批号 ${vial.lot}；请核对包装`,
      en: `${vial.code} was opened as lot ${vial.lot} of ${vial.product}; look at the vial`,
    });
  }
  if (vial.place === place) return null;
  return c14("place", {
    zh: `${vial.code} 在 ${vial.place}；请选该处，或先登记移动`,
    en: `${vial.code} is at ${vial.place}; name that place, or write that it was moved`,
  });
}

/** At its last moment it may be used. */
function usedUp({ code, left, useByMs }: KnownVial, nowMs: number): FlowRefusal | null {
  if (left === 0) {
    return c14("code", {
      zh: `${code} 已无剩余剂数；请开另一瓶`,
      en: `no dose is left in ${code}; open another vial`,
    });
  }
  if (nowMs <= useByMs) return null;
  return c14("code", {
    zh: `${code} 开瓶已超过使用时限；剩余 ${left} 剂请报损`,
    en: `${code} has been open for longer than it may be used: throw away the ${left} left in it`,
  });
}

export interface VialMoveFacts {
  readonly nowMs: number;
  /** Doses of each lot where it leaves from. */
  readonly here: readonly LotHere[];
  /** All that were opened of these lots at the site. */
  readonly vials: readonly KnownVial[];
}

/** An opened vial goes by itself, with all that is left in it; a part of it only into the waste. */
export function vialMoveRefusals(
  { step, from, lots }: Pick<MovedBody, "step" | "from" | "lots">,
  { nowMs, here, vials }: VialMoveFacts,
): FlowRefusal[] {
  return lots.flatMap(({ product, lot, doses, codes }) => {
    const own = vials.filter((one) => one.product === product && one.lot === lot);
    const [named] = own.filter(({ code }) => codes.includes(code));
    if (named === undefined) {
      const lotHere = here.find((one) => one.product === product && one.lot === lot);
      return outOfOpened(lot, doses, lotHere?.doses ?? 0, openDoses(own, from));
    }
    if (codes.length > 1) {
      return [c14("lots", {
        zh: `${named.code} 已开瓶，须单独登记；其他追溯码请另行登记`,
        en: `${named.code} is open and goes by itself; write the other codes in another step`,
      })];
    }
    const elsewhere = otherThan(named, { place: from, product, lot });
    if (elsewhere !== null) return [elsewhere];
    const isWaste = step === "wasted" || step === "expired";
    if (step === "sent") {
      return [c14("lots", {
        zh: `${named.code} 已开瓶，不得发往其他站点；请用完或报损`,
        en: `${named.code} is open and goes to no other site; use it up, or throw it away`,
      })];
    }
    if (doses > named.left || (!isWaste && doses < named.left)) {
      return [c14("lots", {
        zh: `${named.code} 剩余 ${named.left} 剂，不是 ${doses} 剂；请清点`,
        en: `in ${named.code} ${named.left} doses are left, not ${doses}: count again`,
      })];
    }
    const late = isWaste ? null : usedUp(named, nowMs);
    return late === null ? [] : [late];
  });
}

/** Doses in opened vials of a lot in a place. */
export function openDoses(vials: readonly KnownVial[], place: string): number {
  return vials.filter((one) => one.place === place).reduce((sum, { left }) => sum + left, 0);
}

function outOfOpened(lot: string, doses: number, here: number, open: number): FlowRefusal[] {
  // Fewer than asked for are there: that is refused already.
  if (open === 0 || doses > here || doses <= here - open) return [];
  return [c14("lots", {
    zh: `批号 ${lot} 在此处 ${here} 剂中有 ${open} 剂在已开瓶内；请扫该瓶的追溯码单独登记`,
    en: `of the ${here} doses of lot ${lot} there ${open} are in opened vials: ` +
      "name those by their codes, each in a step of its own",
  })];
}

/** Of an opening that is taken back: none of whose vial doses were given or thrown away. */
export function openingReversalRefusals(vial: KnownVial | null): FlowRefusal[] {
  if (vial === null || vial.given + vial.discarded === 0) return [];
  return [c14("what", {
    zh: `${vial.code} 已登记接种 ${vial.given} 剂、报损 ${vial.discarded} 剂；请先撤销这些登记`,
    en: `of ${vial.code} ${vial.given} doses were given and ${vial.discarded} thrown away: ` +
      "take those back first",
  })];
}

function refused(field: string, text: Text): VialUse {
  return { kind: "refused", refusal: c14(field, text) };
}

function c14(field: string, text: Text): FlowRefusal {
  return { rule: "C14", field, text };
}
