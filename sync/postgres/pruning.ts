/** Retention in PostgreSQL: the oldest day goes as a whole, once all that came on it may go. */
import { lastWallMs } from "../block.ts";
import { HASH_BYTES } from "../entry.ts";
import { mayGo, type Retention } from "../journal_retention.ts";
import type { Row } from "../database.ts";
import { type Range, receiptKey } from "../segments.ts";
import { forgetEnded } from "./claims.ts";
import type { Ask } from "./connection.ts";
import { partitionOf } from "./days.ts";
import { allReceipts } from "./receipts.ts";
import type { Writer } from "./writer.ts";

/** A day on which another process may still store, its last look being before midnight. */
const SELECT_DAYS = "SELECT day FROM days WHERE day < $1 ORDER BY day";
/** What came on a day: up to where the next day of the stream begins, or to its position. */
const SELECT_RANGES = `SELECT s.origin, s.stream, s.first, COALESCE(
  (SELECT MIN(later.first) - 1 FROM spans AS later
    WHERE later.origin = s.origin AND later.stream = s.stream AND later.first > s.first),
  p.seq) AS last
FROM spans AS s JOIN positions AS p ON p.origin = s.origin AND p.stream = s.stream
WHERE s.day = $1 ORDER BY s.origin, s.stream`;
const SELECT_NEWEST = `SELECT first, last, contents, hashes, signature FROM blocks
WHERE day = $1 AND origin = $2 AND stream = $3 AND last = $4`;
const RAISE_FLOOR = `UPDATE positions SET floor = $3, floorhash = $4, writer = $5, turn = $6
WHERE origin = $1 AND stream = $2`;

/** Drops the days before `before` as long as the oldest may go; returns how many went. */
export async function prune(
  writer: Writer,
  node: string,
  before: string,
  retention: Retention,
): Promise<number> {
  await writer.connection.turn(forgetEnded);
  for (let dropped = 0;; dropped++) {
    const { rows } = await writer.connection.ask(SELECT_DAYS, [before]);
    const day = rows.at(0)?.text("day");
    if (day === undefined) return dropped;
    const wentOff = await writer.connection.transaction((ask) =>
      dropDay(ask, writer, node, day, retention)
    );
    if (!wentOff) return dropped;
  }
}

/** Within a transaction. False, with nothing changed, where something of the day has to stay. */
async function dropDay(
  ask: Ask,
  writer: Writer,
  node: string,
  day: string,
  retention: Retention,
): Promise<boolean> {
  const receipts = new Map((await allReceipts(ask)).map((one) => [receiptKey(one), one]));
  const floors: { range: Range; floorHash: Uint8Array }[] = [];
  for (const range of (await ask(SELECT_RANGES, [day])).rows.map(rangeOf)) {
    const { origin, stream, last } = range;
    const newest = (await ask(SELECT_NEWEST, [day, origin, stream, last])).rows.at(0);
    if (newest === undefined) return false;
    const hashes = newest.blob("hashes");
    const block = { ...range, contents: newest.blob("contents"), hashes, signature: null };
    if (!mayGo(node, range, lastWallMs(block), receipts, retention)) return false;
    floors.push({ range, floorHash: hashes.slice(-HASH_BYTES) });
  }
  const turn = writer.next();
  for (const { range: { origin, stream, last }, floorHash } of floors) {
    await ask(RAISE_FLOOR, [origin, stream, last + 1, floorHash, turn.writer, turn.turn]);
  }
  await ask("DELETE FROM spans WHERE day = $1", [day]);
  await ask("DELETE FROM days WHERE day = $1", [day]);
  await ask(`DROP TABLE ${partitionOf(day)}`);
  const { sql, values } = writer.countUp(turn);
  await ask(sql, values);
  return true;
}

function rangeOf(row: Row): Range {
  return {
    origin: row.text("origin"),
    stream: row.text("stream"),
    first: row.number("first"),
    last: row.number("last"),
  };
}
