/** What persons may do about waste: what they send, and what it is decided on. */
import * as z from "zod";
import { entryId } from "../../collected_entry.ts";
import { type SecondPerson, secondPerson } from "../../people/second_person.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { boxedBody, sealedBody } from "../entry/bag_body.ts";
import { manifestBody, manifestNumberBody } from "../entry/manifest_body.ts";
import { departedBody, disposedBody, receivedBody, storedBody } from "../entry/move_body.ts";
import { code, type Custodian, custodian, custodianKey, place } from "../entry/subject.ts";
import { weight } from "../entry/weight.ts";
import type { Ledger } from "../life/ledger.ts";
import { codeKind, newCode } from "../label/bag_code.ts";
import { readLabel } from "../label/label.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";
import { readNumber } from "../manifest/manifest_number.ts";
import { departureFaults } from "../manifest/plan_departure.ts";
import { manifestFaults } from "../manifest/plan_manifest.ts";
import { disposalFaults, receiptBalance, receiptFaults } from "../manifest/plan_receipt.ts";
import { refusedBoxing, refusedSealing } from "../plan/plan_bag.ts";
import { afterBoxings, afterMoves, refusedMove } from "../plan/plan_move.ts";
import { manifestsNumbered } from "../record/waste_reads.ts";
import type { Refusal } from "../refusal.ts";
import { imbalanceText } from "../store/balance.ts";
import { planStored } from "../store/plan_stored.ts";
import { type Act, CannotPlan, type WasteDesk } from "./waste_desk.ts";

const CODE_BYTES = 12;
/** Asia/Shanghai has had no other offset since 1991. */
const SHANGHAI_MS = 8 * 3_600_000;

type By = readonly Confirmation[];

export const actId = z.string()
  .regex(/^[\w.:-]{8,64}$/, "want 8 to 64 letters, digits and . _ : -")
  .describe("Names this act, best at random: sent again, it is the same");

const act = {
  id: actId,
  second: secondPerson.optional().describe("None: the entry waits for a second person"),
};
const moved = {
  from: custodian,
  bags: storedBody.shape.bags.default([]),
  loads: storedBody.shape.loads.default([]),
};
const weighing = z.union([
  z.strictObject({
    from: z.literal("scale"),
    reading: place.describe("Entry of the scale's reading: origin/reading/seq, see /api/latest"),
  }),
  z.strictObject(weight.options[1].omit({ divisionGrams: true }).shape),
]).describe("What a scale said, or a keyed weight with reason and photo (W2)");

export const sealOrder = z.strictObject({
  ...act,
  bag: code.optional().describe("Code of its label; none: a new one"),
  category: sealedBody.shape.category,
  source: sealedBody.shape.source,
  weight: weighing,
  photo: sealedBody.shape.photo,
});
export const boxOrder = z.strictObject({
  ...act,
  load: code.optional().describe("This filling of the box; none: a new one"),
  box: code,
  bags: boxedBody.shape.bags.default([]),
  loads: boxedBody.shape.loads.default([]),
  outOf: code.nullable().default(null),
});
export const handoverOrder = z.strictObject({ ...act, ...moved, to: custodian });
export const storeOrder = z.strictObject({
  ...act,
  ...moved,
  to: custodian,
  weight: weighing,
  missing: storedBody.shape.missing.default([]),
  unexpected: storedBody.shape.unexpected.default([]),
  weightExplanation: storedBody.shape.weightExplanation,
  labels: z.array(z.string().max(500)).max(500).default([])
    .describe("What a reader read on labels of bags that are not known here"),
});
export const departOrder = z.strictObject({
  ...act,
  ...moved,
  to: custodian,
  manifest: departedBody.shape.manifest,
});
export const receiptOrder = z.strictObject({
  ...act,
  ...moved,
  to: custodian,
  manifest: receivedBody.shape.manifest,
  receipt: receivedBody.shape.receipt,
  receivedMs: receivedBody.shape.receivedMs.describe("By the disposer's word, ms since 1970 (W8)"),
  grams: receivedBody.shape.grams,
  difference: receivedBody.shape.difference.default(""),
});
const { id: _id, site: _site, confirmations: _by, ...disposed } = disposedBody.shape;
export const disposalOrder = z.strictObject({ ...act, ...disposed });
const { id: _manifestId, site: _manifestSite, confirmations: _manifestBy, ...form } =
  manifestBody.shape;
