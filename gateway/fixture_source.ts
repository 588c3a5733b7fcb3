/** TypeScript as tests of the architecture read it: tokens, and what a file imports. */

export interface Token {
  /** Strings and templates have their text without quotes, comments and regexes as they stand. */
  readonly kind: "word" | "mark" | "number" | "string" | "template" | "regex" | "comment";
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

const SKIPPED = /\s+/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const CHUNK = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy;
const NUMBER = /\d[\w.]*/y;

/** Behind these a slash begins a regex, as it does behind most marks. */
const BEFORE_REGEX = new Set(
  "return typeof case in of delete void throw new else do instanceof await yield".split(" "),
);

export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each template that is open: how many braces are open within its `${`. */
  const templates: number[] = [];
  let at = 0;
  let line = 1;
  const push = (kind: Token["kind"], text: string, to: number) => {
    tokens.push({ kind, text, line, from: at, to });
    line += source.slice(at, to).split("\n").length - 1;
    at = to;
  };
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0] ?? null;
  };
  const chunk = () => {
    at++;
    const text = match(CHUNK) ?? "";
    at--;
    const end = at + 1 + text.length;
    const inner = source.startsWith("${", end);
    push("template", text, end + (inner ? 2 : 1));
    if (inner) templates.push(0);
  };
  while (at < source.length) {
    const space = match(SKIPPED);
    if (space !== null) {
      line += space.split("\n").length - 1;
      at += space.length;
      continue;
    }
    const comment = match(COMMENT);
    const string = comment === null ? match(STRING) : null;
    const regex = regexMay(source, tokens) && comment === null ? match(REGEX) : null;
    const word = match(WORD);
    const number = match(NUMBER);
    const mark = source[at];
    if (comment !== null) push("comment", comment, at + comment.length);
    else if (string !== null) push("string", string.slice(1, -1), at + string.length);
    else if (regex !== null) push("regex", regex, at + regex.length);
    else if (word !== null) push("word", word, at + word.length);
    else if (number !== null) push("number", number, at + number.length);
    else if (mark === "`") chunk();
    else if (mark === "}" && templates.at(-1) === 0) {
      templates.pop();
      chunk();
    } else {
      const depth = templates.length - 1;
      if (depth >= 0 && mark === "{") templates[depth]++;
      if (depth >= 0 && mark === "}") templates[depth]--;
      push("mark", mark, at + 1);
    }
  }
  return tokens;
}

function regexMay(source: string, tokens: readonly Token[]): boolean {
  const before = tokens.findLast(({ kind }) => kind !== "comment");
  if (before === undefined) return true;
  if (before.kind === "template") return source[before.to - 1] === "{";
  if (before.kind === "mark") return !")]}".includes(before.text);
  return before.kind === "word" && BEFORE_REGEX.has(before.text);
}

export interface Import {
  /** What is imported, or `null` where only a run can tell. */
  readonly specifier: string | null;
  readonly line: number;
}

/** Static and dynamic imports, exports from elsewhere, and URLs beside the file. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const code = tokens.filter(({ kind }) => kind !== "comment");
  const text = (index: number) => code.at(index)?.kind === "string" ? code[index].text : null;
  const reads = (index: number, ...texts: readonly string[]) =>
    texts.every((text, offset) => {
      const token = code.at(index + offset);
      return token?.text === text && (token.kind === "word" || token.kind === "mark");
    });
  return code.flatMap(({ kind, text: word, line }, index): Import[] => {
    if (kind !== "word" || reads(index - 1, ".")) return [];
    const next = code.at(index + 1);
    if (word === "from" && next?.kind === "string") return [{ specifier: next.text, line }];
    if (word === "import" && next?.kind === "string") return [{ specifier: next.text, line }];
    if (reads(index, "import", "(")) return [{ specifier: text(index + 2), line }];
    if (!reads(index, "new", "URL", "(")) return [];
    const end = code.findIndex(({ text }, at) => at > index && text === ";");
    const base = code.slice(index, end < 0 ? undefined : end).findIndex((_token, at) =>
      reads(index + at, ",", "import", ".", "meta", ".", "url")
    );
    const beside = code[index + 3];
    if (base < 0) return [];
    return [{ specifier: beside.kind === "word" ? null : beside.text, line }];
  });
}

/** The tokens without comments, and without the lists of names in imports and exports. */
export function withoutImports(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  let skipping = false;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "comment") continue;
    const next = tokens.at(index + 1)?.text ?? "";
    const begins = token.kind === "word" && (token.text === "import" || token.text === "export");
    if (begins && tokens.at(index - 1)?.text !== ".") {
      skipping = token.text === "import" ? next !== "(" && next !== "." : "{*".includes(next);
    }
    if (!skipping) kept.push(token);
    if (token.text === ";") skipping = false;
  }
  return kept;
}
