/**
 * Conditions: the part of CEL (https://cel.dev) that a rule may be written in. A condition is
 * parsed, type-checked and bounded when its pack is built; what could fail in a review for any
 * other reason than a missing input is refused here.
 */
import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { type Kind, type Name, namesFor, type Subject, SUBJECTS } from "./vocabulary.ts";

/** A longer condition is better two rules. */
export const CONDITION_LENGTH_MAX = 1000;
const LIMITS = {
  maxAstNodes: 200,
  maxDepth: 24,
  maxListElements: 100,
  maxMapEntries: 0,
  maxCallArguments: 3,
} as const;

/** The largest CEL integer; a product that could be larger is refused. */
const INT_MAX = (1n << 63n) - 1n;

/** What binds a name of its own: `list.exists(x, …)`. */
const MACROS: ReadonlySet<string> = new Set(["exists", "all"]);
const METHODS: ReadonlySet<string> = new Set([
  ...MACROS,
  "startsWith",
  "endsWith",
  "contains",
  "size",
]);

/** A value of the kind `int` is a `bigint`. */
export type Value = bigint | boolean | string | readonly string[];
/** What is missing is not in it, or `undefined`. */
export type Values = Readonly<Record<string, Value | undefined>>;

/** A table's column, as a name in the condition of the rule that reads it. */
export interface CellName {
  readonly kind: Kind;
  /** Largest absolute value of all rows. */
  readonly max: number;
}

export interface Condition {
  /** Names that it uses, of the vocabulary and cells, in order of appearance. */
  readonly names: readonly string[];
  /**
   * Whether it holds. Throws where a missing value decides: `false && missing` is false, and
   * `true || missing` is true, whatever the missing value is.
   */
  readonly holds: (values: Values) => boolean;
}

/** The condition is refused; the message says why and what to write instead. */
export class ConditionError extends Error {
  override name = "ConditionError";
}

/** Throws {@link ConditionError}. */
export type ParseCondition = (
  text: string,
  subject: Subject,
  cells?: ReadonlyMap<string, CellName>,
) => Condition;

/** What CEL knows of a subject is made once for all conditions of a pack. */
export function conditionParser(): ParseCondition {
  const environments = new Map<Subject, Environment>(
    SUBJECTS.map((subject) => [subject, environmentFor(subject)]),
  );
  return (text, subject, cells = new Map()) => {
    const known = environments.get(subject) ?? environmentFor(subject);
    return parseCondition(text, subject, cells, known);
  };
}

function environmentFor(subject: Subject): Environment {
  const environment = new Environment({ limits: LIMITS });
  for (const [name, { kind }] of namesFor(subject)) environment.registerVariable(name, kind);
  return environment;
}

function parseCondition(
  text: string,
  subject: Subject,
  cells: ReadonlyMap<string, CellName>,
  known: Environment,
): Condition {
  if (text.length > CONDITION_LENGTH_MAX) {
    throw new ConditionError(`it has ${text.length} characters; want ${CONDITION_LENGTH_MAX}`);
  }
  const environment = cells.size === 0 ? known : known.clone();
  for (const [name, { kind }] of cells) declare(environment, name, kind);
  const parsed = parse(environment, text);
  const names = new Set<string>();
  check(parsed.ast, { names, bound: new Set(), vocabulary: namesFor(subject), cells });
  const checked = parsed.check();
  if (!checked.valid) throw new ConditionError(firstLine(checked.error));
  if (checked.type !== "bool") {
    throw new ConditionError(`it is a ${checked.type}; want something that is true or false`);
  }
  const holds = (values: Values): boolean => {
    const result: unknown = parsed(values);
    if (typeof result !== "boolean") throw new Error(`found ${typeof result}, want bool`);
    return result;
  };
  return { names: [...names], holds };
}

/** Some names are CEL's own: `in`, `true`, `int`. */
function declare(environment: Environment, name: string, kind: Kind): void {
  try {
    environment.registerVariable(name, kind);
  } catch (cause) {
    throw new ConditionError(`it cannot have a cell "${name}": ${firstLine(cause)}`, { cause });
  }
}

