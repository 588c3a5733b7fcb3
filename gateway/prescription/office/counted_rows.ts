/** Marks rows of verdicts and decisions for which another one of their version counts. */
import type { Row, Transaction } from "../../sql/sql.ts";
import { type LifeEvent, numberOf } from "../life/event.ts";
import { isLater } from "../life/pass.ts";
import { chunksOf, eitherOf, nameOf, type RecordKey } from "../record/stored_events.ts";
import {
  countedDecisions,
  countedVerdicts,
  type GivenDecision,
  type GivenVerdict,
  listedPasses,
  ownDecisions,
} from "./counted_once.ts";

const VERDICTS = "SELECT site, number, version, mode, id, outcome, code, uncounted, unlisted, " +
  "wall, place FROM officeverdicts WHERE ";
const DECISIONS = "SELECT site, number, version, id, decision, person, answers, since, " +
  "uncounted, repeated, wall, place, (SELECT min(v.mode) FROM officeverdicts v " +
  "WHERE v.site = d.site AND v.number = d.number AND v.version = d.version " +
  "AND v.id = d.verdict) AS mode FROM officedecisions d WHERE ";
const MARK_VERDICT = "UPDATE officeverdicts SET uncounted = ?, unlisted = ? " +
  "WHERE site = ? AND number = ? AND version = ? AND mode = ? AND id = ?";
const MARK_DECISION = "UPDATE officedecisions SET uncounted = ?, repeated = ? " +
  "WHERE site = ? AND number = ? AND id = ?";

type Marks = readonly [first: number | null, second: number | null];

/** Of all prescriptions that these events are about, by all that the tables have of them. */
export async function countOnce(sql: Transaction, events: readonly LifeEvent[]): Promise<void> {
  const reviewed = numbersOf(events.filter(({ kind }) => kind === "verdict"));
  for (const rows of await versionsOf(sql, VERDICTS, reviewed)) await markVerdicts(sql, rows);
  const decided = numbersOf(events.filter(isOfDecisions));
  for (const rows of await versionsOf(sql, DECISIONS, decided)) await markDecisions(sql, rows);
}

/** A decision, or a later look that one may be of. */
function isOfDecisions(event: LifeEvent): boolean {
  return event.kind === "decision" || event.kind === "verdict" && isLater(event.body.mode);
}

function numbersOf(events: readonly LifeEvent[]): RecordKey[] {
  const keys = events.map(numberOf).map(({ site, prescription: number }) => ({ site, number }));
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
}

/** All rows of these, those of each version in a list of their own. */
async function versionsOf(
  sql: Transaction,
  select: string,
  keys: readonly RecordKey[],
): Promise<Row[][]> {
  const all: Row[][] = [];
  for (const chunk of chunksOf(keys)) {
    const { where, values } = eitherOf(chunk);
    const rows = await sql.rows(select + where, values);
    const versionOf = (row: Row) => `${row.number("version")}/${nameOf(keyOf(row))}`;
    all.push(...Map.groupBy(rows, versionOf).values());
  }
  return all;
}

function keyOf(row: Row): RecordKey {
  return { site: row.text("site"), number: row.text("number") };
}

async function markVerdicts(sql: Transaction, rows: readonly Row[]): Promise<void> {
  const verdicts = rows.map((row) => ({ row, ...givenVerdict(row) }));
  const [counted, listed] = [countedVerdicts(verdicts), listedPasses(verdicts)];
  for (const one of verdicts) {
    const { row, mode, code } = one;
    const marks = [
      counted.has(one) ? null : 1,
      code === null || listed.has(one) ? null : 1,
    ] as const;
    if (isMarked(row, ["uncounted", "unlisted"], marks)) continue;
    const { site, number } = keyOf(row);
    const key = [site, number, row.number("version"), mode, row.text("id")];
    await sql.run(MARK_VERDICT, [...marks, ...key]);
  }
}

function givenVerdict(row: Row): GivenVerdict {
  return {
    mode: row.text("mode"),
    outcome: row.text("outcome"),
    code: row.textOrNull("code"),
    wallMs: row.number("wall"),
    place: row.text("place"),
  };
}

async function markDecisions(sql: Transaction, rows: readonly Row[]): Promise<void> {
  const decisions = rows.map((row) => ({ row, ...givenDecision(row) }));
  const [counted, own] = [countedDecisions(decisions), ownDecisions(decisions)];
  for (const one of decisions) {
    const { row } = one;
    const marks = [counted.has(one) ? null : 1, own.has(one) ? null : 1] as const;
    if (isMarked(row, ["uncounted", "repeated"], marks)) continue;
    const { site, number } = keyOf(row);
    await sql.run(MARK_DECISION, [...marks, site, number, row.text("id")]);
  }
}

function givenDecision(row: Row): GivenDecision {
  const [wallMs, sinceMs] = [row.number("wall"), row.numberOrNull("since")];
  const answers: unknown = JSON.parse(row.text("answers"));
  return {
    person: row.text("person"),
    decision: row.text("decision"),
    answers: Array.isArray(answers) ? answers.map(String) : [],
    mode: row.textOrNull("mode"),
    waitedMs: sinceMs === null ? null : Math.max(0, wallMs - sinceMs),
    wallMs,
    place: row.text("place"),
  };
}

function isMarked(row: Row, columns: readonly [string, string], marks: Marks): boolean {
  return columns.every((name, at) => row.numberOrNull(name) === marks[at]);
}
