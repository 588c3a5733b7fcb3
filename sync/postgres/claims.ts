/**
 * Idempotency keys in the database (rule T2): claims, releases and windows are the same for all
 * processes that share it, since each batch with any of them holds the one row of `claims`.
 *
 * The journal's time, by which windows are measured, is kept in that row. Whoever writes it adds
 * what has passed on its own boot-time clock since it saw the value that it replaces. So no two
 * processes count the same time twice, a window may become longer by what nobody counted, and
 * none becomes shorter.
 */
import type { AppendBatch } from "../append.ts";
import type { Row } from "../database.ts";
import { type Claimed, JournalKeys, type KeyStore } from "../journal_keys.ts";
import type { KeyState } from "../segments.ts";
import type { Ask, Statement } from "./connection.ts";

const LOCK = "SELECT number, passed FROM claims FOR UPDATE";
const SEE = "SELECT passed FROM claims";
const COUNT = "UPDATE claims SET number = $1, passed = $2";
const SELECT_KEY = "SELECT channel, id, digest, at, span, number FROM keys " +
  "WHERE channel = $1 AND id = $2";
const HAS_CLAIMS = "SELECT 1 FROM keys WHERE channel = $1 AND number > $2 " +
  "AND digest IS NOT NULL LIMIT 1";
const FORGET = "DELETE FROM keys WHERE channel = $1 AND id = $2";
const PUT = "INSERT INTO keys (channel, id, digest, at, span, number) VALUES ($1,$2,$3,$4,$5,$6)";
/** Keys that hold no more: their window is over, or their channel was released after them. */
const FORGET_ENDED = `DELETE FROM keys WHERE id <> ''
AND (digest IS NULL OR at + span < (SELECT passed FROM claims) OR number <
  (SELECT whole.number FROM keys AS whole WHERE whole.channel = keys.channel AND whole.id = ''))`;

export class Claims {
  /** The journal's time as it was last seen, and this machine's boot-time clock then. */
  #seen = { passed: -1, bootMs: 0 };
  /** A value of the row that was heard of, and when (`performance.now()`). */
  #heard = { passed: -1, atMs: 0 };

  /** Looks at the journal's time, so that what passes from here on can be counted. */
  async see(ask: Ask, bootMs: number): Promise<void> {
    this.#note((await ask(SEE)).rows[0].number("passed"), bootMs);
  }

  /** Takes note of what another process may have written. */
  hear(passed: number): void {
    if (passed !== this.#heard.passed) this.#heard = { passed, atMs: performance.now() };
  }

  /** Says which items of a batch are repeats, and what to store for the others. */
  async judge(
    ask: Ask,
    { claims, releases, stamp }: AppendBatch,
  ): Promise<{ refusals: Claimed["refusals"]; statements: Statement[] }> {
    if (claims.length + releases.length === 0) return { refusals: new Map(), statements: [] };
    const row = (await ask(LOCK)).rows[0];
    const nowMs = this.#note(row.number("passed"), stamp.bootMs);
    const keys = new JournalKeys(
      await keyStore(ask, [...claims, ...releases]),
      row.number("number"),
      nowMs,
    );
    const { refusals, changes } = keys.begin(claims, releases, stamp);
    const states = changes.flatMap((change) => change.kind === "key" ? [change.key] : []);
    if (states.length === 0) return { refusals, statements: [] };
    // Should the transaction fail, another value is found there, and counted from then on.
    this.#seen = { passed: nowMs, bootMs: stamp.bootMs };
    const statements = [{ sql: COUNT, values: [keys.order, nowMs] }, ...states.flatMap(put)];
    return { refusals, statements };
  }

  /** The journal's time now. */
  #note(passed: number, bootMs: number): number {
    if (passed !== this.#seen.passed || bootMs < this.#seen.bootMs) {
      const sinceMs = passed === this.#heard.passed ? performance.now() - this.#heard.atMs : 0;
      this.#seen = { passed, bootMs: bootMs - Math.floor(sinceMs) };
    }
    return passed + bootMs - this.#seen.bootMs;
  }
}

/** Keys whose time is over leave the table; returns nothing worth waiting for. */
export async function forgetEnded(ask: Ask): Promise<void> {
  await ask(FORGET_ENDED);
}

/** What a batch has to know of the keys it names. */
async function keyStore(
  ask: Ask,
  named: readonly { readonly channel: string; readonly id: string }[],
): Promise<KeyStore> {
  const channels = new Set(named.map(({ channel }) => channel));
  const wanted = [...named, ...[...channels].map((channel) => ({ channel, id: "" }))];
  const found = new Map<string, KeyState>();
  await Promise.all(wanted.map(async ({ channel, id }) => {
    const row = (await ask(SELECT_KEY, [channel, id])).rows.at(0);
    if (row !== undefined) found.set(`${channel}\n${id}`, keyState(row));
  }));
  const released = named.filter(({ id }) => id === "").map(({ channel }) => channel);
  const claimed = new Set<string>();
  await Promise.all(released.map(async (channel) => {
    const after = found.get(`${channel}\n`)?.order ?? 0;
    if ((await ask(HAS_CLAIMS, [channel, after])).rows.length > 0) claimed.add(channel);
  }));
  return {
    key: (channel, id) => found.get(`${channel}\n${id}`),
    hasClaims: (channel) => claimed.has(channel),
  };
}

function put({ channel, id, digest, atMs, windowMs, order }: KeyState): Statement[] {
  return [
    { sql: FORGET, values: [channel, id] },
    { sql: PUT, values: [channel, id, digest, atMs, windowMs, order] },
  ];
}

function keyState(row: Row): KeyState {
  return {
    channel: row.text("channel"),
    id: row.text("id"),
    digest: row.blobOrNull("digest"),
    atMs: row.number("at"),
    windowMs: row.numberOrNull("span"),
    order: row.number("number"),
  };
}
