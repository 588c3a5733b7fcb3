/** A rule made ready: its condition parsed, and one instance of it for each row of its tables. */
import type { BaseUnit } from "../facts.ts";
import type { Level } from "../verdict.ts";
import { type Age, AGE_WANTED, AMOUNT_WANTED, parseAge, parseAmount } from "./amount.ts";
import type { CellName, Condition, Value, Values } from "./condition.ts";
import type { Applies, CellKind, CellValue, Other, Row, Rule, Source } from "./rule.ts";
import type { Kind, Subject } from "./vocabulary.ts";

export interface Input {
  readonly name: string;
  /** Without it the rule does not apply; else it could not be checked. */
  readonly optional: boolean;
}

export interface CompiledRule {
  /** Of its pack and its own: `legal/drugs-max`. */
  readonly id: string;
  readonly per: Subject;
  readonly title: Rule["title"];
  readonly text: Rule["text"];
  readonly source: string;
  readonly condition: Condition;
  readonly inputs: readonly Input[];
  /** Recorded with each finding: inputs, and what its text names. */
  readonly recorded: readonly string[];
  /** What no history means, for a rule that looks at it; `null`: it does not. */
  readonly history: Input | null;
  /** Whether it is about what any site gave out: one's own history is too short for it. */
  readonly wantsCounty: boolean;
}

export interface Instance {
  readonly rule: CompiledRule;
  /** The rule's, with its row behind a `/`. */
  readonly id: string;
  readonly level: Level;
  readonly source: string;
  readonly comment: string | undefined;
  /** Days since 1970 in Asia/Shanghai, both within. */
  readonly fromDay: number;
  readonly untilDay: number;
  readonly applies: Applies;
  readonly other: Other | null;
  /** `null` where the rule reads no table. */
  readonly cells: Values | null;
  /** As they stand in the table, for people. */
  readonly shown: Readonly<Record<string, CellValue>>;
  /** Of its amounts; what is in another one could not be compared. */
  readonly unit: BaseUnit | null;
  readonly ages: Ages;
}

/** Cells that are true where the patient is that old, or older. */
export type Ages = readonly (Age & { readonly name: string })[];

export const CELL_TO_CEL: Readonly<Record<CellKind, Kind>> = {
  int: "int",
  amount: "int",
  age: "bool",
  bool: "bool",
  text: "string",
  texts: "list<string>",
};

const CELL_WANTED: Readonly<Record<CellKind, string>> = {
  int: "want a whole number",
  bool: "want true or false",
  text: "want text",
  texts: "want a list of texts",
  amount: AMOUNT_WANTED,
  age: AGE_WANTED,
};

/** A cell as CEL sees it, or what was wanted. */
export function readCell(
  kind: CellKind,
  found: CellValue,
): { value: Value; unit: BaseUnit | null } | { age: Age } | { wanted: string } {
  const plain = (value: Value) => ({ value, unit: null });
  if (kind === "int" && typeof found === "number") return plain(BigInt(found));
  if (kind === "bool" && typeof found === "boolean") return plain(found);
  if (kind === "text" && typeof found === "string") return plain(found);
  if (kind === "texts" && Array.isArray(found)) return plain(found);
  if (kind === "amount" && typeof found === "string") {
    const amount = parseAmount(found);
    if (amount !== null) return { value: BigInt(amount.value), unit: amount.unit };
  }
  if (kind === "age" && typeof found === "string") {
    const age = parseAge(found);
    if (age !== null) return { age };
  }
  return { wanted: CELL_WANTED[kind] };
}

export interface Cells {
  readonly values: Values;
  readonly shown: Readonly<Record<string, CellValue>>;
  readonly unit: BaseUnit | null;
  readonly ages: Ages;
}

/** Tells what is wrong with the cell of that name. */
export type CellFault = (cell: string, message: string) => void;

/** The cells of a row, as its rule declares them. */
export function readCells(rule: Rule, row: Row, fault: CellFault): Cells {
  const values: Record<string, Value> = {};
  const shown: Record<string, CellValue> = {};
  const ages: (Age & { name: string })[] = [];
  let unit: BaseUnit | null = null;
  const columns = rule.cells ?? {};
  for (const name of Object.keys(row.cells)) {
    if (!Object.hasOwn(columns, name)) {
      fault(name, `the rule "${rule.id}" has no such cell; it has ${Object.keys(columns)}`);
    }
  }
  for (const [name, { kind, default: otherwise }] of Object.entries(columns)) {
    const found = Object.hasOwn(row.cells, name) ? row.cells[name] : otherwise;
    if (found === undefined) {
      fault(name, `it is missing; ${CELL_WANTED[kind]}`);
      continue;
    }
    const read = readCell(kind, found);
    if ("wanted" in read) {
      fault(name, `found ${JSON.stringify(found)}; ${read.wanted}`);
      continue;
    }
    shown[name] = found;
    if ("age" in read) {
      ages.push({ ...read.age, name });
      continue;
    }
    values[name] = read.value;
    if (read.unit === null) continue;
    if (unit !== null && unit !== read.unit) {
      fault(name, `it is in ${read.unit}, another cell in ${unit}; want all of a row in one`);
    }
    unit = read.unit;
  }
  return { values, shown, unit, ages };
}

/** The columns of a table as names, with the largest number that any row has. */
export function cellNames(rule: Rule, rows: readonly Cells[]): Map<string, CellName> {
  return new Map(
    Object.entries(rule.cells ?? {}).map(([name, { kind }]) => {
      const numbers = rows.map(({ values }) => values[name])
        .filter((value) => typeof value === "bigint").map(Number).map(Math.abs);
      const max = numbers.reduce((most, number) => Math.max(most, number), 0);
      return [name, { kind: CELL_TO_CEL[kind], max }];
    }),
  );
}

/** `《处方管理办法》（卫生部令第53号）第十九条：“…”` */
export function sourceText(
  { clause, words, confirmed }: Source,
  document: { readonly title: string; readonly number?: string | undefined },
): string {
  const number = document.number === undefined ? "" : `（${document.number}）`;
  const doubt = confirmed ? "" : "（待核实 to be confirmed）";
  return `《${document.title}》${number}${clause}：“${words}”${doubt}`;
}

const DAY_MS = 86_400_000;

/** `2007-05-01`, counted the same. */
export function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}
