/**
 * A report as data: what stands on its pages, in one language. Domains make it, `pdf.ts` draws it;
 * it goes to the thread that draws as it is.
 */

export interface Report {
  readonly language: "zh" | "en";
  /** Whose it is: the letterhead. */
  readonly organisation: string;
  readonly title: string;
  /** What it is about: a place, a period. May be empty. */
  readonly subtitle: string;
  /** Of the document, at the foot of each page. */
  readonly number: string;
  /** Milliseconds since 1970 UTC. */
  readonly madeMs: number;
  /** IANA zone of all moments that are drawn, such as `Asia/Shanghai`. */
  readonly zone: string;
  readonly landscape: boolean;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "words"; readonly text: string; readonly mark?: Mark }
  | FactsBlock
  | TableBlock
  | CurveBlock
  | SignaturesBlock;

/** Printed in red, and told by words as well: a report is copied in black and white. */
export type Mark = "alarm";

/** Labels and values, in two columns of pairs. */
export interface FactsBlock {
  readonly kind: "facts";
  readonly rows: readonly (readonly [label: string, value: string])[];
}

export interface TableBlock {
  readonly kind: "table";
  readonly columns: readonly {
    readonly title: string;
    /** Against those of the others. */
    readonly width: number;
    readonly align?: "left" | "right" | "center";
  }[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly mark?: Mark }[];
  /** Stands in the place of the rows where there are none. */
  readonly empty: string;
}

/** A curve over time. Nothing is drawn where nothing is known (C7). */
export interface CurveBlock {
  readonly kind: "curve";
  readonly title: string;
  /** As it is printed: `°C`. */
  readonly unit: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** In the order of time; `null`: from here on nothing is known. At most four series. */
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [ms: number, value: number | null])[];
  }[];
  readonly limits: readonly { readonly name: string; readonly value: number }[];
  /** Shaded: an alarm, a quarantine. */
  readonly spans: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** A line each to be signed by hand, or with what was confirmed by an own credential. */
export interface SignaturesBlock {
  readonly kind: "signatures";
  readonly lines: readonly {
    readonly label: string;
    readonly confirmed: { readonly name: string; readonly ms: number } | null;
  }[];
}

/** A month of 200 units; a report of more has to be asked for in parts. */
export const ROWS_MAX = 7000;
/** A month of a probe at ten seconds. */
export const POINTS_MAX = 300_000;
export const SERIES_MAX = 4;

/** A report beyond its limits: whoever asks has to ask for less. */
export class ReportTooLarge extends Error {
  override name = "ReportTooLarge";
}

/** Throws {@link ReportTooLarge}. */
export function checkSize({ blocks }: Report): void {
  let rows = 0;
  let points = 0;
  for (const block of blocks) {
    if (block.kind === "table" || block.kind === "facts") rows += block.rows.length;
    if (block.kind !== "curve") continue;
    points += block.series.reduce((sum, { points }) => sum + points.length, 0);
    if (block.series.length > SERIES_MAX) {
      throw new ReportTooLarge(
        `Cannot draw "${block.title}": ${block.series.length} series of ${SERIES_MAX} at most`,
      );
    }
  }
  if (rows > ROWS_MAX || points > POINTS_MAX) {
    throw new ReportTooLarge(
      `Cannot draw the report: ${rows} rows of ${ROWS_MAX} and ${points} points of ${POINTS_MAX}; ` +
        "ask for a shorter time, or for fewer units",
    );
  }
}
