/** A YAML document as plain values that know where they stand in the text. */
import {
  type Alias,
  type Document,
  isNode,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLParseError,
} from "yaml";
import { dig, type Path } from "./dig.ts";

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something that YAML itself forbids. */
export interface Trouble extends Place {
  readonly message: string;
}

export type YamlDocument =
  | {
    readonly kind: "plain";
    readonly plain: unknown;
    /** Where the value at a path stands, or its nearest neighbour above. */
    readonly placeOf: (path: Path) => Place;
  }
  | { readonly kind: "troubles"; readonly troubles: readonly Trouble[] };

/** Aliases of aliases multiply: a few lines could stand for more than any memory holds. */
const ALIASES_MAX = 1000;

/** What unquoted scalars are: `core` knows numbers, `failsafe` has texts only (YAML 1.2, 10). */
export type YamlSchema = "core" | "failsafe";

export function readYaml(text: string, schema: YamlSchema = "core"): YamlDocument {
  const lines = new LineCounter();
  const stringKeys = schema === "failsafe";
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema,
    stringKeys,
    // The library compares each key with all before it: 20,000 take nine seconds.
    uniqueKeys: false,
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const found = [
    ...document.errors.map(syntaxTrouble),
    ...repeatedKeys(document),
    ...aliasTroubles(document),
  ];
  const made = found.length === 0 ? plainOf(document) : null;
  if (made === null || "message" in made) {
    const all = made === null ? found : [made];
    const troubles = all.map(({ offset, message }) => ({ ...placeAt(offset), message }));
    return { kind: "troubles", troubles };
  }
  const placeOf = (path: Path) => placeAt(offsetOf(document.contents, path));
  return { kind: "plain", plain: made.plain, placeOf };
}

interface Found {
  readonly offset: number;
  readonly message: string;
}

function syntaxTrouble({ code, message, pos }: YAMLParseError): Found {
  const found = code === "MULTIPLE_DOCS" ? "a second document begins here; want one" : message;
  return { offset: pos[0], message: found };
}

/** Keys that stand twice in one map: which of both was meant, nobody can say. */
function repeatedKeys(document: Document.Parsed): Found[] {
  const troubles: Found[] = [];
  visit(document, {
    Map: (_key, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          troubles.push({ offset: key.range?.[0] ?? 0, message: "Map keys must be unique" });
        }
        seen.add(key.value);
      }
    },
  });
  return troubles;
}

/** Aliases that name nothing before them, or what they stand in. */
function aliasTroubles(document: Document.Parsed): Found[] {
  const troubles: Found[] = [];
  visit(document, {
    Alias: (_key, alias: Alias, path) => {
      const offset = alias.range?.[0] ?? 0;
      const named = alias.resolve(document);
      if (named === undefined) {
        troubles.push({ offset, message: `there is no anchor "${alias.source}" before it` });
      } else if (path.some((above) => above === named)) {
        troubles.push({ offset, message: `"${alias.source}" would stand within itself` });
      }
    },
  });
  return troubles;
}

/** The document as plain values, or why there are none. */
function plainOf(document: Document.Parsed): { plain: unknown } | Found {
  try {
    return { plain: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { offset: 0, message };
  }
}

/** Where the value at a path stands in the text, or its nearest neighbour above. */
function offsetOf(root: ParsedNode | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range[0] ?? 0;
  for (const step of path) {
    const inner = stepInto(node, step);
    if (inner === null) return offset;
    offset = inner.offset;
    node = inner.node;
  }
  return offset;
}

function stepInto(node: unknown, step: string | number): { node: unknown; offset: number } | null {
  const items = dig(node, "items");
  if (!Array.isArray(items)) return null;
  if (typeof step === "number") {
    const item: unknown = items[step];
    return isNode(item) && item.range ? { node: item, offset: item.range[0] } : null;
  }
  for (const pair of items) {
    const key = dig(pair, "key");
    if (!isNode(key) || dig(key, "value") !== step || !key.range) continue;
    return { node: dig(pair, "value"), offset: key.range[0] };
  }
  return null;
}
