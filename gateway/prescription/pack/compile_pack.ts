/** Makes a pack's rules ready, or tells every fault of them. */
import { ConditionError, conditionParser, type ParseCondition } from "./condition.ts";
import {
  cellNames,
  type Cells,
  type CompiledRule,
  dayNumber,
  type Input,
  type Instance,
  readCells,
  sourceText,
} from "./compiled_rule.ts";
import type { Pack, PackFault } from "./document.ts";
import { type Applies, KEY_KINDS, type Row, type Rule, RULES_MAX } from "./rule.ts";
import { AMOUNT_NAMES, namesFor } from "./vocabulary.ts";

/** As many pairs of keys as one rule for pairs may stand for. */
const PAIRS_MAX = 20_000;

type Path = PackFault["path"];
type Fault = (path: Path, message: string) => void;

interface PlacedRow {
  readonly row: Row;
  readonly path: Path;
}

export type Compiled =
  | { readonly kind: "compiled"; readonly instances: readonly Instance[] }
  | { readonly kind: "faults"; readonly faults: readonly PackFault[] };

/** Instances in the order of the pack: rules, and the rows of each in the order of its tables. */
export function compilePack(pack: Pack): Compiled {
  const faults: PackFault[] = [];
  const fault: Fault = (path, message) => faults.push({ path, message });
  const rows = rowsByRule(pack, fault);
  const ids = new Set<string>();
  const parse = conditionParser();
  const instances = pack.rules.flatMap((rule, index): Instance[] => {
    if (ids.has(rule.id)) fault(["rules", index, "id"], `there is a rule "${rule.id}" already`);
    ids.add(rule.id);
    return compileRule({ pack, parse, fault }, rule, ["rules", index], rows.get(rule.id) ?? []);
  });
  if (instances.length > RULES_MAX) {
    fault(["rules"], `${instances.length} rules and rows; want ${RULES_MAX} at most`);
  }
  return faults.length > 0 ? { kind: "faults", faults } : { kind: "compiled", instances };
}

function rowsByRule({ rules, tables }: Pack, fault: Fault): Map<string, PlacedRow[]> {
  const byRule = new Map<string, PlacedRow[]>(rules.map(({ id }) => [id, []]));
  const ids = new Set<string>();
  tables.forEach(({ rule, rows }, table) =>
    rulesOf(rule).forEach((name, place) => {
      const known = byRule.get(name);
      if (known === undefined) {
        return fault(["tables", table, "rule"], `there is no rule "${name}"; name one of rules/`);
      }
      rows.forEach((row, index) => {
        const path = ["tables", table, "rows", index];
        const id = `${name}/${row.id}`;
        if (ids.has(id)) fault([...path, "id"], `the rule has a row "${row.id}" already`);
        ids.add(id);
        known.push({ row: place === 0 ? row : plainRow(row), path });
      });
    })
  );
  return byRule;
}

/** Rules that read one table, the one that it is for first. */
export function rulesOf(rule: Pack["tables"][number]["rule"]): readonly string[] {
  return typeof rule === "string" ? [rule] : rule;
}

/** As another rule reads it, which has its own level and comment item. */
function plainRow({ level: _level, comment: _comment, ...row }: Row): Row {
  return row;
}

interface Compiling {
  readonly pack: Pack;
  readonly parse: ParseCondition;
  readonly fault: Fault;
}

function compileRule(
  compiling: Compiling,
  rule: Rule,
  path: Path,
  rows: readonly PlacedRow[],
): Instance[] {
  const { pack, fault } = compiling;
  if ((rule.cells === undefined) !== (rows.length === 0)) {
    const message = rule.cells === undefined
      ? "a table names the rule, which has no cells; declare them"
      : "it has cells, and no table has rows for it; add one to tables/";
    fault([...path, "cells"], message);
    return [];
  }
  const cells = rows.map(({ row, path }) =>
    readCells(rule, row, (cell, message) => fault([...path, "cells", cell], message))
  );
  const compiled = compileCondition(compiling, rule, path, cells);
  if (compiled === null) return [];
  if (rule.cells === undefined) {
    const plain = instanceOf(pack, compiled, rule, null, null);
    checkInstance(rule, plain, path, fault);
    return [plain];
  }
  return rows.map(({ row, path }, index) => {
    checkSource(pack, row.source?.document, [...path, "source"], fault);
    const instance = instanceOf(pack, compiled, rule, row, cells[index]);
    checkInstance(rule, instance, path, fault);
    if (row.with !== undefined) checkPair(rule, path, fault);
    return instance;
  });
}

function checkSource(pack: Pack, document: string | undefined, path: Path, fault: Fault): void {
  if (document === undefined || Object.hasOwn(pack.head.documents, document)) return;
  const known = Object.keys(pack.head.documents).join(", ");
  fault([...path, "document"], `pack.yaml has no document "${document}"; it has ${known}`);
}

