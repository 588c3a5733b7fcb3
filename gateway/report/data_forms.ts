/** A report that is drawn from data as CSV, as pages of a PDF, and as what programs read. */
import type { Text } from "../../drivers/profile_parts.ts";
import { csvOf } from "./csv.ts";
import type {
  DataCell,
  DataColumn,
  DataReport,
  DataTable,
  Drawing,
  DrawnReport,
} from "./data_report.ts";
import { TEXTS } from "./data_text.ts";
import { momentText } from "./moment_text.ts";
import type { Period } from "./period.ts";
import type { Block, Report } from "./report.ts";

const ZONE = "Asia/Shanghai";
/** More columns than this are read on a page that lies on its side. */
const PORTRAIT_COLUMNS_MAX = 7;

type Language = keyof Text;

/** As people read it; nothing known is a dash. */
export function cellText(cell: DataCell, { digits }: DataColumn, language: Language): string {
  if (typeof cell === "number") return digits === undefined ? String(cell) : cell.toFixed(digits);
  const text = cell === null || typeof cell === "string" ? cell : cell[language];
  return text === null || text === "" ? "–" : text;
}

/** Headed in the reader's language; numbers stay numbers, nothing known is empty. */
export function csvOfTable({ columns, rows }: DataTable, language: Language): string {
  return csvOf(
    columns.map(({ title }) => title[language]),
    rows.map(({ cells }) =>
      cells.map((cell) => typeof cell === "object" && cell !== null ? cell[language] : cell)
    ),
  );
}

/** For programs: names of columns are keys, texts are there in both languages. */
export function jsonOfTable({ name, columns, rows }: DataTable) {
  return {
    name,
    rows: rows.map(({ cells }) =>
      Object.fromEntries(columns.map(({ key }, at) => [key, cells[at] ?? null]))
    ),
  };
}

/** `疫苗冷链合规 月报`. */
export function titleOf({ title }: DataReport, { kind }: Period, language: Language): string {
  const which = TEXTS[kind === "day" ? "dayReport" : "monthReport"][language];
  return language === "zh" ? `${title.zh}${which}` : `${title.en}, ${which}`;
}

export interface Paper {
  readonly of: DataReport;
  /** `null`: all sites. */
  readonly site: string | null;
  readonly period: Period;
  readonly drawn: DrawnReport & Pick<Drawing, "asOfMs">;
  /** Whose it is. */
  readonly organisation: string;
  readonly madeMs: number;
  readonly language: Language;
}

export function reportOf(paper: Paper): Report {
  const { of, site, period, drawn, organisation, madeMs, language } = paper;
  const isOver = drawn.asOfMs >= period.toMs;
  const moment = momentText(drawn.asOfMs, ZONE);
  const columns = drawn.tables.map((table) => table.columns.length);
  return {
    language,
    organisation,
    title: titleOf(of, period, language),
    subtitle: `${site ?? TEXTS.allSites[language]} · ${period.name}`,
    number: `${of.name}/${site ?? "all"}/${period.name}`,
    madeMs,
    zone: ZONE,
    landscape: Math.max(0, ...columns) > PORTRAIT_COLUMNS_MAX,
    blocks: [
      ...(isOver ? [] : [words(`${TEXTS.asOf[language]} ${moment}`)]),
      {
        kind: "facts",
        rows: drawn.facts.map(({ title, value, digits = 0 }) => [
          title[language],
          value.toFixed(digits),
        ]),
      },
      ...(drawn.cut === null ? [] : [words(TEXTS.cut[language] + drawn.cut[language])]),
      ...drawn.tables.flatMap((table) => tableBlocks(table, language)),
      {
        kind: "signatures",
        lines: [TEXTS.maker, TEXTS.checker].map((label) => ({
          label: label[language],
          confirmed: null,
        })),
      },
    ],
  };
}

function words(text: string): Block {
  return { kind: "words", text, mark: "alarm" };
}

function tableBlocks({ title, columns, rows, empty, note }: DataTable, language: Language) {
  const blocks: Block[] = [{ kind: "heading", text: title[language] }];
  if (note !== undefined) blocks.push({ kind: "words", text: note[language] });
  blocks.push({
    kind: "table",
    columns: columns.map(({ title, width, digits }) => ({
      title: title[language],
      width,
      ...(digits === undefined ? {} : { align: "right" as const }),
    })),
    rows: rows.map(({ cells, tone }) => ({
      cells: columns.map((column, at) => cellText(cells[at] ?? null, column, language)),
      ...(tone === "bad" || tone === "warn" ? { mark: "alarm" } : {}),
    })),
    empty: empty[language],
  });
  return blocks;
}
