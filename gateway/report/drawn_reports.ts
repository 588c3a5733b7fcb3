/** Reports of all domains, drawn for whoever asks: of a site, or of all sites in a row each. */
import type { Text } from "../../drivers/profile_parts.ts";
import type { Node } from "../node.ts";
import type { DataReport, DataTable, DrawnReport } from "./data_report.ts";
import { TEXTS } from "./data_text.ts";
import type { Period } from "./period.ts";

/** Each has all of its units and bags looked at. */
export const SITES_MAX = 50;
export const SITES_DEFAULT = 20;

export interface Asked {
  readonly of: DataReport;
  /** `null`: all sites, `limit` of them from behind `after` on. */
  readonly site: string | null;
  readonly after: string;
  readonly limit: number;
  readonly period: Period;
}

export interface Drawn extends DrawnReport {
  readonly asOfMs: number;
  /** The last site of this answer, where there are more; else `null`. */
  readonly next: string | null;
}

export class DrawnReports {
  readonly all: readonly DataReport[];
  readonly #node: Pick<Node, "clock" | "tables" | "journal">;

  constructor(all: readonly DataReport[], node: Pick<Node, "clock" | "tables" | "journal">) {
    [this.all, this.#node] = [all, node];
  }

  get nowMs(): number {
    return this.#node.clock.now().wallMs;
  }

  named(name: string | null): DataReport | null {
    return this.all.find((one) => one.name === name) ?? null;
  }

  /** `null`: the period has not begun. */
  async draw({ of, site, after, limit, period }: Asked): Promise<Drawn | null> {
    const { tables, journal } = this.#node;
    const asOfMs = Math.min(this.nowMs, period.toMs);
    if (asOfMs <= period.fromMs) return null;
    await tables.caughtUp(journal);
    if (site !== null) return { ...await of.draw({ site, period, asOfMs }), asOfMs, next: null };
    const found = await of.sites(after, limit + 1);
    const sites = found.slice(0, limit);
    const rows: SiteDrawn[] = [];
    for (const site of sites) {
      rows.push({ site, drawn: await of.draw({ site, period, asOfMs }) });
    }
    const next = found.length > limit ? sites[sites.length - 1] : null;
    return { ...summaryOf(rows), asOfMs, next };
  }

  /** What a site calls itself, where it has told so; else its name. */
  async titleOf(site: string): Promise<Text> {
    const [row] = await this.#node.tables.rows("SELECT title FROM nodes WHERE node = ?", [site]);
    return row === undefined ? { zh: site, en: site } : JSON.parse(row.text("title"));
  }
}

interface SiteDrawn {
  readonly site: string;
  readonly drawn: DrawnReport;
}

/** A row for each site, in their order; figures are sums. */
export function summaryOf(sites: readonly SiteDrawn[]): DrawnReport {
  const [first] = sites;
  const shown = first?.drawn.facts ?? [];
  const table: DataTable = {
    name: "sites",
    title: TEXTS.sites,
    columns: [
      { key: "site", title: TEXTS.site, width: 3 },
      ...shown.map(({ key, title, digits = 0 }) => ({ key, title, width: 2, digits })),
    ],
    rows: sites.map(({ site, drawn: { facts } }) => ({
      cells: [site, ...facts.map(({ value }) => value)],
      tone: facts.some(({ isBad, value }) => isBad === true && value > 0) ? "bad" : "good",
    })),
    empty: TEXTS.noSites,
  };
  return {
    facts: shown.map((fact, at) => ({
      ...fact,
      value: sites.reduce((sum, { drawn }) => sum + drawn.facts[at].value, 0),
    })),
    tables: [table],
    cut: sites.map(({ drawn }) => drawn.cut).find((cut) => cut !== null) ?? null,
  };
}
