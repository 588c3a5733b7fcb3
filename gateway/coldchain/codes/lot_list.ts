/**
 * Which codes are of which lot: a file that a supplier sends along, since no digit of a trace code
 * says it. CSV with a head, or JSON with the same names; a row is one code, or a range of them.
 */
import * as z from "zod";
import { PRODUCT_DIGITS } from "./trace_code.ts";

export interface LotRange {
  /** First and last code, both of it: 20 digits of one product. */
  readonly from: string;
  readonly to: string;
  readonly lot: string;
  /** Last day of use, `2027-11-30`; `null`: not told. */
  readonly expires: string | null;
  /** What people call it; may be empty. */
  readonly name: string;
}

export interface LotListFault {
  /** Of the file, from 1 with the head; of JSON the row's number. */
  readonly line: number;
  readonly field: string | null;
  readonly found: string;
}

export type LotList =
  | { readonly kind: "read"; readonly ranges: readonly LotRange[] }
  /** Nothing of it is taken: a list with holes would say of some codes that they are unknown. */
  | { readonly kind: "refused"; readonly faults: readonly LotListFault[] };

const BYTES_MAX = 8 << 20;
const ROWS_MAX = 50_000;
const FAULTS_MAX = 50;
const LOT_LENGTH_MAX = 64;

const COLUMNS: Readonly<Record<string, keyof LotRange | "code">> = {
  "code": "code",
  "追溯码": "code",
  "from": "from",
  "起始码": "from",
  "to": "to",
  "终止码": "to",
  "lot": "lot",
  "批号": "lot",
  "expires": "expires",
  "有效期": "expires",
  "name": "name",
  "名称": "name",
};

type Row = Partial<Record<keyof LotRange | "code", string>>;

/** `text`: of the whole file. */
export function readLotList(text: string): LotList {
  if (text.length > BYTES_MAX) {
    return refused([{
      line: 0,
      field: null,
      found: `more than ${BYTES_MAX} bytes; divide the file`,
    }]);
  }
  const plain = text.replace(/^\ufeff/, "");
  const rows = /^\s*\[/.test(plain) ? jsonRows(plain) : csvRows(plain);
  if (rows.kind === "refused") return rows;
  const faults: LotListFault[] = [];
  if (rows.rows.length > ROWS_MAX) {
    faults.push({ line: ROWS_MAX + 1, field: null, found: `more than ${ROWS_MAX} rows` });
  }
  if (rows.rows.length === 0) faults.push({ line: 1, field: null, found: "no rows" });
  const ranges: { readonly line: number; readonly range: LotRange }[] = [];
  for (const { line, row } of rows.rows.slice(0, ROWS_MAX)) {
    const range = rangeOf(line, row, faults);
    if (range !== null) ranges.push({ line, range });
  }
  faults.push(...overlaps(ranges));
  return faults.length > 0
    ? refused(faults)
    : { kind: "read", ranges: ranges.map(({ range }) => range) };
}

function refused(faults: readonly LotListFault[]): LotList & { readonly kind: "refused" } {
  return { kind: "refused", faults: faults.slice(0, FAULTS_MAX) };
}

type Rows =
  | {
    readonly kind: "rows";
    readonly rows: readonly { readonly line: number; readonly row: Row }[];
  }
  | { readonly kind: "refused"; readonly faults: readonly LotListFault[] };

const jsonList = z.array(z.record(z.string(), z.union([z.string(), z.null()])));

function jsonRows(text: string): Rows {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    return refused([{ line: 1, field: null, found: `no JSON: ${String(cause)}` }]);
  }
  const list = jsonList.safeParse(data);
  if (!list.success) {
    const [issue] = list.error.issues;
    const [row, field] = issue.path;
    return refused([{
      line: typeof row === "number" ? row + 1 : 1,
      field: field === undefined ? null : String(field),
      found: "want rows of text: codes of 20 digits lose digits as numbers",
    }]);
  }
  const rows = list.data.map((one, at) => ({
    line: at + 1,
    row: Object.fromEntries(
      Object.entries(one).flatMap(([name, value]) => {
        const column = COLUMNS[name.trim().toLowerCase()];
        return column === undefined || value === null ? [] : [[column, value.trim()]];
      }),
    ),
  }));
  return { kind: "rows", rows };
}

