/** Where each transfer manifest stands, and what of the national form it has (rule W8). */
import type { Stamp } from "../../../sync/entry.ts";
import { CATEGORIES, CATEGORY_CODES, type CategoryCode } from "../category.ts";
import type { ManifestBody } from "../entry/manifest_body.ts";
import { byTime, type EventOf, ofKind, type WasteEvent } from "../entry/event.ts";
import type { BagStanding } from "../life/bag.ts";
import { Effects } from "../life/effect.ts";
import { bagsIn, type Ledger, onceEach } from "../life/ledger.ts";

/** One line of the form: a category with its bags. */
export interface ManifestLine {
  readonly category: CategoryCode;
  readonly bags: readonly string[];
  readonly grams: number;
  /** As the form wants it: tonnes, exact. */
  readonly tonnes: string;
  /** What the draft says beside; `null`: it has no such line. */
  readonly said: ManifestBody["lines"][number] | null;
}

/** What contradicts what was written of it: until one of the entries is reversed it is not done. */
export interface ManifestFault {
  readonly kind: "receipt-without-departure" | "disposal-without-receipt" | "weight-differs";
  /** Of the entry. */
  readonly id: string;
  readonly node: string;
  readonly time: Stamp;
  readonly receipt: string;
}

export interface ManifestStanding {
  readonly manifest: string;
  /** Of the national system; `null`: it is a draft, or two numbers were given. */
  readonly number: string | null;
  /** More than one: one of the entries has to be reversed. */
  readonly numbers: readonly string[];
  readonly stage: "prepared" | "departed" | "received" | "disposed";
  /** The draft that holds; `null`: none is here, or two do not know of each other. */
  readonly body: ManifestBody | null;
  /** Ids of drafts that hold: more than one disagree, until another replaces both. */
  readonly drafts: readonly string[];
  /** Bags that left on it, or will. */
  readonly bags: readonly string[];
  readonly loads: readonly string[];
  /** Bags that left and that no receipt names: on the way, or lost on it. */
  readonly outstanding: readonly string[];
  readonly lines: readonly ManifestLine[];
  readonly departed: EventOf<"waste-departed"> | null;
  readonly received: readonly EventOf<"waste-received">[];
  readonly disposed: readonly EventOf<"waste-disposed">[];
  readonly faults: readonly ManifestFault[];
}

export interface Manifests {
  readonly manifests: ReadonlyMap<string, ManifestStanding>;
  /** Numbers that stand on more than one manifest. */
  readonly doubled: readonly { readonly number: string; readonly manifests: readonly string[] }[];
}

/** The same whatever order the entries came in, as the ledger of the same entries is. */
export function manifestsOf(events: readonly WasteEvent[], ledger: Ledger): Manifests {
  const own = onceEach(events);
  const effects = new Effects(own);
  const standing = own.filter((event) => effects.stands(event)).sort(byTime);
  const ids = new Set(
    standing.flatMap(({ body }) => "manifest" in body ? [body.manifest] : []),
  );
  const manifests = new Map(
    [...ids].sort().map((id) => [id, manifestStanding(id, standing, ledger)]),
  );
  return { manifests, doubled: doubledNumbers(manifests) };
}

function manifestStanding(
  manifest: string,
  events: readonly WasteEvent[],
  ledger: Ledger,
): ManifestStanding {
  const own = events.filter(({ body }) => "manifest" in body && body.manifest === manifest);
  const drafts = ofKind(own, "waste-manifest");
  const replaced = new Set(drafts.flatMap(({ body }) => body.replaces));
  const held = drafts.filter(({ body }) => !replaced.has(body.id));
  const numbers = [
    ...new Set(ofKind(own, "waste-manifest-number").map(({ body }) => body.number)),
  ].sort();
  const departed = ofKind(own, "waste-departed").at(0) ?? null;
  const received = ofKind(own, "waste-received");
  const disposed = ofKind(own, "waste-disposed");
  const body = held.length === 1 ? held[0].body : null;
  const bags = bagsOf(manifest, body, departed !== null, ledger);
  return {
    manifest,
    number: numbers.length === 1 ? numbers[0] : null,
    numbers,
    stage: stageOf(departed, received, disposed),
    body,
    drafts: held.map(({ body }) => body.id),
    bags: bags.map(({ bag }) => bag),
    loads: [...new Set<string>(departed?.body.loads ?? body?.loads ?? [])].sort(),
    outstanding: bags.filter(({ state }) => state === "departed").map(({ bag }) => bag),
    lines: linesOf(bags, body),
    departed,
    received,
    disposed,
    faults: faultsOf(departed, received, disposed),
  };
}

