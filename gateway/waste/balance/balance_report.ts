/**
 * The balance of a site's waste as a report, from the tables: by indexes, in bounded pages. Of a
 * time that is over it says how that ended, whatever has become of the bags since.
 */
import type { DataReport } from "../../report/data_report.ts";
import { sitesBehind } from "../../report/sites_behind.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import { CATEGORY_CODES } from "../category.ts";
import type { BagStanding, BagState } from "../life/bag.ts";
import * as reads from "../record/waste_reads.ts";
import {
  type BagLine,
  type ManifestLine,
  type MissingBag,
  type WasteOfTime,
  wasteReport,
} from "./balance_table.ts";
import { bagsThen, manifestThen } from "./standing_then.ts";

/** Bags of one statement. */
const PAGE = 1000;
/** A month of a hospital that seals 600 a day. */
export const BAGS_MAX = 20_000;
const MISSING_MAX = 200;
const MANIFESTS_MAX = 200;

export const SELECTS = {
  nextSite: "SELECT site FROM wastebags WHERE site > ? ORDER BY site LIMIT 1",
  bags: "SELECT bag, state, category, ward, grams, sealed, missing, conflicts, faults, last " +
    "FROM wastebags WHERE site = ? AND sealed >= ? AND sealed < ? AND (sealed > ? OR bag > ?) " +
    "ORDER BY sealed, bag LIMIT ?",
  gone: "SELECT bag FROM wastepassed WHERE site = ? AND sealed >= ? AND sealed < ? " +
    "AND last >= ? ORDER BY sealed, bag LIMIT ?",
  manifests: "SELECT manifest, began FROM wastemanifests " +
    "WHERE site = ? AND began >= ? AND began < ? ORDER BY began, manifest LIMIT ?",
  onManifest: "SELECT bag, state, grams FROM wastebags WHERE manifest = ? ORDER BY bag LIMIT ?",
} as const;

