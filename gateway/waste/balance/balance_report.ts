/** The balance of a site's waste as a report, from the tables: by indexes, in bounded pages. */
import type { DataReport } from "../../report/data_report.ts";
import { sitesBehind } from "../../report/sites_behind.ts";
import type { Row, Rows } from "../../sql/sql.ts";
import { CATEGORY_CODES } from "../category.ts";
import type { BagState } from "../life/bag.ts";
import * as reads from "../record/waste_reads.ts";
import {
  type BagLine,
  type ManifestLine,
  type MissingBag,
  type WasteOfTime,
  wasteReport,
} from "./balance_table.ts";

/** Bags of one statement. */
const PAGE = 1000;
/** A month of a hospital that seals 600 a day. */
export const BAGS_MAX = 20_000;
const MISSING_MAX = 200;
const MANIFESTS_MAX = 200;

export const SELECTS = {
  nextSite: "SELECT site FROM wastebags WHERE site > ? ORDER BY site LIMIT 1",
  bags: "SELECT bag, state, category, ward, grams, sealed, missing, conflicts, faults " +
    "FROM wastebags WHERE site = ? AND sealed >= ? AND sealed < ? AND (sealed > ? OR bag > ?) " +
    "ORDER BY sealed, bag LIMIT ?",
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
      return wasteReport(await wasteOfTime(rows, site, span));
    },
  };
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was sealed from one moment on and before another, and manifests that were begun then. */
export async function wasteOfTime(rows: Rows, site: string, span: Span): Promise<WasteOfTime> {
  const found = await bagLines(rows, site, span);
  const lost = found.filter(({ isMissing, state }) => isMissing && state !== "void");
  const manifests = await rows.rows(SELECTS.manifests, [
    ...[site, span.fromMs, span.toMs, MANIFESTS_MAX + 1],
  ]);
  const lines: ManifestLine[] = [];
  for (const row of manifests.slice(0, MANIFESTS_MAX)) {
    const line = await manifestLine(rows, row.text("manifest"), row.number("began"));
    if (line !== null) lines.push(line);
  }
  const missing: MissingBag[] = [];
  for (const bag of lost.slice(0, MISSING_MAX)) {
    const known = await reads.bagOf(rows, bag.bag);
    missing.push({ ...bag, explanation: known?.standing.missing?.explanation ?? "" });
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

/** One more than a report holds shows that there are more. */
async function bagLines(rows: Rows, site: string, { fromMs, toMs }: Span): Promise<BagLine[]> {
  const lines: BagLine[] = [];
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

function bagLine(row: Row): BagLine {
  const category = row.textOrNull("category");
  return {
    bag: row.text("bag"),
    state: stateIn(row),
    category: CATEGORY_CODES.find((code) => code === category) ?? null,
    ward: row.textOrNull("ward"),
    grams: row.numberOrNull("grams"),
    sealedMs: row.number("sealed"),
    isMissing: row.textOrNull("missing") !== null,
    isDisputed: row.number("conflicts") > 0 || row.number("faults") > 0,
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
): Promise<ManifestLine | null> {
  const known = await reads.manifestOf(rows, manifest);
  if (known === null) return null;
  const bags = await rows.rows(SELECTS.onManifest, [manifest, reads.ROWS_MAX]);
  return {
    standing: known.standing,
    beganMs,
    bags: bags.length,
    grams: bags.reduce((sum, row) => sum + (row.numberOrNull("grams") ?? 0), 0),
    outstanding: bags.filter((row) => stateIn(row) === "departed").map((row) => row.text("bag")),
  };
}
