/** Reads what is left of segment files, wherever they come from: each entry whose hash holds. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { BlockOwner } from "./block_proof.ts";
import { HASH_NAMES, type HashName } from "./chain.ts";
import type { Entry } from "./entry.ts";
import { isGap } from "./block.ts";
import type { Missing } from "./journal_holes.ts";
import { type Taken, takeRemains } from "./journal_salvage.ts";
import { keyOf, readRemains } from "./libsql_remains.ts";
import { PageCipher } from "./page_cipher.ts";
import { entriesOf } from "./run.ts";
import type { Block, StreamState } from "./segments.ts";
import { streamKey } from "./segments.ts";
import { merged, type Span, without } from "./spans.ts";

/** A file of segments, and what was found in it. */
export interface SalvagedFile {
  readonly file: string;
  readonly entries: number;
  /** What a person has to know; `null` where there is nothing. */
  readonly trouble: string | null;
}

export interface SalvageReport {
  readonly files: readonly SalvagedFile[];
  readonly streams: readonly (BlockOwner & { readonly spans: readonly Span[] })[];
  /** What these files should hold, as far as they say, and do not. */
  readonly missing: readonly Missing[];
  readonly entries: number;
}

export interface Salvage {
  readonly report: SalvageReport;
  /** Each entry once, stream by stream in order. */
  entries(): Generator<Entry>;
}

/** Segments of a journal, and what was set aside of them. */
const SEGMENT_FILE = /\.(journal|damaged|copied)$/;

/** The segment files in a folder, and in the journal of a data folder. */
export function segmentFiles(path: string): string[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  const journal = join(path, "journal");
  const folder = existsSync(journal) ? journal : path;
  return Array.from(Deno.readDirSync(folder))
    .filter(({ name, isFile }) => isFile && SEGMENT_FILE.test(name))
    .map(({ name }) => join(folder, name)).sort();
}

/** Reads the files; none of them is changed. `encryptionKeys`: those that they may be under. */
export function salvageFiles(
  files: readonly string[],
  encryptionKeys: readonly string[],
): Salvage {
  const keys = encryptionKeys.length === 0 ? [null] : encryptionKeys;
  const ciphers = keys.map((key) => new PageCipher(key));
  const found: SalvagedFile[] = [];
  const named: StreamState[] = [];
  const all: { taken: Taken; hashName: HashName }[] = [];
  for (const file of files) {
    const key = keyOf(file, ciphers);
    if (typeof key !== "object") {
      const trouble = key === "other"
        ? "it is under another at-rest key than was given"
        : "nothing in it can be read";
      found.push({ file: basename(file), entries: 0, trouble });
      continue;
    }
    const remains = readRemains(file, ciphers[key.index]);
    // Which hash a county uses shows by which of them holds.
    const tries = HASH_NAMES.map((hashName) => ({
      taken: takeRemains(remains, named, hashName),
      hashName,
    }));
    const best = tries.reduce((a, b) => entriesIn(b.taken) > entriesIn(a.taken) ? b : a);
    named.push(...best.taken.streams);
    all.push(best);
    found.push({ file: basename(file), entries: entriesIn(best.taken), trouble: null });
  }
  const streams = joinedStreams(all);
  const spans = (key: string) => merged(streams.get(key)?.blocks ?? []);
  const report: SalvageReport = {
    files: found,
    streams: [...streams].map(([key, { owner }]) => ({ ...owner, spans: spans(key) })),
    missing: [...streams].flatMap(([key, { owner }]) =>
      without([expected(owner, spans(key), named)], spans(key))
        .map((span) => ({ ...owner, ...span }))
    ),
    entries: [...streams.keys()].reduce((sum, key) => sum + length(spans(key)), 0),
  };
  return { report, entries: () => entriesOfAll(streams) };
}

interface SalvagedStream {
  readonly owner: BlockOwner;
  readonly hashName: HashName;
  readonly blocks: Block[];
}

/** The blocks of all files by stream, in order. */
function joinedStreams(all: readonly { taken: Taken; hashName: HashName }[]) {
  const streams = new Map<string, SalvagedStream>();
  for (const { taken, hashName } of all) {
    for (const [key, blocks] of taken.blocks) {
      const owner = taken.owners.get(key);
      if (owner === undefined) continue;
      const stream = streams.get(key) ?? { owner, hashName, blocks: [] };
      stream.blocks.push(...blocks);
      streams.set(key, stream);
    }
  }
  for (const { blocks } of streams.values()) blocks.sort((a, b) => a.first - b.first);
  return streams;
}

/** From the first entry found to the last that is named anywhere. */
function expected(owner: BlockOwner, spans: readonly Span[], named: readonly StreamState[]): Span {
  const key = streamKey(owner.origin, owner.stream);
  const seqs = named.filter((state) => streamKey(state.origin, state.stream) === key)
    .map(({ seq }) => seq);
  const last = spans.at(-1)?.last ?? 0;
  return { first: spans[0]?.first ?? 1, last: Math.max(last, ...seqs) };
}

function* entriesOfAll(streams: ReadonlyMap<string, SalvagedStream>): Generator<Entry> {
  for (const { owner, hashName, blocks } of streams.values()) {
    let given = 0;
    for (const block of blocks) {
      if (isGap(block) || block.last <= given) continue;
      for (const entry of entriesOf({ ...owner, ...block }, block.previous, hashName)) {
        if (entry.seq > given) yield entry;
      }
      given = block.last;
    }
  }
}

function length(spans: readonly Span[]): number {
  return spans.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

function entriesIn({ blocks }: Taken): number {
  return [...blocks.values()].reduce((sum, held) => sum + length(merged(held)), 0);
}
