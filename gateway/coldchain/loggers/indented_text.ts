/**
 * The text that Berlinger loggers export: `Key: value, Key: value` on lines that are indented by
 * one blank a level, and sections of rows with tabs.
 */

/** A year of five-minute rows has 105,000. */
const LINES_MAX = 500_000;
const LINE_LENGTH_MAX = 1000;
const DEPTH_MAX = 8;

export interface TextNode {
  /** Number of its line, from 1. */
  readonly line: number;
  /** What stands on its line, the first key first. */
  readonly fields: readonly (readonly [key: string, value: string])[];
  readonly children: TextNode[];
  /** Rows with tabs below it. */
  readonly rows: { readonly line: number; readonly cells: readonly string[] }[];
}

export type IndentedText =
  | { readonly kind: "text"; readonly root: TextNode }
  | { readonly kind: "faulty"; readonly fault: string };

export function indentedText(text: string): IndentedText {
  const root: TextNode = { line: 0, fields: [], children: [], rows: [] };
  const path: TextNode[] = [root];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  if (lines.length > LINES_MAX) return faulty(`more than ${LINES_MAX} lines`);
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    if (content.trim() === "") continue;
    if (content.length > LINE_LENGTH_MAX) {
      return faulty(`line ${line}: more than ${LINE_LENGTH_MAX} characters`);
    }
    if (content.startsWith("\t")) {
      const cells = content.slice(1).split("\t").map((cell) => cell.trim());
      path[path.length - 1].rows.push({ line, cells });
      continue;
    }
    const level = content.length - content.trimStart().length;
    if (level >= path.length || level > DEPTH_MAX) {
      return faulty(
        `line ${line}: it is indented by ${level}, at most ${path.length - 1} fits here`,
      );
    }
    const node: TextNode = { line, fields: fieldsOf(content.trim()), children: [], rows: [] };
    path[level].children.push(node);
    path.splice(level + 1, path.length, node);
  }
  return { kind: "text", root };
}

function faulty(fault: string): IndentedText {
  return { kind: "faulty", fault };
}

/** Commas also stand in values: what has no colon belongs to the value before it. */
function fieldsOf(content: string): [string, string][] {
  const fields: [string, string][] = [];
  for (const part of content.split(/,(?= )/)) {
    const at = part.search(/:(\s|$)/);
    const last = fields.at(-1);
    if (at >= 0) fields.push([part.slice(0, at).trim(), part.slice(at + 1).trim()]);
    else if (last === undefined) fields.push([part.trim(), ""]);
    else last[1] += `,${part}`;
  }
  return fields;
}

/** The part below a node that begins with a key. */
export function part(node: TextNode | undefined, key: string): TextNode | undefined {
  return node?.children.find(({ fields }) => fields[0][0] === key);
}

/** The value of a key on the node's own line, or on one right below it. */
export function value(node: TextNode | undefined, key: string): string | undefined {
  if (node === undefined) return undefined;
  const own = [node, ...node.children].flatMap(({ fields }) => fields);
  return own.find(([name]) => name === key)?.[1];
}