export const manifestOrder = z.strictObject({ ...act, ...form });
export const numberOrder = z.strictObject({
  id: act.id,
  manifest: manifestNumberBody.shape.manifest,
  number: manifestNumberBody.shape.number,
  evidence: manifestNumberBody.shape.evidence,
});

/** Of an act of two persons, that is checked already. */
export function secondOf(given: unknown): SecondPerson | undefined {
  return given === undefined ? undefined : secondPerson.parse(given);
}

export function sealing(desk: WasteDesk, asked: z.infer<typeof sealOrder>, by: By): Act {
  const { id, second: _second, weight: said, bag: given, ...rest } = asked;
  const bag = given ?? codeFor("bag", desk.node.name, id);
  const used: { by: string | null } = { by: null };
  return {
    kind: "waste-sealed",
    id,
    subject: bag,
    concerned: { bags: [bag] },
    plan: async () => {
      if (codeKind(bag) !== "bag") throw wrongCode("bag", bag);
      const weight = await desk.weighed(said);
      used.by = await desk.usedBy(weight, bag);
      return { ...rest, bag, weight, confirmations: by };
    },
    faults: (event, { ledger }) =>
      event.kind === "waste-sealed"
        ? refusedSealing(event.body, ledger, { usedBy: used.by, rules: desk.config.rules })
        : [],
  };
}

export function boxing(desk: WasteDesk, asked: z.infer<typeof boxOrder>, by: By): Act {
  const { id, second: _second, load: given, ...rest } = asked;
  const load = given ?? codeFor("load", desk.node.name, id);
  const { bags, loads, outOf } = rest;
  return {
    kind: "waste-boxed",
    id,
    subject: load,
    concerned: { bags, loads: [load, ...loads, ...(outOf === null ? [] : [outOf])] },
    plan: ({ ledger }) => {
      if (codeKind(load) !== "load") throw wrongCode("load", load);
      return { ...rest, load, after: afterBoxings({ bags, loads }, ledger), confirmations: by };
    },
    faults: (event, { ledger }) =>
      event.kind === "waste-boxed" ? refusedBoxing(event.body, ledger) : [],
  };
}

export function handover(desk: WasteDesk, asked: z.infer<typeof handoverOrder>, by: By): Act {
  const { id, second: _second, ...rest } = asked;
  const { bags, loads } = rest;
  return {
    kind: "waste-handover",
    id,
    subject: bags.at(0) ?? loads.at(0) ?? "",
    concerned: { bags, loads },
    plan: ({ ledger }) => ({ ...rest, after: afterMoves(rest, ledger), confirmations: by }),
    faults: (event, { ledger }) =>
      event.kind === "waste-handover"
        ? [...refusedMove(event.body, ledger), ...noHandover(desk, event.body.to)]
        : [],
  };
}

/** What comes into a store of this site is weighed there (W6); a disposer gives a receipt (W8). */
function noHandover({ config: { stores } }: WasteDesk, to: Custodian): Refusal[] {
  if (to.kind === "disposer") return [byManifest(to)];
  const store = stores.find(({ id }) => custodianKey(to) === custodianKey({ kind: "store", id }));
  if (store === undefined) return [];
  const text = {
    zh: `${store.name} 须扫描并称重入库，不能直接交接`,
    en: `what comes into ${store.name} is read and weighed there: take it into the store`,
  };
  return [{ rule: "W6", field: "to", text }];
}

