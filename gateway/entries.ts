/** Entries as programs read them: NDJSON, one document an entry. */
import { firstHash } from "../sync/chain.ts";
import type { Entry } from "../sync/entry.ts";
import type { Journal } from "../sync/journal.ts";
import { problemResponse } from "../sync/problem.ts";
import { entriesOf } from "../sync/run.ts";

/** Read at a time; the answer is streamed, so that a large one takes no memory. */
const LIMITS = { entriesMax: 1000, bytesMax: 1 << 20 };

export interface EntriesQuery {
  readonly origin: string;
  readonly stream: string;
  /** Entries behind this number. */
  readonly after: number;
  readonly limit: number;
}

/** `{origin, stream, seq, time: {wall, bootId, bootMs, clock}, kind, body, hash}` a line. */
export function entriesStream(journal: Journal, query: EntriesQuery): Response {
  const { origin, stream, after } = query;
  const state = journal.position(origin, stream);
  if (state !== undefined && after + 1 < state.floor) {
    return problemResponse({
      status: 410,
      code: "pruned",
      title: "Entries from there are not held any more",
      detail: `the first that is held is ${state.floor}`,
    });
  }
  const lines = ReadableStream.from(entryLines(journal, query));
  const body = lines.pipeThrough(new TextEncoderStream());
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}

async function* entryLines(journal: Journal, query: EntriesQuery): AsyncGenerator<string> {
  const { origin, stream, limit } = query;
  const decoder = new TextDecoder();
  let { after } = query;
  let previous = await journal.hashAt(origin, stream, after) ?? firstHash();
  for (let left = limit; left > 0;) {
    const result = await journal.read(origin, stream, after, LIMITS);
    if (result.kind !== "run") return;
    let lines = "";
    for (const entry of entriesOf(result.run, previous, journal.hashName)) {
      if (left-- <= 0) break;
      lines += `${entryLine(entry, decoder)}\n`;
    }
    yield lines;
    after = result.run.last;
    previous = result.run.hash;
  }
}

/** One entry as its line, without the line's end. */
export function entryLine(entry: Entry, decoder: TextDecoder): string {
  const { origin, stream, seq, time, kind, hash } = entry;
  const { wallMs, bootId, bootMs, clock } = time;
  // The body is JSON already and goes out as the bytes that were hashed.
  const body = decoder.decode(entry.body);
  const head = JSON.stringify({
    origin,
    stream,
    seq,
    time: { wall: new Date(wallMs).toISOString(), bootId, bootMs, clock },
    kind,
    hash: hash.toHex(),
  });
  return `${head.slice(0, -1)},"body":${body}}`;
}
