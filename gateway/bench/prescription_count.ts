/** Counts what nodes hold of prescriptions, entry by entry, by the key of each. */
import * as z from "zod";
import type { NodeProcess } from "../fixtures.ts";

/** Entries that are asked for at once: some 5 MB. */
const PAGE = 1000;

/** What a node holds of one prescription, by its idempotency key `SITE/VERSION/NUMBER`. */
export interface HeldPrescription {
  readonly site: string;
  readonly number: string;
  /** Nodes that stored it, each once for every entry it has of it. */
  readonly storedBy: string[];
  /** Of the contents; more than one are two prescriptions under one key. */
  readonly hashes: Set<string>;
  readonly verdicts: { readonly id: string; readonly node: string; readonly mode: string }[];
}

const told = z.object({
  origin: z.string(),
  kind: z.string(),
  body: z.object({
    site: z.string(),
    hash: z.string(),
    id: z.string().optional(),
    mode: z.string().optional(),
    version: z.int().optional(),
    prescription: z.union([
      z.string(),
      z.object({ id: z.string(), version: z.int() }),
    ]),
  }),
});

/** All that a node holds, by key. */
export async function heldPrescriptions(
  node: NodeProcess,
): Promise<Map<string, HeldPrescription>> {
  const held = new Map<string, HeldPrescription>();
  for (const { origin, stream, seq } of await node.positions()) {
    if (stream !== "record" && !stream.startsWith("to:")) continue;
    for (let after = 0; after < seq; after += PAGE) {
      const query = new URLSearchParams({
        origin,
        stream,
        after: String(after),
        limit: String(PAGE),
      });
      const page = await (await node.fetch(`/api/entries?${query}`)).text();
      for (const line of page.split("\n")) note(held, line);
    }
  }
  return held;
}

const KINDS = ['"kind":"prescription"', '"kind":"verdict"'];

function note(held: Map<string, HeldPrescription>, line: string): void {
  if (!KINDS.some((kind) => line.includes(kind))) return;
  const { origin, kind, body } = told.parse(JSON.parse(line));
  const { site, hash, prescription } = body;
  const [number, version] = typeof prescription === "string"
    ? [prescription, body.version ?? 1]
    : [prescription.id, prescription.version];
  const key = `${site}/${version}/${number}`;
  let one = held.get(key);
  if (one === undefined) {
    one = { site, number, storedBy: [], hashes: new Set(), verdicts: [] };
    held.set(key, one);
  }
  one.hashes.add(hash);
  const node = origin.slice(0, origin.lastIndexOf("."));
  if (kind === "prescription") one.storedBy.push(node);
  else one.verdicts.push({ id: body.id ?? "", node, mode: body.mode ?? "" });
}

export interface Count {
  readonly node: string;
  /** Different keys with a prescription. */
  readonly prescriptions: number;
  /** Of those that were acknowledged: not here. */
  readonly lost: readonly string[];
  /** Two contents under one key, or stored twice by one node. */
  readonly doubled: readonly string[];
  /** Without a verdict of a county: what a site decides alone is looked at afterwards (P12). */
  readonly undecided: readonly string[];
  /** Decided more than once, by two nodes. */
  readonly second: number;
  /** Of those, a decision that the prescription's standing does not show. */
  readonly unlinked: readonly string[];
}

const standing = z.object({
  state: z.string(),
  sides: z.array(z.object({ ids: z.array(z.string()) })),
});

/** Second decisions that are looked at one by one. */
const SECOND_MAX = 5000;

/** `acknowledged` are keys that a sender had an answer for. */
export async function countAt(
  node: NodeProcess,
  acknowledged: readonly string[],
): Promise<Count> {
  const held = await heldPrescriptions(node);
  const all = [...held].filter(([, one]) => one.storedBy.length > 0);
  const isDoubled = ({ hashes, storedBy }: HeldPrescription) =>
    hashes.size > 1 || new Set(storedBy).size < storedBy.length;
  const second = all.filter(([, one]) => new Set(one.verdicts.map((by) => by.node)).size > 1);
  const unlinked: string[] = [];
  for (const [key, { site, number, verdicts }] of second.slice(0, SECOND_MAX)) {
    const { state, sides } = standing.parse(
      await node.ask(`/api/prescriptions/${number}?site=${site}`),
    );
    const shown = new Set(sides.flatMap(({ ids }) => ids));
    const isLinked = state !== "conflict" && verdicts.every(({ id }) => shown.has(id));
    if (!isLinked) unlinked.push(key);
  }
  return {
    node: node.name,
    prescriptions: all.length,
    lost: acknowledged.filter((key) => (held.get(key)?.storedBy.length ?? 0) === 0),
    doubled: all.filter(([, one]) => isDoubled(one)).map(([key]) => key),
    undecided: all.filter(([, one]) => !one.verdicts.some(({ mode }) => mode !== "degraded"))
      .map(([key]) => key),
    second: second.length,
    unlinked,
  };
}

/** Whether both hold the same entries, by position and hash. */
export async function holdTheSame(a: NodeProcess, b: NodeProcess): Promise<boolean> {
  const [atA, atB] = await Promise.all([a, b].map(async (node) => {
    const positions = await node.positions();
    return positions.filter(({ stream }) => stream === "record" || stream.startsWith("to:"))
      .map(({ origin, stream, seq, hash }) => `${origin} ${stream} ${seq} ${hash}`)
      .sort().join("\n");
  }));
  return atA === atB;
}
