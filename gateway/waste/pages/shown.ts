/** What the pages of waste are made of, at a site that acts and at a county that sees. */
import type { Text } from "../../../drivers/profile_parts.ts";
import { type Custodian, custodianKey, CUSTODIANS } from "../entry/subject.ts";
import type { WasteDesk, WasteNode } from "../desk/waste_desk.ts";
import type { RuledNode } from "../desk/rules_read.ts";

export interface Shown extends RuledNode {
  readonly node: WasteNode;
  /** What people call the node. */
  readonly title: Text;
  /** `null`: nobody acts here. */
  readonly desk: WasteDesk | null;
}

/** A site whose persons act. */
export interface ActingSite extends Shown {
  readonly desk: WasteDesk;
}

/** The site that is shown where no other is asked for; `null`: all. */
export function ownSite({ role, node }: Shown): string | null {
  return role === "site" ? node.name : null;
}

export interface Place extends Custodian {
  readonly name: string;
}

/** Who may hold waste here, in the order of the configuration. */
export function placesOf({ config }: WasteDesk, ...kinds: readonly Custodian["kind"][]): Place[] {
  const stores = config.stores.map(({ id, name }) => ({ kind: "store" as const, id, name }));
  return [...config.places, ...stores].filter(({ kind }) => kinds.includes(kind));
}

/** A custodian as people call it. */
export function placeName({ desk }: Shown, custodian: Custodian): string {
  const key = custodianKey(custodian);
  const known = desk === null
    ? undefined
    : placesOf(desk, ...CUSTODIANS).find((one) => custodianKey(one) === key);
  return known?.name ?? custodian.name ?? custodian.id;
}

/** Of `kind/id`; `null`: it is none. */
export function custodianIn(key: string): Custodian | null {
  const at = key.indexOf("/");
  const kind = CUSTODIANS.find((one) => one === key.slice(0, at));
  const id = key.slice(at + 1);
  return kind === undefined || id === "" || id.length > 64 ? null : { kind, id };
}