function parse(environment: Environment, text: string) {
  try {
    return environment.parse(text);
  } catch (error) {
    throw new ConditionError(firstLine(error));
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

interface Known {
  readonly names: Set<string>;
  /** Names that macros around have bound. */
  readonly bound: ReadonlySet<string>;
  readonly vocabulary: ReadonlyMap<string, Name>;
  readonly cells: ReadonlyMap<string, CellName>;
}

/** Collects names, and refuses what a condition must not have. */
function check(node: ASTNode, known: Known): void {
  switch (node.op) {
    case "value":
      if (typeof node.args === "number" || node.args === null) {
        throw new ConditionError(
          "it has a decimal point or null; write whole numbers, and ratios by cross-multiplying",
        );
      }
      return;
    case "id":
      if (!known.bound.has(node.args)) known.names.add(node.args);
      return;
    case "rcall":
      return checkMethod(node.args, known);
    case "call": {
      const [name] = node.args;
      const why = name === "has"
        ? "a missing input would look like a harmless one; declare it under inputs"
        : `write it with ${[...METHODS].join(", ")} and operators`;
      throw new ConditionError(`it calls ${name}(): ${why}`);
    }
    case "/":
    case "%":
      throw new ConditionError(`it has "${node.op}", which rounds; cross-multiply instead`);
    case "+":
    case "-":
    case "*":
    case "-_":
      boundOf(node, known);
      break;
    case ".":
    case ".?":
    case "[]":
    case "[?]":
    case "map":
      throw new ConditionError(`it has "${node.op}"; every name stands for itself`);
  }
  for (const inner of operands(node)) check(inner, known);
}

function operands(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
    case "call":
    case "rcall":
    case ".":
    case ".?":
    case "map":
      return [];
    case "!_":
    case "-_":
      return [node.args];
    default:
      return node.args;
  }
}

function checkMethod([method, on, args]: [string, ASTNode, ASTNode[]], known: Known): void {
  if (!METHODS.has(method)) {
    throw new ConditionError(`it calls ${method}(); want one of ${[...METHODS].join(", ")}`);
  }
  check(on, known);
  if (!MACROS.has(method)) return args.forEach((arg) => check(arg, known));
  const [item, ...rest] = args;
  if (item?.op !== "id" || rest.length !== 1) {
    throw new ConditionError(`${method}() wants a name and a condition: list.${method}(x, …)`);
  }
  if (known.vocabulary.has(item.args) || known.cells.has(item.args)) {
    throw new ConditionError(`${method}() hides the name "${item.args}"; take another`);
  }
  check(rest[0], { ...known, bound: new Set([...known.bound, item.args]) });
}

/** The largest absolute value that arithmetic can come to. */
function boundOf(node: ASTNode, known: Known): bigint {
  const bound = sizeOf(node, known);
  if (bound > INT_MAX) {
    throw new ConditionError("a number in it could pass 64 bits; compare smaller products");
  }
  return bound;
}

function sizeOf(node: ASTNode, known: Known): bigint {
  switch (node.op) {
    case "value":
      return typeof node.args === "bigint" ? (node.args < 0n ? -node.args : node.args) : 0n;
    case "id": {
      const max = known.cells.get(node.args)?.max ?? known.vocabulary.get(node.args)?.max;
      return BigInt(max ?? 0);
    }
    case "-_":
      return boundOf(node.args, known);
    case "*":
      return boundOf(node.args[0], known) * boundOf(node.args[1], known);
    case "+":
    case "-":
      return boundOf(node.args[0], known) + boundOf(node.args[1], known);
    case "?:": {
      const [, yes, no] = node.args.map((inner) => sizeOf(inner, known));
      return yes > no ? yes : no;
    }
    case "rcall":
      // The length of a list or of a code.
      return 1_000_000n;
    default:
      return 0n;
  }
}
