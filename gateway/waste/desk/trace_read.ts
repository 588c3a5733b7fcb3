/** Bags, boxes, manifests and receipts from any of their codes, by what the tables hold (W8). */
import type { Rows } from "../../sql/sql.ts";
import { ofKind } from "../entry/event.ts";
import type { BagStanding } from "../life/bag.ts";
import { normalCode } from "../label/bag_code.ts";
import { readLabel } from "../label/label.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";
import { type Trace, type Traceable, traceOf } from "../manifest/trace.ts";
import { StoredWords } from "../record/stored_words.ts";
import * as reads from "../record/waste_reads.ts";

/**
 * `typed`: a code, or what a reader read of a label. Nothing is folded anew: where bags and
 * manifests stand their tables say.
 */
export async function tracedBy(rows: Rows, typed: string): Promise<Trace> {
  const code = codeIn(typed);
  const stored = new StoredWords(rows);
  const called = await calledSo(rows, code);
  const boxed = await everInside(stored, [code, ...await reads.loadsOfBox(rows, code)]);
  const bags = await standingsOf(rows, {
    known: [
      ...await reads.bagsOfReceipt(rows, code),
      ...(await Promise.all(called.map(({ manifest }) => reads.bagsOnManifest(rows, manifest))))
        .flat(),
    ],
    more: [code, ...boxed, ...called.flatMap((one) => one.bags)],
  });
  const loads = new Set(bags.flatMap((bag) => bag.loads));
  return traceOf(code, {
    bags,
    boxes: await reads.boxesOf(rows, [...loads]),
    // Of two drafts that name one bag that counts which was asked for.
    manifests: [...await manifestsAround(rows, stored, bags, called), ...called],
  });
}

function codeIn(typed: string): string {
  const read = readLabel(typed);
  if (read.kind === "label") return read.said.bag;
  return read.kind === "code" ? normalCode(read.code) : typed.trim();
}

/** Bags that were ever put into these loads, or into one in them: disputed ones, too. */
async function everInside(stored: StoredWords, outer: readonly string[]): Promise<string[]> {
  const bags = new Set<string>();
  const seen = new Set<string>();
  for (let loads = outer; loads.length > 0;) {
    loads.forEach((load) => seen.add(load));
    const boxed = ofKind(await stored.events(loads.map((load) => `into/${load}`)), "waste-boxed");
    boxed.forEach(({ body }) => body.bags.forEach((bag) => bags.add(bag)));
    loads = [...new Set(boxed.flatMap(({ body }) => body.loads))].filter((load) => !seen.has(load));
  }
  return [...bags];
}

type TracedManifest = Traceable["manifests"][number];

/** Manifests with this id, or this national number. */
async function calledSo(rows: Rows, code: string): Promise<TracedManifest[]> {
  const [named, numbered] = await Promise.all([
    reads.manifestOf(rows, code),
    reads.manifestsNumbered(rows, code),
  ]);
  const known = named === null ? numbered : [named, ...numbered];
  return await withDrafted(rows, known.map(({ standing }) => standing));
}

/** Before anything left on it a manifest has the bags that its draft names. */
async function withDrafted(
  rows: Rows,
  manifests: readonly ManifestStanding[],
): Promise<TracedManifest[]> {
  return await Promise.all(manifests.map(async ({ manifest, numbers, departed, body }) => {
    if (departed !== null || body === null) return { manifest, numbers, bags: [] };
    const inside = await reads.insideOf(rows, body.loads);
    return { manifest, numbers, bags: [...body.bags, ...inside.bags] };
  }));
}

async function standingsOf(
  rows: Rows,
  { known, more }: {
    readonly known: readonly reads.KnownBag[];
    readonly more: readonly string[];
  },
): Promise<BagStanding[]> {
  const bags = new Map(known.map(({ standing }) => [standing.bag, standing]));
  const lacking = [...new Set(more)].filter((bag) => !bags.has(bag));
  for (const { standing } of await reads.bagsCalled(rows, lacking)) {
    bags.set(standing.bag, standing);
  }
  return [...bags.values()].sort((one, other) => one.bag < other.bag ? -1 : 1);
}

/** On which the bags left, and drafts that name those that did not. */
async function manifestsAround(
  rows: Rows,
  stored: StoredWords,
  bags: readonly BagStanding[],
  called: readonly TracedManifest[],
): Promise<TracedManifest[]> {
  const left = bags.flatMap(({ manifest }) => manifest ?? []);
  const drawn = new Set(called.flatMap((one) => one.bags));
  const here = bags.filter(({ bag, manifest }) => manifest === null && !drawn.has(bag));
  const keys = here.flatMap(({ bag, loads }) => [
    `bag/${bag}`,
    ...loads.map((load) => `load/${load}`),
  ]);
  const drafted = (await stored.events(keys)).flatMap((event) =>
    event.kind === "waste-manifest" ? [event.body.manifest] : []
  );
  const known = new Set(called.map(({ manifest }) => manifest));
  const wanted = [...new Set([...left, ...drafted])].filter((one) => !known.has(one)).sort();
  const found = await reads.manifestsCalled(rows, wanted);
  return await withDrafted(rows, found.map(({ standing }) => standing));
}