function faultsOf(
  departed: ManifestStanding["departed"],
  received: ManifestStanding["received"],
  disposed: ManifestStanding["disposed"],
): ManifestFault[] {
  const fault = (
    kind: ManifestFault["kind"],
    { body: { id, receipt }, node, time }: EventOf<"waste-received" | "waste-disposed">,
  ): ManifestFault => ({ kind, id, node, time, receipt });
  const receipts = new Set(received.map(({ body }) => body.receipt));
  const differs = received.filter(({ body: { grams, sent } }) =>
    sent !== undefined && Math.abs(grams - sent.grams) > sent.allowedGrams
  );
  return [
    ...(departed === null ? received : []).map((one) => fault("receipt-without-departure", one)),
    ...disposed.filter(({ body }) => !receipts.has(body.receipt))
      .map((one) => fault("disposal-without-receipt", one)),
    ...differs.map((one) => fault("weight-differs", one)),
  ];
}

function stageOf(
  departed: ManifestStanding["departed"],
  received: ManifestStanding["received"],
  disposed: ManifestStanding["disposed"],
): ManifestStanding["stage"] {
  // What never left nobody received.
  if (departed === null) return "prepared";
  if (received.length === 0) return "departed";
  const isDone = received.every(({ body: { receipt } }) =>
    disposed.some(({ body }) => body.receipt === receipt)
  );
  return isDone ? "disposed" : "received";
}

/** What left on it, by the ledger; before that, what the draft names. */
function bagsOf(
  manifest: string,
  body: ManifestBody | null,
  hasLeft: boolean,
  ledger: Ledger,
): BagStanding[] {
  if (hasLeft) return [...ledger.bags.values()].filter((bag) => bag.manifest === manifest);
  const named = [
    ...body?.bags ?? [],
    ...(body?.loads ?? []).flatMap((load) => bagsIn(ledger, load)),
  ];
  return [...new Set(named)].sort().flatMap((bag) => ledger.bags.get(bag) ?? []);
}

function linesOf(bags: readonly BagStanding[], body: ManifestBody | null): ManifestLine[] {
  return CATEGORY_CODES.flatMap((category) => {
    const own = bags.filter((bag) => bag.category === category);
    const said = body?.lines.find((line) => line.category === category) ?? null;
    if (own.length === 0) return [];
    const grams = own.reduce((sum, { weight }) => sum + (weight?.grams ?? 0), 0);
    return [{ category, bags: own.map(({ bag }) => bag), grams, tonnes: tonnes(grams), said }];
  });
}

/** Grams as tonnes, six places, exact. */
export function tonnes(grams: number): string {
  const digits = String(grams).padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** 废物名称 of a line, as the form has it. */
export function wasteNameOf({ category }: ManifestLine): string {
  return CATEGORIES[category].name.zh;
}

function doubledNumbers(manifests: ReadonlyMap<string, ManifestStanding>): Manifests["doubled"] {
  const by = new Map<string, string[]>();
  for (const { manifest, numbers } of manifests.values()) {
    for (const number of numbers) by.set(number, [...by.get(number) ?? [], manifest]);
  }
  return [...by].filter(([, own]) => own.length > 1).sort(([one], [other]) => one < other ? -1 : 1)
    .map(([number, own]) => ({ number, manifests: own.sort() }));
}
