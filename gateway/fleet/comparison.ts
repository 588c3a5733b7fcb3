/**
 * Whether another node holds the same as this one: of every (origin, stream) of a node where each
 * stands, what each day has, and the first entry that differs (G5, G6).
 */
import * as z from "zod";
import { type DayDigest, dayText } from "../../sync/day.ts";
import { firstDifference, type HashesAt } from "../../sync/difference.ts";
import type { StreamDigest } from "../../sync/digests.ts";
import type { Journal } from "../../sync/journal.ts";
import { sameBytes } from "../../sync/octets.ts";
import { lifeOf } from "../../sync/origin.ts";
import { streamKey } from "../../sync/segments.ts";
import { pause } from "../../sync/timer.ts";
import type { QueryTables } from "../tables.ts";
import { type DayPair, judgeDay, pairDays } from "./day_comparison.ts";
import { daysOf, FIRST_PLACE } from "./day_tables.ts";
import type { OtherNode } from "./other_node.ts";

const standing = z.object({ seq: z.number(), hash: z.string().describe("Hexadecimal") });
const dayCount = z.object({ count: z.number(), hash: z.string() });

const daySchema = z.object({
  day: z.string().describe("In Asia/Shanghai, by the wall clock as read"),
  state: z.enum(["equal", "open", "pruned", "different"]).describe(
    "open: entries are on their way; pruned: one does not hold all of it any more",
  ),
  here: dayCount.nullable(),
  there: dayCount.nullable(),
});
export type DayView = z.infer<typeof daySchema>;

export const streamComparison = z.object({
  node: z.string(),
  origin: z.string(),
  stream: z.string(),
  state: z.enum(["equal", "behind", "ahead", "different", "only-here", "only-there"]).describe(
    "What the other node is; behind and ahead: the chains agree as far as both go",
  ),
  here: standing.nullable(),
  there: standing.nullable(),
  firstDifference: z.number().nullable().describe("The first entry that is not the same at both"),
  days: z.number().describe("Days compared"),
  differing: z.array(daySchema).describe("Days that are not the same"),
});
export type StreamComparison = z.infer<typeof streamComparison>;

/** A day of one stream at both, whether it differs or not. */
export type StreamDay = DayView & Pick<StreamComparison, "origin" | "stream">;

export interface NodeComparison {
  /** By life, the newest first, then stream. */
  readonly streams: readonly StreamComparison[];
  readonly days: readonly StreamDay[];
}

export interface Here {
  readonly journal: Journal;
  readonly tables: Pick<QueryTables, "rows" | "caughtUp">;
}

/** How often a stream that is on its way is looked at again. */
const LOOK_MS = 250;
/** Entries looked through at a time for one that is missing. */
const READ_LIMITS = { entriesMax: 4096, bytesMax: 1 << 20 };
/** Days of one node read at a time. */
const DAYS_PAGE = 4096;

/**
 * Compares all streams of one node. What was written at one and had not reached the other yet is
 * waited for, `waitMs` at most: two nodes at work are never equal at one moment.
 */
export async function compareNode(
  { journal, tables }: Here,
  other: OtherNode,
  node: string,
  waitMs: number,
): Promise<NodeComparison> {
  const here = journal.positions().filter(({ origin }) => origin.startsWith(`${node}.`));
  const there = await other.streams(node);
  const found = new Map<string, StreamPair>();
  for (const state of here) found.set(keyOf(state), { here: state, there: null });
  for (const state of there) {
    found.set(keyOf(state), { here: found.get(keyOf(state))?.here ?? null, there: state });
  }
  const endMs = performance.now() + waitMs;
  const heads = new Map<string, Head>();
  for (const [key, pair] of found) {
    heads.set(key, await settled(journal, other, pair, endMs));
  }
  const days = await dayPairs({ journal, tables }, other, node);
  const streams: StreamComparison[] = [];
  const streamDays: StreamDay[] = [];
  for (const [key, pair] of found) {
    const head = heads.get(key);
    if (head === undefined) throw new Error(`${key} was not compared`);
    const judged = judge(pair, head, days.get(key) ?? []);
    streams.push(await viewOf(journal, node, pair, head, judged));
    for (const [day, state] of judged) {
      streamDays.push({ origin: day.origin, stream: day.stream, ...dayView(day, state) });
    }
  }
  streams.sort((a, b) => sortKey(a) < sortKey(b) ? -1 : 1);
  return { streams, days: streamDays };
}

/** One stream at both. */
interface StreamPair {
  readonly here: StreamDigest | null;
  readonly there: StreamDigest | null;
}

interface Head {
  readonly state: StreamComparison["state"];
  readonly firstDifference: number | null;
  /** Entries up to here are the same. */
  readonly common: number;
}

