/**
 * A report that is drawn from tables: what a domain has to say of a site and a day or a month, as
 * data with both languages in it. Page, CSV and PDF are made of the same data, alike at every node.
 */
import type { Text } from "../../drivers/profile_parts.ts";
import type { Period } from "./period.ts";

/** `null`: nothing is known, or it does not apply. A text stands for itself in either language. */
export type DataCell = string | number | null | Text;

export interface DataColumn {
  /** For programs: `min_celsius`. */
  readonly key: string;
  readonly title: Text;
  /** On paper, against those of the others. */
  readonly width: number;
  /** Figures stand right, with so many digits behind the point. */
  readonly digits?: number;
  /** It says in a word what the row's tone is. */
  readonly isVerdict?: true;
}

export type DataTone = "good" | "warn" | "bad";

export interface DataRow {
  readonly cells: readonly DataCell[];
  /** None: there is nothing to judge. */
  readonly tone?: DataTone;
}

export interface DataTable {
  /** For programs, and of its file: `units`. */
  readonly name: string;
  readonly title: Text;
  readonly columns: readonly DataColumn[];
  readonly rows: readonly DataRow[];
  /** Stands in the place of the rows where there are none. */
  readonly empty: Text;
  /** How its figures are counted. */
  readonly note?: Text;
}

export interface Fact {
  /** For programs: `units_compliant`. */
  readonly key: string;
  readonly title: Text;
  readonly value: number;
  /** Behind the point; none: it is a count. */
  readonly digits?: number;
  /** It should be 0. */
  readonly isBad?: true;
}

export interface DrawnReport {
  /** The whole in some figures: the row of a site in its county's report. Always the same ones. */
  readonly facts: readonly Fact[];
  readonly tables: readonly DataTable[];
  /** There is more than a report holds: which limit cut it off, else `null`. */
  readonly cut: Text | null;
}

export interface Drawing {
  readonly site: string;
  readonly period: Period;
  /** Until here it is known: the end of the period, or now. Milliseconds since 1970 UTC. */
  readonly asOfMs: number;
}

/** A report of a domain. */
export interface DataReport {
  /** In addresses: `coldchain`. */
  readonly name: string;
  readonly title: Text;
  /** Names of sites that have something of it, from behind one on; none: from the first. */
  readonly sites: (after: string, limit: number) => Promise<readonly string[]>;
  readonly draw: (drawing: Drawing) => Promise<DrawnReport>;
}
