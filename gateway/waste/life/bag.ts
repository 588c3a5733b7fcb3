/** Where one bag stands. */
import type { CategoryCode } from "../category.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { byTime, type EventOf, type MoveEvent, type WasteKind } from "../entry/event.ts";
import { type Custodian, custodianKey } from "../entry/subject.ts";
import type { WasteRules } from "../rules.ts";
import type { Containment } from "./containment.ts";
import { type Custody, custodyOf, type Moves } from "./custody.ts";
import type { Conflict, Resolutions } from "./disputes.ts";
import type { Effect } from "./effect.ts";
import { type BagWeight, saidOf, type ToldOfBag } from "./said.ts";

/**
 * `void`: its sealing was reversed, and nothing stands instead. Of entries that disagree the state
 * is the least advanced one, so that its clock runs on.
 */
export type BagState =
  | "void"
  | "sealed"
  | "handed-over"
  | "stored"
  | "departed"
  | "received"
  | "disposed";

/** When it was sealed: by an entry, or as its label says, whose machine is not known. */
export type Sealing =
  | { readonly from: "entry"; readonly id: string; readonly node: string; readonly time: Stamp }
  | {
    readonly from: "label";
    readonly id: string;
    readonly wallMs: number;
    readonly clock: Stamp["clock"];
  };

/** One entry that names the bag; nothing is hidden. */
export interface BagEntry {
  readonly id: string;
  /** Whose person made it. */
  readonly site: string;
  readonly kind: WasteKind;
  readonly place: string;
  readonly node: string;
  readonly time: Stamp;
  /**
   * `set-aside`: persons resolved that another one is right. `unfounded`: a receipt of a manifest
   * that the bag never left on, which changes nothing.
   */
  readonly role: Effect | "set-aside" | "unfounded";
}

export interface BagStanding {
  readonly bag: string;
  /** Whose it is now: the site of what last happened to it. */
  readonly site: string;
  readonly state: BagState;
  readonly category: CategoryCode | null;
  readonly ward: string | null;
  readonly weight: BagWeight | null;
  /** All sealings ever told, those that were reversed and corrected too: the clock runs (W5). */
  readonly sealings: readonly Sealing[];
  readonly custodian: Custodian | null;
  /** The load that it lies in, and all around it. */
  readonly load: string | null;
  readonly loads: readonly string[];
  /** Ids of the entries that last moved it, and last put it into a load: for `after`. */
  readonly movedBy: readonly string[];
  readonly boxedBy: readonly string[];
  /** Our id of the manifest on which it left. */
  readonly manifest: string | null;
  readonly receipt: string | null;
  readonly missing: Custody["missing"];
  /** It left, and this receipt of its manifest does not name it. */
  readonly notReceived: { readonly id: string; readonly node: string; readonly time: Stamp } | null;
  /** Receipts that name it, and of whose manifest it never left. */
  readonly unfounded: readonly { readonly id: string; readonly manifest: string }[];
  /** Ids of entries that wait for a second person. */
  readonly pending: readonly string[];
  /** For a person to resolve. */
  readonly conflicts: readonly Conflict[];
  readonly history: readonly BagEntry[];
}

/** What was gathered of one bag from all entries. */
export interface GatheredBag {
  readonly told: ToldOfBag;
  readonly allSealings: readonly EventOf<"waste-sealed">[];
  /** Of all bags: what stands. */
  readonly disposals: readonly EventOf<"waste-disposed">[];
  readonly receipts: readonly EventOf<"waste-received">[];
  /** Every entry about it, but for what was set aside and what is unfounded. */
  readonly history: readonly BagEntry[];
}

export interface Surroundings {
  readonly moves: Moves;
  readonly containment: Containment;
  readonly resolutions: Resolutions;
  readonly rules: WasteRules;
}