function compileCondition(
  { pack, parse, fault }: Compiling,
  rule: Rule,
  path: Path,
  cells: readonly Cells[],
): CompiledRule | null {
  const known = namesFor(rule.per);
  const columns = cellNames(rule, cells);
  checkSource(pack, rule.source.document, [...path, "source"], fault);
  if (rule.with !== undefined) checkPair(rule, path, fault);
  for (const name of columns.keys()) {
    if (known.has(name)) fault([...path, "cells", name], "an input has this name; take another");
  }
  let condition;
  try {
    condition = parse(rule.when, rule.per, columns);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    fault([...path, "when"], error.message);
    return null;
  }
  const all = rule.inputs.map((input): Input =>
    typeof input === "string"
      ? { name: input, optional: false }
      : { name: input.name, optional: input.missing === "not-applicable" }
  );
  const inputs = all.filter(({ name }) => name !== "history");
  const used = condition.names.filter((name) => !columns.has(name));
  const aged = Object.values(rule.cells ?? {}).some(({ kind }) => kind === "age");
  if (aged && !used.includes("ageDays")) used.push("ageDays");
  checkInputs(rule, inputs, used, path, fault);
  const named = placesIn(rule).filter((name) => !columns.has(name));
  for (const name of named) {
    if (!known.has(name)) fault([...path, "text"], `{${name}} is neither an input nor a cell`);
  }
  return {
    id: `${pack.head.name}/${rule.id}`,
    per: rule.per,
    title: rule.title,
    text: rule.text,
    source: sourceText(rule.source, pack.head.documents[rule.source.document] ?? { title: "" }),
    condition,
    inputs,
    recorded: [...new Set([...inputs.map(({ name }) => name), ...named])],
    history: historyOf(rule, all, path, fault),
    wantsCounty: wantsCounty(rule, path, fault),
  };
}

/** P5: a rule says of each input that it uses what a missing one means. */
function checkInputs(
  rule: Rule,
  inputs: readonly Input[],
  used: readonly string[],
  path: Path,
  fault: Fault,
): void {
  const declared = new Set(inputs.map(({ name }) => name));
  for (const name of used) {
    if (!declared.has(name)) {
      fault([...path, "inputs"], `"when" uses ${name}; declare it, and what a missing one means`);
    }
  }
  for (const name of declared) {
    if (!used.includes(name)) fault([...path, "inputs"], `"when" does not use ${name}; remove it`);
  }
  const amounts = Object.values(rule.cells ?? {}).some(({ kind }) => kind === "amount");
  const compared = used.filter((name) => AMOUNT_NAMES.includes(name));
  if (compared.length > 0 && !amounts) {
    const message = `${compared} means nothing without its unit; compare it with an amount cell`;
    fault([...path, "when"], message);
  }
}

function checkPair({ per }: Rule, path: Path, fault: Fault): void {
  if (per !== "pair") fault([...path, "with"], "only pairs have another; write: per: pair");
}

function historyOf(rule: Rule, inputs: readonly Input[], path: Path, fault: Fault): Input | null {
  const declared = inputs.find(({ name }) => name === "history") ?? null;
  const wanted = rule.per === "pair" && rule.with?.history !== "never";
  if (wanted && declared === null) {
    const message = "it looks at medicines of earlier; declare history, and what its lack means";
    fault([...path, "inputs"], message);
  }
  if (!wanted && declared !== null) fault([...path, "inputs"], "it does not look at history");
  return declared;
}

/** Whoever wants one of these has to be known at every site that has them (P5). */
const TRACKED: readonly string[] = ["narcotic", "psychotropic-1"];

/** A rule for a tracked drug beside another, and any that says so. */
function wantsCounty({ inputs, with: other }: Rule, path: Path, fault: Fault): boolean {
  const reaching = inputs.flatMap((input) =>
    typeof input !== "string" && input.reach === "county" ? [input.name] : []
  );
  for (const name of reaching) {
    if (name !== "history") fault([...path, "inputs"], `only history has a reach, not ${name}`);
  }
  return reaching.length > 0 || (other?.classes ?? []).some((one) => TRACKED.includes(one));
}

function placesIn({ text }: Rule): string[] {
  return [text.zh, text.en].flatMap((words) =>
    [...words.matchAll(/\{([a-zA-Z0-9]+)\}/g)].map(([, name]) => name)
  );
}

function instanceOf(
  pack: Pack,
  compiled: CompiledRule,
  rule: Rule,
  row: Row | null,
  cells: Cells | null,
): Instance {
  const { from, until } = row?.effective ?? rule.effective;
  const keys: Applies = rule.applies === "all" ? {} : rule.applies;
  const own = KEY_KINDS.flatMap((kind) => row?.[kind] === undefined ? [] : [[kind, row[kind]]]);
  return {
    rule: compiled,
    id: row === null ? compiled.id : `${compiled.id}/${row.id}`,
    level: row?.level ?? rule.level,
    source: row?.source === undefined
      ? compiled.source
      : sourceText(row.source, pack.head.documents[row.source.document] ?? { title: "" }),
    comment: row?.comment ?? rule.comment,
    fromDay: dayNumber(from),
    untilDay: until === undefined ? Infinity : dayNumber(until),
    applies: { ...keys, ...Object.fromEntries(own) },
    other: rule.per === "pair" ? { ...rule.with, ...row?.with } : null,
    cells: cells === null ? null : cells.values,
    shown: cells === null ? {} : cells.shown,
    unit: cells === null ? null : cells.unit,
    ages: cells === null ? [] : cells.ages,
  };
}

function checkInstance(rule: Rule, instance: Instance, path: Path, fault: Fault): void {
  const { applies, other } = instance;
  const keyed = Object.keys(applies).length > 0;
  if (!keyed && rule.applies !== "all") {
    fault([...path, "applies"], "it is for nothing; name what for, or write: applies: all");
  }
  if (other === null) return;
  if (!keyed && other.same === undefined) {
    fault([...path, "with"], "it is for every two drugs; name keys, or what both have: same");
  }
  const count = (keys: Applies) => Math.max(1, ...KEY_KINDS.map((kind) => keys[kind]?.length ?? 0));
  const pairs = count(applies) * count(other);
  if (pairs > PAIRS_MAX) fault(path, `it is for ${pairs} pairs; want ${PAIRS_MAX} at most`);
}