function byManifest({ id }: Custodian): Refusal {
  const text = {
    zh: `交给处置单位 ${id} 须有转移联单：请登记交运和接收`,
    en: `disposer ${id} takes waste on a manifest: enter its departure and the receipt`,
  };
  return { rule: "W8", field: "to", text };
}

export function storing(desk: WasteDesk, asked: z.infer<typeof storeOrder>, by: By): Act {
  const { id, second: _second, weight: said, labels: read, ...rest } = asked;
  const { bags, loads, from, missing, to } = rest;
  return {
    kind: "waste-stored",
    id,
    subject: to.id,
    concerned: { bags: [...bags, ...missing.map(({ bag }) => bag)], loads, heldBy: from },
    plan: async ({ ledger }) => {
      const weight = await desk.weighed(said);
      const labels = read.map(labelRead);
      const after = afterMoves(rest, ledger);
      return { ...rest, weight, labels, after, confirmations: by };
    },
    faults: (event, { ledger }) => {
      if (event.kind !== "waste-stored") return [];
      const plan = planStored(event.body, ledger, desk.config.rules);
      if (plan.kind === "refused") return plan.faults;
      if (plan.kind === "store") return [];
      return plan.unexplained.map((one): Refusal => ({
        rule: "W6",
        field: FIELDS[one.kind],
        text: imbalanceText(one),
      }));
    },
  };
}

/** Where what does not balance is explained. */
const FIELDS = {
  "missing-bag": "missing",
  "unexpected-bag": "unexpected",
  "unweighed-bag": "weightExplanation",
  "weight": "weightExplanation",
} as const;

export function departure(desk: WasteDesk, asked: z.infer<typeof departOrder>, by: By): Act {
  const { id, second: _second, ...rest } = asked;
  const { bags, loads, manifest } = rest;
  return {
    kind: "waste-departed",
    id,
    subject: manifest,
    concerned: { bags, loads, manifests: [manifest] },
    plan: ({ ledger }) => ({ ...rest, after: afterMoves(rest, ledger), confirmations: by }),
    faults: (event, { ledger, manifests }) => {
      if (event.kind !== "waste-departed") return [];
      const known = manifests.get(manifest);
      if (known === undefined) return [none(manifest)];
      return departureFaults(event.body, known, ledger, desk.config.rules);
    },
  };
}

export function receipt(desk: WasteDesk, asked: z.infer<typeof receiptOrder>, by: By): Act {
  const { id, second: _second, ...rest } = asked;
  const { bags, loads, manifest } = rest;
  return {
    kind: "waste-received",
    id,
    subject: manifest,
    concerned: { bags, loads, manifests: [manifest] },
    plan: ({ ledger, manifests }) => {
      const known = manifests.get(manifest);
      const sent = known === undefined ? undefined : sentOf(desk, rest, known, ledger);
      return { ...rest, sent, after: afterMoves(rest, ledger), confirmations: by };
    },
    faults: (event, { ledger, manifests }) => {
      const known = manifests.get(manifest);
      if (event.kind !== "waste-received") return [];
      if (known === undefined) return [none(manifest)];
      const { rules } = desk.config;
      return receiptFaults(event.body, known, ledger, { rules, now: event.time });
    },
  };
}

/** What the disposer's weight is held against. */
function sentOf(
  { config: { rules } }: WasteDesk,
  asked: Pick<z.infer<typeof receiptOrder>, "bags" | "loads" | "grams">,
  manifest: ManifestStanding,
  ledger: Ledger,
) {
  const { collectedGrams, allowedGrams } = receiptBalance(asked, manifest, ledger, rules);
  return { grams: collectedGrams, allowedGrams };
}

export function disposal(asked: z.infer<typeof disposalOrder>, by: By): Act {
  const { id, second: _second, ...rest } = asked;
  const { manifest } = rest;
  return {
    kind: "waste-disposed",
    id,
    subject: manifest,
    concerned: { manifests: [manifest] },
    plan: () => ({ ...rest, confirmations: by }),
    faults: (_event, { manifests }) => {
      const known = manifests.get(manifest);
      return known === undefined ? [none(manifest)] : disposalFaults(rest, known);
    },
  };
}