export function bagStanding(gathered: GatheredBag, around: Surroundings): BagStanding {
  const { told } = gathered;
  const { bag } = told;
  const { resolutions, containment } = around;
  const said = saidOf(told, resolutions, around.rules);
  const home: Custodian | null = said.ward === null ? null : { kind: "ward", id: said.ward };
  const custody = custodyOf(bag, home, around.moves, containment, resolutions);
  const within = containment.ofBag(bag);
  const { by } = custody;
  const history = judged(gathered.history, [said.aside, custody.aside, within.aside], custody);
  const manifest = by?.kind === "waste-departed" || by?.kind === "waste-received"
    ? by.body.manifest
    : null;
  return {
    bag,
    site: siteOf(history, custody),
    state: stateOf(gathered, custody),
    category: said.category,
    ward: said.ward,
    weight: said.weight,
    sealings: sealingsOf(gathered),
    custodian: custody.custodian,
    load: within.load,
    loads: within.around,
    movedBy: custody.last.map(({ body }) => body.id),
    boxedBy: within.by,
    manifest,
    receipt: by?.kind === "waste-received" ? by.body.receipt : null,
    missing: custody.missing,
    notReceived: notReceivedOf(custody, gathered.receipts),
    unfounded: custody.unfounded.map(({ body: { id, manifest } }) => ({ id, manifest })),
    pending: history.filter(({ role }) => role === "pending").map(({ id }) => id),
    conflicts: [...said.conflicts, ...custody.conflicts, ...within.conflicts],
    history,
  };
}

function judged(
  history: readonly BagEntry[],
  asides: readonly ReadonlySet<string>[],
  { unfounded }: Custody,
): BagEntry[] {
  const idle = new Set(unfounded.map(({ body }) => body.id));
  return history.map((entry) => {
    if (entry.role !== "stands") return entry;
    if (asides.some((aside) => aside.has(entry.id))) return { ...entry, role: "set-aside" };
    return idle.has(entry.id) ? { ...entry, role: "unfounded" } : entry;
  });
}

/** On the way still, or lost on it, when its manifest has come. */
function notReceivedOf(
  { by }: Custody,
  receipts: readonly EventOf<"waste-received">[],
): BagStanding["notReceived"] {
  if (by?.kind !== "waste-departed") return null;
  const { manifest } = by.body;
  const [first] = receipts.filter(({ body }) => body.manifest === manifest).sort(byTime);
  if (first === undefined) return null;
  return { id: first.body.id, node: first.node, time: first.time };
}

const ADVANCE: Readonly<Record<MoveEvent["kind"], BagState>> = {
  "waste-handover": "handed-over",
  "waste-stored": "stored",
  "waste-departed": "departed",
  "waste-received": "received",
};
const ORDER: readonly BagState[] = ["handed-over", "stored", "departed", "received"];

function stateOf({ told, allSealings, disposals }: GatheredBag, { last }: Custody): BagState {
  if (last.length === 0) {
    const isVoid = allSealings.length > 0 && told.sealings.length === 0 && told.labels.length === 0;
    return isVoid ? "void" : "sealed";
  }
  const states = last.map(({ kind }) => ADVANCE[kind]);
  const state = ORDER.find((one) => states.includes(one)) ?? "sealed";
  if (state !== "received") return state;
  const isDisposed = last.every((event) =>
    event.kind === "waste-received" &&
    disposals.some(({ body }) =>
      body.manifest === event.body.manifest && body.receipt === event.body.receipt
    )
  );
  return isDisposed ? "disposed" : state;
}

function siteOf(history: readonly BagEntry[], { last }: Custody): string {
  const move = last.at(-1);
  return move?.body.site ?? history.find(({ role }) => role === "stands")?.site ??
    history.at(0)?.site ?? "";
}

function sealingsOf({ told, allSealings }: GatheredBag): Sealing[] {
  const entries = [...allSealings].sort(byTime).map(({ body, node, time }): Sealing => ({
    from: "entry",
    id: body.id,
    node,
    time,
  }));
  const labels = told.labels.map(({ event, said: { sealedMs: wallMs, clock } }): Sealing => ({
    from: "label",
    id: event.body.id,
    wallMs,
    clock,
  }));
  return [...entries, ...labels];
}

/** What a custodian holds, as far as nothing is disputed about it. */
export function heldBy(bags: Iterable<BagStanding>, custodian: Custodian): BagStanding[] {
  const key = custodianKey(custodian);
  return [...bags].filter((one) =>
    one.state !== "void" && one.custodian !== null && custodianKey(one.custodian) === key
  );
}

/** When something was written of these, and by whom. */
export function momentsOf(bags: readonly BagStanding[]) {
  return bags.flatMap(({ history }) => history).map(({ time, node }) => ({ ...time, node }));
}
