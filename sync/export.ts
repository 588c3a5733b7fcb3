/**
 * Exports: entries in a file that whoever has it can verify, with no node at hand. README.md has
 * the format, `verify_export.py` reads it in another language.
 */
import { createHash } from "node:crypto";
import type { HashName } from "./chain.ts";
import type { Entry } from "./entry.ts";
import { headStatement, type NodeKey, receiptStatement } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { isJsonLine } from "./json_line.ts";
import { OctetWriter, sameBytes } from "./octets.ts";
import { nodeOf } from "./origin.ts";
import { entriesOf, type Run } from "./run.ts";
import type { Receipt } from "./segments.ts";

export const EXPORT_FORMAT = "tributary-export-1";

/** What is asked of one (origin, stream): entries behind `after`, up to `to`. */
export interface ExportRange {
  readonly origin: string;
  readonly stream: string;
  readonly after: number;
  readonly to: number;
}

export interface ExportOptions {
  readonly journal: Pick<Journal, "read" | "receipts" | "hashName">;
  /** The node that exports, and its key. */
  readonly exporter: string;
  readonly key: NodeKey;
  /** Whether it is a centre: then it gives a receipt for what is of others. */
  readonly isCentre: boolean;
  /** All keys that a node ever had. */
  readonly keysOf: (node: string) => readonly string[];
  readonly ranges: readonly ExportRange[];
  /** Milliseconds since 1970 UTC. */
  readonly madeMs: number;
}

/** What is here cannot vouch for itself; the message says where. */
export class ExportError extends Error {
  override name = "ExportError";
}

/** Read at a time: an export of any size takes a few times this memory. */
const LIMITS = { entriesMax: 1000, bytesMax: 1 << 20 };

/** The file, piece by piece; throws {@link ExportError}. */
export async function* exportFile(options: ExportOptions): AsyncGenerator<Uint8Array> {
  const { exporter, key, journal } = options;
  const hash = createHash(journal.hashName);
  const encoder = new TextEncoder();
  let entries = 0;
  const file = new Part();
  file.line(header(options));
  for (const range of options.ranges) {
    for await (const part of rangeParts(options, range)) {
      entries += part.entries;
      const bytes = encoder.encode(file.take() + part.take());
      hash.update(bytes);
      yield bytes;
    }
  }
  const rest = encoder.encode(file.take());
  hash.update(rest);
  const signature = key.sign(exportStatement(exporter, new Uint8Array(hash.digest())));
  file.line({ entries, signature: signature.toBase64() });
  yield new Uint8Array([...rest, ...encoder.encode(file.take())]);
}

/** What the exporter signs: "this file is as I made it"; `hash` is that of all lines before. */
export function exportStatement(exporter: string, hash: Uint8Array): Uint8Array {
  const writer = new OctetWriter(256);
  writer.text16(EXPORT_FORMAT);
  writer.text16(exporter);
  writer.raw(hash);
  return writer.bytes();
}

function header({ journal, exporter, key, keysOf, ranges, madeMs }: ExportOptions): object {
  const centres = journal.receipts().map(({ centre }) => centre);
  const nodes = new Set([...ranges.map(({ origin }) => nodeOf(origin)), ...centres]);
  nodes.delete(exporter);
  const keys = Object.fromEntries([...nodes].sort().map((node) => [node, keysOf(node)]));
  const own = new Set([key.publicKey, ...keysOf(exporter)]);
  return {
    format: EXPORT_FORMAT,
    exporter,
    hash: journal.hashName satisfies HashName,
    made: new Date(madeMs).toISOString(),
    keys: { [exporter]: [...own], ...keys },
  };
}

/** Lines that leave together. */
class Part {
  #text = "";
  entries = 0;

  line(document: object): void {
    this.#text += `${JSON.stringify(document)}\n`;
  }

  /** A body is JSON already: it stands last, as the bytes that were hashed. */
  entry({ seq, time, kind, hash }: Entry, body: string): void {
    const head = JSON.stringify({ seq, ...time, kind, hash: hash.toHex() });
    this.#text += `${head.slice(0, -1)},"body":${body}}\n`;
    this.entries++;
  }

  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}

/** Where an export stands, and what vouches for it. */
interface End {
  readonly seq: number;
  readonly hash: Uint8Array;
  /** The origin's signature over this place as head; `null` where this node signs it itself. */
  readonly signature: Uint8Array | null;
}

