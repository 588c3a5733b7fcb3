/**
 * What the office asks the tables of. Whoever asks for much does it in slices, so that doors and
 * pages, which share the tables' thread, are answered between them; each slice uses an index.
 */
import type { Rows } from "../../sql/sql.ts";
import type { WaitPolicy } from "../life/queue_order.ts";
import { dayText, type Span } from "../../china_calendar.ts";
import type { AfterCount, VerdictCount, Waits } from "./day_report.ts";
import type { Group, SampleKey } from "./sample.ts";
import type { DecisionRow } from "./workload.ts";

const HOUR_MS = 3_600_000;
/** Rows that one slice brings over from the thread: some milliseconds. */
const SLICE_ROWS = 2000;
/** Decisions of one report: a month of 22,000 a day, of which a third is decided by persons. */
export const DECISIONS_MAX = 250_000;

export interface Place {
  readonly wallMs: number;
  readonly place: string;
}

function* hoursOf({ fromMs, toMs }: Span): Generator<[number, number]> {
  for (let from = fromMs; from < toMs; from += HOUR_MS) {
    yield [from, Math.min(toMs, from + HOUR_MS)];
  }
}

const COUNTS = "SELECT site, mode, outcome, level, code, count(*) AS n FROM officeverdicts " +
  "WHERE wall >= ? AND wall < ? GROUP BY site, mode, outcome, level, code";

/** Verdicts alike of a span; those of different hours are counted apart. */
export async function verdictCounts(tables: Rows, span: Span): Promise<VerdictCount[]> {
  const counts: VerdictCount[] = [];
  for (const hour of hoursOf(span)) {
    for (const row of await tables.rows(COUNTS, hour)) {
      counts.push({
        site: row.text("site"),
        mode: row.text("mode"),
        outcome: row.text("outcome"),
        level: row.text("level"),
        code: row.textOrNull("code"),
        count: row.number("n"),
      });
    }
  }
  return counts;
}

const AFTERS = "SELECT v.site AS site, v.outcome AS outcome, a.outcome AS late, count(*) AS n " +
  "FROM officeverdicts v LEFT JOIN officeverdicts a ON a.site = v.site AND a.number = v.number " +
  "AND a.version = v.version AND a.mode = 'after-review' " +
  "WHERE v.mode = 'degraded' AND v.wall >= ? AND v.wall < ? GROUP BY v.site, v.outcome, a.outcome";

/** Degraded verdicts of a span, with what was said of each since. */
export async function afterCounts(tables: Rows, span: Span): Promise<AfterCount[]> {
  const counts: AfterCount[] = [];
  for (const hour of hoursOf(span)) {
    for (const row of await tables.rows(AFTERS, hour)) {
      counts.push({
        site: row.text("site"),
        outcome: row.text("outcome"),
        after: row.textOrNull("late"),
        count: row.number("n"),
      });
    }
  }
  return counts;
}

const DECISIONS = "SELECT d.person AS person, d.wall AS wall, d.place AS place, " +
  "d.taken AS taken, COALESCE(d.since, v.wall) AS since FROM officedecisions d " +
  "LEFT JOIN officeverdicts v ON v.site = d.site AND v.number = d.number " +
  "AND v.version = d.version AND v.id = d.verdict " +
  "WHERE (d.wall, d.place) > (?, ?) AND d.wall < ? ORDER BY d.wall, d.place LIMIT ?";

/** Decisions of a span, at most {@link DECISIONS_MAX}; where none tells it, the verdict's wait. */
export async function decisionsOf(tables: Rows, { fromMs, toMs }: Span): Promise<DecisionRow[]> {
  const decisions: DecisionRow[] = [];
  let [wallMs, place] = [fromMs - 1, "~"];
  while (decisions.length < DECISIONS_MAX) {
    const rows = await tables.rows(DECISIONS, [wallMs, place, toMs, SLICE_ROWS]);
    for (const row of rows) {
      [wallMs, place] = [row.number("wall"), row.text("place")];
      decisions.push({
        person: row.text("person"),
        decidedMs: wallMs,
        sinceMs: row.numberOrNull("since"),
        takenMs: row.numberOrNull("taken"),
      });
    }
    if (rows.length < SLICE_ROWS) break;
  }
  return decisions;
}

const WAITING = "SELECT count(*) AS n FROM prescriptions " +
  "WHERE review IN ('decide', 'second-signature') AND since <= ?";

/** How many waited too long of those that were decided then, and of those that wait now. */
export async function waitsOf(
  tables: Rows,
  decisions: readonly DecisionRow[],
  { warnMs, escalateMs }: Pick<WaitPolicy, "warnMs" | "escalateMs">,
  nowMs: number,
): Promise<Waits> {
  const since = async (ms: number) => (await tables.rows(WAITING, [ms]))[0].number("n");
  const over = (ms: number) =>
    decisions.filter(({ decidedMs, sinceMs }) => sinceMs !== null && decidedMs - sinceMs >= ms)
      .length;
  return {
    decided: decisions.length,
    warned: over(warnMs),
    escalated: over(escalateMs),
    waiting: await since(Number.MAX_SAFE_INTEGER),
    waitingEscalated: await since(nowMs - escalateMs),
  };
}