export function drafting(
  desk: WasteDesk,
  asked: z.infer<typeof manifestOrder>,
  by: By,
): Act {
  const { id, second: _second, ...rest } = asked;
  const { bags, loads, manifest } = rest;
  return {
    kind: "waste-manifest",
    id,
    subject: manifest,
    concerned: { bags, loads, manifests: [manifest] },
    plan: () => ({ ...rest, confirmations: by }),
    faults: (event, { ledger, manifests }) =>
      event.kind === "waste-manifest"
        ? manifestFaults(event.body, ledger, manifests, desk.config.rules)
        : [],
  };
}

export function numbering(
  desk: WasteDesk,
  asked: z.infer<typeof numberOrder>,
  by: Confirmation,
): Act {
  const { id, ...rest } = asked;
  const others: { manifests: readonly string[] } = { manifests: [] };
  return {
    kind: "waste-manifest-number",
    id,
    subject: rest.manifest,
    concerned: { manifests: [rest.manifest] },
    plan: async () => {
      const { manifestRegion: region } = desk.config;
      const read = readNumber(rest.number, { year: yearNow(desk), region });
      if (read.kind === "refused") throw new CannotPlan([numberFault(read.text)]);
      const known = await manifestsNumbered(desk.node.tables, read.number);
      others.manifests = known.map(({ standing }) => standing.manifest);
      return { ...rest, number: read.number, how: "entered", confirmation: by };
    },
    faults: (_event, { manifests }) => {
      const known = manifests.get(rest.manifest);
      if (known === undefined) return [none(rest.manifest)];
      return [
        ...numberedAlready(known),
        ...others.manifests.filter((one) => one !== rest.manifest).map((one) =>
          numberFault({
            zh: `该编号已用于联单 ${one}：请核对`,
            en: `manifest ${one} bears this number: check it`,
          })
        ),
      ];
    },
  };
}

/** In Shanghai; of a clock that is in doubt nothing follows. */
function yearNow({ node: { clock } }: WasteDesk): number {
  const { wallMs, clock: state } = clock.now();
  return state === "untrusted" ? Infinity : new Date(wallMs + SHANGHAI_MS).getUTCFullYear();
}

function numberedAlready({ numbers }: ManifestStanding): Refusal[] {
  return numbers.map((one) =>
    numberFault({
      zh: `联单已有编号 ${one}：有误请先冲销`,
      en: `the manifest has the number ${one}: reverse that first if it is wrong`,
    })
  );
}

function numberFault(text: Refusal["text"]): Refusal {
  return { rule: "W8", field: "number", text };
}

/** The same for an act that is sent again. */
function codeFor(of: "bag" | "load", site: string, id: string): string {
  return newCode(of, Uint8Array.fromHex(entryId("code", of, site, id)).slice(0, CODE_BYTES));
}

function labelRead(typed: string, index: number) {
  const read = readLabel(typed);
  if (read.kind === "label") return read.said;
  const text = read.kind === "refused"
    ? read.text
    : { zh: "请扫描二维码", en: "read the QR code, not only the bag's code" };
  throw new CannotPlan([{ rule: "W5", field: `labels.${index}`, text }]);
}

function wrongCode(field: "bag" | "load", given: string): CannotPlan {
  const text = {
    zh: `${given} 不是有效编码，请重新扫描`,
    en: `${given} is no code of a ${field}: read it again`,
  };
  return new CannotPlan([{ rule: "W1", field, text }]);
}

function none(manifest: string): Refusal {
  const text = {
    zh: `没有联单 ${manifest}`,
    en: `there is no manifest ${manifest}: draft it first`,
  };
  return { rule: "W8", field: "manifest", text };
}
