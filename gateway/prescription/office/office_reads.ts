/**
 * What the office asks the tables of. Whoever asks for much does it in slices, so that doors and
 * pages, which share the tables' thread, are answered between them; each slice uses an index.
 */
import type { Rows } from "../../sql/sql.ts";
import { MODES } from "../life/pass.ts";
import type { WaitPolicy } from "../life/queue_order.ts";
import { dayText, type Span } from "../../china_calendar.ts";
import type { AfterCount, VerdictCount, Waits } from "./day_report.ts";
import type { Group, SampleKey } from "./sample.ts";
import type { DecisionRow } from "./workload.ts";

/** One statement's part of a span: some thousands of verdicts of one mode, read off an index. */
const SLICE_MS = 6 * 3_600_000;
/** Rows that one slice brings over from the thread: some milliseconds. */
const SLICE_ROWS = 2000;
/** Decisions of one report: a month of 22,000 a day, of which a third is decided by persons. */
export const DECISIONS_MAX = 250_000;

export interface Place {
  readonly wallMs: number;
  readonly place: string;
}

function* slicesOf({ fromMs, toMs }: Span): Generator<[number, number]> {
  for (let from = fromMs; from < toMs; from += SLICE_MS) {
    yield [from, Math.min(toMs, from + SLICE_MS)];
  }
}

const COUNTS = "SELECT site, outcome, level, code, " +
  "count(CASE WHEN uncounted IS NULL THEN 1 END) AS n, " +
  "count(CASE WHEN code IS NOT NULL AND unlisted IS NULL THEN 1 END) AS passed " +
  "FROM officeverdicts " +
  "WHERE mode = ? AND wall >= ? AND wall < ? GROUP BY site, outcome, level, code";

/** Verdicts alike of a span; those of different slices stand apart. */
export async function verdictCounts(tables: Rows, span: Span): Promise<VerdictCount[]> {
  const counts: VerdictCount[] = [];
  for (const slice of slicesOf(span)) {
    for (const mode of MODES) {
      for (const row of await tables.rows(COUNTS, [mode, ...slice])) {
        counts.push({
          site: row.text("site"),
          mode,
          outcome: row.text("outcome"),
          level: row.text("level"),
          code: row.textOrNull("code"),
          count: row.number("n"),
          passed: row.number("passed"),
        });
      }
    }
  }
  return counts;
}

const AFTERS = "SELECT v.site AS site, v.outcome AS outcome, a.outcome AS late, count(*) AS n " +
  "FROM officeverdicts v LEFT JOIN officeverdicts a ON a.site = v.site AND a.number = v.number " +
  "AND a.version = v.version AND a.mode = 'after-review' AND a.uncounted IS NULL " +
  "WHERE v.mode = 'degraded' AND v.uncounted IS NULL AND v.wall >= ? AND v.wall < ? GROUP BY v.site, v.outcome, a.outcome";

/** Degraded verdicts of a span, with what was said of each since. */
export async function afterCounts(tables: Rows, span: Span): Promise<AfterCount[]> {
  const counts: AfterCount[] = [];
  for (const slice of slicesOf(span)) {
    for (const row of await tables.rows(AFTERS, slice)) {
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
  "d.taken AS taken, COALESCE(d.since, v.wall) AS since, d.uncounted AS uncounted, " +
  "d.repeated AS repeated FROM officedecisions d " +
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
        counts: row.numberOrNull("uncounted") === null,
        isOwn: row.numberOrNull("repeated") === null,
      });
    }
    if (rows.length < SLICE_ROWS) break;
  }
  return decisions;
}

/** Where a decision does not tell since when it was waited for, its verdict does. */
const WAITED = "SELECT count(*) AS n, count(CASE WHEN waited >= ? THEN 1 END) AS warned, " +
  "count(CASE WHEN waited >= ? THEN 1 END) AS escalated FROM (" +
  "SELECT d.wall - COALESCE(d.since, (SELECT min(v.wall) FROM officeverdicts v " +
  "WHERE v.site = d.site AND v.number = d.number AND v.version = d.version " +
  "AND v.id = d.verdict)) AS waited " +
  "FROM officedecisions d WHERE d.wall >= ? AND d.wall < ? AND d.uncounted IS NULL) AS waits";

const WAITING = "SELECT count(*) AS n FROM prescriptions " +
  "WHERE review IN ('decide', 'second-signature') AND since <= ?";

/** How many of a span's decisions were waited for too long, and of what waits now. */
export async function waitsOf(
  tables: Rows,
  span: Span,
  { warnMs, escalateMs }: Pick<WaitPolicy, "warnMs" | "escalateMs">,
  nowMs: number,
): Promise<Waits> {
  const since = async (ms: number) => (await tables.rows(WAITING, [ms]))[0].number("n");
  const waits = { decided: 0, warned: 0, escalated: 0 };
  for (const slice of slicesOf(span)) {
    const [row] = await tables.rows(WAITED, [warnMs, escalateMs, ...slice]);
    waits.decided += row.number("n");
    waits.warned += row.number("warned");
    waits.escalated += row.number("escalated");
  }
  return {
    ...waits,
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
  "WHERE (wall, place) > (?, ?) AND wall < ? AND code IS NOT NULL AND unlisted IS NULL " +
  "ORDER BY wall, place LIMIT ?";

/** Each that rules alone let pass, once, in the order of time, from behind a place (P8). */
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

/** Those of discharges with whose they are: several are of one patient's leaving. */
const DISCHARGED = "SELECT m.site AS site, m.number AS number, m.received AS received, " +
  "p.patient AS patient FROM officeprescriptions m " +
  "LEFT JOIN prescriptions p ON p.site = m.site AND p.number = m.number WHERE m.sample = ? " +
  "AND (m.received, m.site, m.number) > (?, ?, ?) AND m.received < ? " +
  "ORDER BY m.received, m.site, m.number LIMIT ?";

/** A prescription, and whose it is where that is asked for and known. */
export interface SampleSource extends SampleKey {
  readonly patient: string | null;
}

/** Prescriptions of one group that came in a span, each once. */
export async function* populationOf(
  tables: Rows,
  group: Group,
  { fromMs, toMs }: Span,
): AsyncGenerator<SampleSource> {
  const select = group === "discharge" ? DISCHARGED : POPULATION;
  let last = { receivedMs: fromMs - 1, site: "~", number: "~" };
  while (true) {
    const from = [last.receivedMs, last.site, last.number] as const;
    const rows = await tables.rows(select, [group, ...from, toMs, SLICE_ROWS]);
    for (const row of rows) {
      const [site, number] = [row.text("site"), row.text("number")];
      last = { receivedMs: row.number("received"), site, number };
      const patient = group === "discharge" ? row.textOrNull("patient") : null;
      yield { site, number, patient };
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

/** What goes through a whole month: the plan of each is tried. */
export const MONTH_SELECTS = {
  verdicts: COUNTS,
  afters: AFTERS,
  waits: WAITED,
  discharged: DISCHARGED,
} as const;