/** Compares two places, and waits for what is on its way between them. */
async function settled(
  journal: Journal,
  other: OtherNode,
  { here, there }: StreamPair,
  endMs: number,
): Promise<Head> {
  const place = here ?? there;
  if (place === null) throw new Error("Neither node holds this stream");
  const hashHere: HashesAt = (seqs) =>
    Promise.all(seqs.map((seq) => journal.hashAt(place.origin, place.stream, seq)));
  const hashThere = other.hashesAt(place);
  const [ownSeq, otherSeq] = [here?.seq ?? 0, there?.seq ?? 0];
  const common = Math.min(ownSeq, otherSeq);
  const after = Math.max(here?.floor ?? 1, there?.floor ?? 1) - 1;
  if (here !== null && there !== null && ownSeq === otherSeq && sameBytes(here.hash, there.hash)) {
    return { state: "equal", firstDifference: null, common };
  }
  const sameSoFar = common <= after
    ? ownSeq !== otherSeq
    : await isSame(hashHere, hashThere, common);
  if (!sameSoFar) {
    const first = await firstDifference(hashHere, hashThere, after, common);
    return { state: "different", firstDifference: first ?? common, common: (first ?? common) - 1 };
  }
  const longest = Math.max(ownSeq, otherSeq);
  for (;;) {
    if (await isSame(hashHere, hashThere, longest)) {
      return { state: "equal", firstDifference: null, common: longest };
    }
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) break;
    await pause(Math.min(LOOK_MS, leftMs), new AbortController().signal);
  }
  const lacks = ownSeq > otherSeq ? "here" : "there";
  const state = common === 0 ? `only-${lacks}` as const : lacks === "here" ? "behind" : "ahead";
  return { state, firstDifference: common + 1, common };
}

/** Whether both hold an entry with the same hash. */
async function isSame(here: HashesAt, there: HashesAt, seq: number): Promise<boolean> {
  const [[own], [others]] = await Promise.all([here([seq]), there([seq])]);
  return own !== null && others !== null && own.toHex() === others.toHex();
}

async function dayPairs(
  { journal, tables }: Here,
  other: OtherNode,
  node: string,
): Promise<Map<string, DayPair[]>> {
  // The other's first: what it has, this one has had since, or is about to lack.
  const there = await other.days(node);
  await tables.caughtUp(journal);
  const here = [];
  for (let after = FIRST_PLACE;;) {
    const page = await daysOf(tables, node, after, DAYS_PAGE);
    here.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < DAYS_PAGE) break;
    after = last;
  }
  return Map.groupBy(pairDays(here, there), keyOf);
}

type JudgedDays = readonly (readonly [DayPair, DayView["state"]])[];

function judge(
  { here, there }: StreamPair,
  { state, common }: Head,
  days: readonly DayPair[],
): JudgedDays {
  const agree = state !== "different";
  const [floorHere, floorThere] = [here?.floor ?? 1, there?.floor ?? 1];
  const compared = { agree, common, floorHere, floorThere };
  return days.map((pair) => [pair, judgeDay(pair, compared)] as const);
}

async function viewOf(
  journal: Journal,
  node: string,
  { here, there }: StreamPair,
  { state, firstDifference }: Head,
  days: JudgedDays,
): Promise<StreamComparison> {
  const place = here ?? there;
  if (place === null) throw new Error("Neither node holds this stream");
  const differing = days.flatMap(([pair, verdict]) => verdict === "different" ? [pair] : []);
  // Equal ends, unequal days: one lacks entries in between.
  const isDifferent = state === "equal" && differing.length > 0;
  const lack = isDifferent ? await firstLack(journal, differing) : null;
  return {
    node,
    origin: place.origin,
    stream: place.stream,
    state: isDifferent ? "different" : state,
    here: here === null ? null : { seq: here.seq, hash: here.hash.toHex() },
    there: there === null ? null : { seq: there.seq, hash: there.hash.toHex() },
    firstDifference: firstDifference ?? lack,
    days: days.length,
    differing: differing.map((pair) => dayView(pair, "different")),
  };
}

/** The first entry of these days that is missing here; `null` where only the other lacks some. */
async function firstLack(journal: Journal, days: readonly DayPair[]): Promise<number | null> {
  for (const { origin, stream, here, there } of days) {
    const first = Math.min(here?.first ?? Infinity, there?.first ?? Infinity);
    const last = Math.max(here?.last ?? 0, there?.last ?? 0);
    for (let after = first - 1; after < last;) {
      const result = await journal.read(origin, stream, after, READ_LIMITS);
      if (result.kind === "missing") return result.seq;
      if (result.kind !== "run") break;
      if (result.run.contents.length === 0) return result.run.first;
      after = result.run.last;
    }
  }
  return null;
}

export function dayView({ day, here, there }: DayPair, state: DayView["state"]): DayView {
  const side = (digest: DayDigest | null) =>
    digest === null ? null : { count: digest.count, hash: digest.hash.toHex() };
  return { day: dayText(day), state, here: side(here), there: side(there) };
}

function keyOf({ origin, stream }: { readonly origin: string; readonly stream: string }): string {
  return streamKey(origin, stream);
}

/** Newest life first, then stream. */
function sortKey({ origin, stream }: StreamComparison): string {
  return `${String(1e15 - lifeOf(origin)).padStart(16, "0")} ${origin} ${stream}`;
}