function csvRows(text: string): Rows {
  const [head = "", ...lines] = text.split(/\r\n|\n|\r/);
  const separator = [",", "\t", ";"].find((one) => head.includes(one)) ?? ",";
  const cells = (line: string) => cellsOf(line, separator);
  const columns = cells(head).map((name) => COLUMNS[name.toLowerCase()]);
  const has = (name: keyof LotRange | "code") => columns.includes(name);
  if (!has("lot") || !(has("code") || has("from") && has("to"))) {
    const found = `columns ${cells(head).join(", ")}; want lot, and code or from and to`;
    return refused([{ line: 1, field: null, found }]);
  }
  const rows = lines.flatMap((line, at) => {
    if (line.trim() === "") return [];
    const values = cells(line);
    const row: Row = {};
    for (const [index, column] of columns.entries()) {
      if (column !== undefined) row[column] = values[index] ?? "";
    }
    return [{ line: at + 2, row }];
  });
  return { kind: "rows", rows };
}

/** Fields of one line; a quoted one may hold the separator, and quotes twice. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const one of line) {
    if (one === '"') isQuoted = !isQuoted;
    if (one === separator && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += one;
  }
  return [...cells, cell].map((text) =>
    text.trim().replace(/^"([^]*)"$/, "$1").replaceAll('""', '"').trim()
  );
}

const CODE = /^8\d{19}$/;

function rangeOf(line: number, row: Row, faults: LotListFault[]): LotRange | null {
  const before = faults.length;
  const fault = (field: string, found: string) => faults.push({ line, field, found });
  const code = (field: "from" | "to") => {
    const [name, value] = row[field] ? [field, row[field]] : ["code", row.code ?? ""];
    // A spreadsheet has made a number of it, and its last digits are gone.
    if (/^\d(\.\d+)?e\+?\d+$/i.test(value)) {
      fault(name, `"${value}": a spreadsheet has cut its digits; format the column as text`);
    } else if (!CODE.test(value)) {
      fault(name, `"${value.slice(0, 40)}": want 20 digits that begin with 8`);
    }
    return value;
  };
  const [from, to] = [code("from"), code("to")];
  const { lot = "", name = "" } = row;
  if (lot === "" || lot.length > LOT_LENGTH_MAX) {
    fault("lot", `"${lot.slice(0, 40)}": want 1 to ${LOT_LENGTH_MAX} characters`);
  }
  if (name.length > LOT_LENGTH_MAX) fault("name", `more than ${LOT_LENGTH_MAX} characters`);
  const expires = dayOf(row.expires ?? "");
  if (expires === undefined) fault("expires", `"${row.expires}": want a day as 2027-11-30`);
  if (faults.length === before) {
    if (from.slice(0, PRODUCT_DIGITS) !== to.slice(0, PRODUCT_DIGITS)) {
      fault("to", "its first seven digits are another product's than those of from");
    } else if (from > to) fault("to", "it is before from");
  }
  return faults.length > before || expires === undefined ? null : { from, to, lot, expires, name };
}

/** `null`: empty; `undefined`: no day. Also as `2027/11/30` and `20271130`. */
function dayOf(text: string): string | null | undefined {
  if (text === "") return null;
  const [, year, month, day] = /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const moment = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(moment.getTime()) || !moment.toISOString().startsWith(iso) ? undefined : iso;
}

/** One code is of one lot. */
function overlaps(
  ranges: readonly { readonly line: number; readonly range: LotRange }[],
): LotListFault[] {
  const sorted = ranges.toSorted((one, other) => one.range.from < other.range.from ? -1 : 1);
  const faults: LotListFault[] = [];
  let last: typeof sorted[number] | undefined;
  for (const one of sorted) {
    if (last !== undefined && one.range.from <= last.range.to && one.range.lot !== last.range.lot) {
      const found = `codes of line ${last.line} too, which says lot ${last.range.lot}`;
      faults.push({ line: one.line, field: "from", found });
    }
    if (last === undefined || one.range.to > last.range.to) last = one;
  }
  return faults;
}
