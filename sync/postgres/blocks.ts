/** Blocks in the database: by the day on which they came, found by the spans of their stream. */
import type { Row } from "../database.ts";
import { HASH_BYTES } from "../entry.ts";
import type { Block, PlainBlock, ReadLimits } from "../segments.ts";
import type { Ask, Statement } from "./connection.ts";
import type { Held } from "./positions.ts";
import type { Turn } from "./writer.ts";

/** These store only if the position was moved in the same turn: nobody else was first. */
const BEGIN_SPAN = `INSERT INTO spans (origin, stream, first, day)
SELECT origin, stream, CAST($5 AS BIGINT), day FROM positions
WHERE origin = $1 AND stream = $2 AND writer = $3 AND turn = $4`;
const STORE = `INSERT INTO blocks
(day, origin, stream, first, last, contents, hashes, signature)
SELECT day, origin, stream, CAST($5 AS BIGINT), CAST($6 AS BIGINT),
CAST($7 AS BYTEA), CAST($8 AS BYTEA), CAST($9 AS BYTEA) FROM positions
WHERE origin = $1 AND stream = $2 AND writer = $3 AND turn = $4`;

/** Days looked at in one go; most reads end on the first. */
const SPANS_PAGE = 8;
const SELECT_SPANS = `SELECT first, day FROM spans WHERE origin = $1 AND stream = $2
AND first >= (SELECT COALESCE(MAX(first), 0) FROM spans
  WHERE origin = $1 AND stream = $2 AND first <= $3)
ORDER BY first LIMIT ${SPANS_PAGE}`;

/** Blocks of one day up to the one that reaches so many bytes. */
const selectBlocks = (hashes: string) =>
  `SELECT first, last, contents, signature, ${hashes} AS hashes FROM (
  SELECT first, last, contents, hashes, signature,
  SUM(OCTET_LENGTH(contents)) OVER (ORDER BY last) - OCTET_LENGTH(contents) AS before FROM (
    SELECT first, last, contents, hashes, signature FROM blocks
    WHERE day = $1 AND origin = $2 AND stream = $3 AND last >= $4 ORDER BY last LIMIT $5
  ) AS page
) AS sized WHERE before < $6 ORDER BY last`;
const LAST_HASH = `SUBSTRING(hashes FROM OCTET_LENGTH(hashes) - ${HASH_BYTES - 1})`;
const SELECT_BLOCKS = selectBlocks(LAST_HASH);
const SELECT_WHOLE_BLOCKS = selectBlocks("hashes");
const SELECT_HASHES = `SELECT first, last, OCTET_LENGTH(contents) AS size, hashes FROM blocks
WHERE day = $1 AND origin = $2 AND stream = $3 AND last >= $4 ORDER BY last LIMIT 1`;

/** Rows of blocks asked for at a time: a block may hold a single entry. */
const BLOCKS_PAGE = 1024;

/** What stores the blocks that move a position from one place to another, in the same turn. */
export function stored(
  from: Held,
  to: Held,
  blocks: readonly Block[],
  { writer, turn }: Turn,
): Statement[] {
  const { origin, stream } = from;
  const place = [origin, stream, writer, turn];
  const span = { sql: BEGIN_SPAN, values: [...place, from.seq + 1] };
  return [
    ...(from.day < to.day ? [span] : []),
    ...blocks.map(({ first, last, contents, hashes, signature }) => ({
      sql: STORE,
      values: [...place, first, last, contents, hashes, signature],
    })),
  ];
}

/**
 * Blocks that end at `from` or later, in order, until a limit is reached (at least one). Of each
 * block's hashes there is only the last, where they are not asked for as a `whole`.
 */
export async function blocksFrom(
  ask: Ask,
  { origin, stream }: { readonly origin: string; readonly stream: string },
  from: number,
  limits: ReadLimits,
  whole = false,
): Promise<PlainBlock[]> {
  const blocks: PlainBlock[] = [];
  let next = from;
  let { entriesMax, bytesMax } = limits;
  for (const day of await daysFrom(ask, origin, stream, from)) {
    const rowsMax = Math.min(entriesMax, BLOCKS_PAGE);
    const values = [day, origin, stream, next, rowsMax, bytesMax];
    const found = (await ask(whole ? SELECT_WHOLE_BLOCKS : SELECT_BLOCKS, values)).rows.map(block);
    for (const one of found) {
      blocks.push(one);
      entriesMax -= one.last - next + 1;
      bytesMax -= one.contents.length;
      next = one.last + 1;
      if (entriesMax <= 0 || bytesMax <= 0) return blocks;
    }
    // What is left of this day is read the next time.
    if (found.length === rowsMax) return blocks;
  }
  return blocks;
}

/** Hash of an entry that lies in a block; `null` where none does, or in the middle of a gap. */
export async function storedHash(
  ask: Ask,
  origin: string,
  stream: string,
  seq: number,
): Promise<Uint8Array | null> {
  const [day] = await daysFrom(ask, origin, stream, seq);
  if (day === undefined) return null;
  const row = (await ask(SELECT_HASHES, [day, origin, stream, seq])).rows.at(0);
  if (row === undefined || row.number("first") > seq) return null;
  const hashes = row.blob("hashes");
  if (row.number("size") === 0) return seq === row.number("last") ? hashes : null;
  const at = (seq - row.number("first")) * HASH_BYTES;
  return hashes.slice(at, at + HASH_BYTES);
}

/** Days on which entries from `from` on came. */
async function daysFrom(
  ask: Ask,
  origin: string,
  stream: string,
  from: number,
): Promise<string[]> {
  const { rows } = await ask(SELECT_SPANS, [origin, stream, from]);
  return rows.map((row) => row.text("day"));
}

function block(row: Row): PlainBlock {
  return {
    first: row.number("first"),
    last: row.number("last"),
    contents: row.blob("contents"),
    hashes: row.blob("hashes"),
    signature: row.blobOrNull("signature"),
  };
}