export function balanceReport(rows: Rows): DataReport {
  return {
    name: "waste",
    title: { zh: "医疗废物收支平衡", en: "Balance of medical waste" },
    sites: (after, limit) => sitesBehind(rows, SELECTS.nextSite, after, limit),
    draw: async ({ site, period, asOfMs }) => {
      const span = { fromMs: period.fromMs, toMs: Math.min(period.toMs, asOfMs) };
      return wasteReport(await wasteOfTime(rows, site, span, asOfMs));
    },
  };
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What was sealed from one moment on and before another, and manifests that were begun then: as
 * they stood at `asOfMs`.
 */
export async function wasteOfTime(
  rows: Rows,
  site: string,
  span: Span,
  asOfMs: number,
): Promise<WasteOfTime> {
  const found = await linesThen(rows, site, span, asOfMs);
  const lost = found.filter(({ isMissing, state }) => isMissing && state !== "void");
  const manifests = await rows.rows(SELECTS.manifests, [
    ...[site, span.fromMs, span.toMs, MANIFESTS_MAX + 1],
  ]);
  const lines: ManifestLine[] = [];
  for (const row of manifests.slice(0, MANIFESTS_MAX)) {
    const line = await manifestLine(rows, row.text("manifest"), row.number("began"), asOfMs);
    if (line !== null) lines.push(line);
  }
  const missing: MissingBag[] = [];
  for (const bag of lost.slice(0, MISSING_MAX)) {
    const standing = bag.then ?? (await reads.bagOf(rows, bag.bag))?.standing;
    missing.push({ ...bag, explanation: standing?.missing?.explanation ?? "" });
  }
  const isCut = found.length > BAGS_MAX || lost.length > MISSING_MAX ||
    manifests.length > MANIFESTS_MAX;
  return {
    bags: found.slice(0, BAGS_MAX),
    missing,
    manifests: lines,
    cut: isCut
      ? {
        zh: `最多 ${BAGS_MAX} 袋、${MISSING_MAX} 个缺失袋、${MANIFESTS_MAX} 份联单，请按日查看`,
        en: `${BAGS_MAX} bags, ${MISSING_MAX} missing ones, ${MANIFESTS_MAX} manifests at the ` +
          "most; ask for single days",
      }
      : null,
  };
}

interface FoundBag extends BagLine {
  /** Of the last entry about it. */
  readonly lastMs: number;
  /** One weighing is of it and of another. */
  readonly isFaulty: boolean;
  /** Where it stood then, if more was written of it since. */
  readonly then?: BagStanding;
}

/** What has moved since is put back to where it stood, and what has left the site since is here. */
async function linesThen(
  rows: Rows,
  site: string,
  span: Span,
  asOfMs: number,
): Promise<FoundBag[]> {
  const found = await bagLines(rows, site, span);
  const gone = await rows.rows(SELECTS.gone, [
    ...[site, span.fromMs, span.toMs, asOfMs, BAGS_MAX + 1],
  ]);
  const later = found.filter(({ lastMs }) => lastMs >= asOfMs);
  if (later.length + gone.length === 0) return found;
  const faulty = new Set(found.filter(({ isFaulty }) => isFaulty).map(({ bag }) => bag));
  const codes = [...later.map(({ bag }) => bag), ...gone.map((row) => row.text("bag"))];
  const then = await bagsThen(rows, codes, asOfMs);
  const back = [...then.values()].filter((standing) => standing.site === site)
    .map((standing) => lineThen(standing, faulty.has(standing.bag)));
  return [...found.filter(({ lastMs }) => lastMs < asOfMs), ...back].sort(inOrder);
}

function lineThen(then: BagStanding, isFaulty: boolean): FoundBag {
  const { bag, state, category, ward, weight, missing, conflicts, sealings } = then;
  const walls = sealings.map((one) => one.from === "entry" ? one.time.wallMs : one.wallMs);
  return {
    ...{ bag, state, category, ward, grams: weight?.grams ?? null, isFaulty, then },
    sealedMs: walls.reduce((least, one) => Math.min(least, one), Infinity),
    isMissing: missing !== null,
    isDisputed: conflicts.length > 0 || isFaulty,
    lastMs: then.history.at(-1)?.time.wallMs ?? 0,
  };
}

function inOrder(one: BagLine, other: BagLine): number {
  return one.sealedMs - other.sealedMs || (one.bag < other.bag ? -1 : 1);
}

/** One more than a report holds shows that there are more. */
async function bagLines(rows: Rows, site: string, { fromMs, toMs }: Span): Promise<FoundBag[]> {
  const lines: FoundBag[] = [];
  let [sealed, bag] = [fromMs, ""];
  while (lines.length <= BAGS_MAX) {
    const page = await rows.rows(SELECTS.bags, [site, sealed, toMs, sealed, bag, PAGE]);
    lines.push(...page.map(bagLine));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    [sealed, bag] = [last.number("sealed"), last.text("bag")];
  }
  return lines;
}

function bagLine(row: Row): FoundBag {
  const category = row.textOrNull("category");
  const isFaulty = row.number("faults") > 0;
  return {
    bag: row.text("bag"),
    state: stateIn(row),
    category: CATEGORY_CODES.find((code) => code === category) ?? null,
    ward: row.textOrNull("ward"),
    grams: row.numberOrNull("grams"),
    sealedMs: row.number("sealed"),
    isMissing: row.textOrNull("missing") !== null,
    isDisputed: row.number("conflicts") > 0 || isFaulty,
    isFaulty,
    lastMs: row.number("last"),
  };
}

const STATES: readonly BagState[] = [
  ...["void", "sealed", "handed-over", "stored", "departed", "received", "disposed"] as const,
];

function stateIn(row: Row): BagState {
  const state = row.text("state");
  const known = STATES.find((one) => one === state);
  if (known === undefined) throw new Error(`A bag has the state "${state}", which is none`);
  return known;
}

async function manifestLine(
  rows: Rows,
  manifest: string,
  beganMs: number,
  asOfMs: number,
): Promise<ManifestLine | null> {
  const known = await reads.manifestOf(rows, manifest);
  if (known === null) return null;
  const bags = await rows.rows(SELECTS.onManifest, [manifest, reads.ROWS_MAX]);
  const { departed, received, disposed } = known.standing;
  const told = [...departed === null ? [] : [departed], ...received, ...disposed];
  if (told.some(({ time }) => time.wallMs >= asOfMs)) {
    const codes = bags.map((row) => row.text("bag"));
    const then = await manifestThen(rows, manifest, codes, asOfMs);
    if (then === null) return null;
    return {
      ...{ standing: then.standing, beganMs, bags: then.bags.length },
      grams: then.bags.reduce((sum, { weight }) => sum + (weight?.grams ?? 0), 0),
      outstanding: then.bags.filter(({ state }) => state === "departed").map(({ bag }) => bag),
    };
  }
  return {
    standing: known.standing,
    beganMs,
    bags: bags.length,
    grams: bags.reduce((sum, row) => sum + (row.numberOrNull("grams") ?? 0), 0),
    outstanding: bags.filter((row) => stateIn(row) === "departed").map((row) => row.text("bag")),
  };
}