async function* rangeParts(options: ExportOptions, range: ExportRange): AsyncGenerator<Part> {
  const { journal } = options;
  const { origin, stream, to } = range;
  const receipts = journal.receipts().filter((receipt) =>
    receipt.origin === origin && receipt.stream === stream
  );
  /** The last entry written that no signature vouches for yet. */
  let open: End | null = null;
  let end: End | null = null;
  for (let after = range.after; after < to;) {
    const entriesMax = Math.min(LIMITS.entriesMax, to - after);
    const result = await journal.read(origin, stream, after, { ...LIMITS, entriesMax });
    const part = new Part();
    if (result.kind === "end") break;
    if (result.kind !== "run") {
      const next = result.kind === "pruned" ? result.floor : result.next;
      if (open !== null) closeRange(options, range, open, part);
      [open, end] = [null, null];
      const last = Math.min(next - 1, to);
      if (last > after) part.line({ missing: { origin, stream, first: after + 1, last } });
      yield part;
      // Behind a hole that nothing hangs on there is nothing to go on from.
      if (next - 1 <= after) break;
      after = next - 1;
      continue;
    }
    const { run } = result;
    if (end === null) part.line({ origin, stream, after, previous: run.previous.toHex() });
    else if (!sameBytes(end.hash, run.previous)) throw broken(run, end.seq);
    if (run.contents.length === 0) {
      if (open !== null) closeRange(options, range, open, part);
      part.line({ gap: gapOf(run) });
      open = null;
      end = run.last > to ? null : { seq: run.last, hash: run.hash, signature: run.signature };
    } else {
      open = end = addRun(options, run, to, receipts, part);
    }
    after = end?.seq ?? run.last;
    yield part;
  }
  if (open === null) return;
  const part = new Part();
  closeRange(options, range, open, part);
  yield part;
}

/** The entries of a run: of own entries those up to `to`, of others all, up to their head. */
function addRun(
  { exporter, journal }: ExportOptions,
  run: Run,
  to: number,
  receipts: readonly Receipt[],
  part: Part,
): End {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const own = nodeOf(run.origin) === exporter;
  const last = own ? Math.min(to, run.last) : run.last;
  let hash = run.previous;
  let seq = run.first - 1;
  for (const entry of entriesOf(run, run.previous, journal.hashName)) {
    if (entry.seq > last) break;
    if (!isJsonLine(entry.body)) {
      throw new ExportError(`${place(run, entry.seq)}: its body is no JSON on one line`);
    }
    part.entry(entry, decoder.decode(entry.body));
    ({ seq, hash } = entry);
    for (const receipt of receipts) {
      if (receipt.seq === seq && sameBytes(receipt.hash, hash)) part.line(receiptLine(receipt));
    }
  }
  if (seq !== last || (last === run.last && !sameBytes(hash, run.hash))) throw broken(run, last);
  return { seq, hash, signature: last === run.last ? run.signature : null };
}

/** Says who vouches for all of the range up to here: the origin, and the centre that has it. */
function closeRange(
  { exporter, key, isCentre }: ExportOptions,
  { origin, stream }: ExportRange,
  { seq, hash, signature }: End,
  part: Part,
): void {
  const head = { origin, stream, seq, hash };
  const own = nodeOf(origin) === exporter;
  if (signature === null && !own) {
    throw new ExportError(`${place(head, seq)}: its origin has not signed it`);
  }
  const signed = signature ?? key.sign(headStatement(head));
  part.line({ head: { seq, signature: signed.toBase64() } });
  if (own || !isCentre) return;
  const receipt = key.sign(receiptStatement(exporter, head));
  part.line(receiptLine({ centre: exporter, seq, signature: receipt }));
}

function receiptLine({ centre, seq, signature }: Pick<Receipt, "centre" | "seq" | "signature">) {
  return { receipt: { centre, seq, signature: signature.toBase64() } };
}

function gapOf(run: Run): object {
  const { first, last, hash, signature } = run;
  if (signature === null) {
    throw new ExportError(`${place(run, last)}: its origin has not signed this gap`);
  }
  return { first, last, hash: hash.toHex(), signature: signature.toBase64() };
}

function place({ origin, stream }: { origin: string; stream: string }, seq: number): string {
  return `Cannot export entry ${seq} of "${origin}", ${stream}`;
}

function broken(run: Run, seq: number): ExportError {
  return new ExportError(`${place(run, seq)}: the chain does not hold here; see verify`);
}