export interface PassRow extends Place {
  readonly site: string;
  readonly number: string;
  readonly version: number;
  readonly code: string;
  readonly verdict: string;
  readonly pack: string;
}

const PASSES = "SELECT site, number, version, id, code, pack, wall, place FROM officeverdicts " +
  "WHERE (wall, place) > (?, ?) AND wall < ? AND code IS NOT NULL ORDER BY wall, place LIMIT ?";

/** Each that rules alone let pass, in the order of time, from behind a place (P8). */
export async function passesOf(
  tables: Rows,
  { fromMs, toMs }: Span,
  after: Place | null,
  limit: number,
): Promise<PassRow[]> {
  const { wallMs, place } = after ?? { wallMs: fromMs - 1, place: "~" };
  const rows = await tables.rows(PASSES, [wallMs, place, toMs, limit]);
  return rows.map((row) => ({
    site: row.text("site"),
    number: row.text("number"),
    version: row.number("version"),
    code: row.text("code"),
    verdict: row.text("id"),
    pack: row.text("pack"),
    wallMs: row.number("wall"),
    place: row.text("place"),
  }));
}

const POPULATION = "SELECT site, number, received FROM officeprescriptions WHERE sample = ? " +
  "AND (received, site, number) > (?, ?, ?) AND received < ? " +
  "ORDER BY received, site, number LIMIT ?";

/** Prescriptions of one group that came in a span, each once. */
export async function* populationOf(
  tables: Rows,
  group: Group,
  { fromMs, toMs }: Span,
): AsyncGenerator<SampleKey> {
  let last = { receivedMs: fromMs - 1, site: "~", number: "~" };
  while (true) {
    const from = [last.receivedMs, last.site, last.number] as const;
    const rows = await tables.rows(POPULATION, [group, ...from, toMs, SLICE_ROWS]);
    for (const row of rows) {
      const [site, number] = [row.text("site"), row.text("number")];
      last = { receivedMs: row.number("received"), site, number };
      yield { site, number };
    }
    if (rows.length < SLICE_ROWS) return;
  }
}

/** Prescriptions that need not be kept any more, of the years by which they were kept. */
export interface MayGo {
  readonly years: number;
  readonly count: number;
  /** The first and the last day on which one had to be kept; `null`: there is none. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

const MAY_GO = "SELECT count(*) AS n, min(v.keepuntil) AS first, max(v.keepuntil) AS last " +
  "FROM officeverdicts v WHERE v.keepyears = ? AND v.keepuntil >= ? AND v.keepuntil < ? " +
  // Of its verdicts the one that keeps it longest is counted; the last of those that are alike.
  "AND NOT EXISTS (SELECT 1 FROM officeverdicts o WHERE o.site = v.site AND o.number = v.number " +
  "AND (o.keepuntil, o.version, o.mode, o.id) > (v.keepuntil, v.version, v.mode, v.id)) " +
  "AND NOT EXISTS (SELECT 1 FROM officegoods g WHERE g.site = v.site AND g.number = v.number " +
  "AND g.wall >= ?) " +
  "AND NOT EXISTS (SELECT 1 FROM officecontacts c WHERE c.site = v.site " +
  "AND c.number = v.number AND NOT EXISTS (SELECT 1 FROM officeclosings z " +
  "WHERE z.site = c.site AND z.number = c.number AND z.contact = c.id))";
const FIRST = "SELECT min(keepuntil) AS first FROM officeverdicts WHERE keepyears = ?";

const DAY_MS = 86_400_000;
/** Days of one report: whoever has left more undestroyed asks again afterwards. */
const DAYS_MAX = 400;

/**
 * What may go before `today` (days since 1970, Asia/Shanghai): its time is over, by all of its
 * verdicts and by the goods that left or came back, and no patient has to be called about it (P14).
 */
export async function mayGoOf(tables: Rows, years: number, today: number): Promise<MayGo> {
  const found = (await tables.rows(FIRST, [years]))[0].numberOrNull("first");
  let [count, first, last]: [number, number | null, number | null] = [0, null, null];
  const end = found === null ? today : Math.min(today, found + DAYS_MAX);
  // A year is never longer than 366 days: goods of later keep it longer.
  const movedMs = (today - years * 366) * DAY_MS;
  for (let day = found ?? today; day < end; day++) {
    const [row] = await tables.rows(MAY_GO, [years, day, day + 1, movedMs]);
    if (row.number("n") === 0) continue;
    count += row.number("n");
    first ??= day;
    last = day;
  }
  const text = (day: number | null) => day === null ? null : dayText(day * DAY_MS);
  return { years, count, firstDay: text(first), lastDay: text(last) };
}
