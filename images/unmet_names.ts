/** Names that a bundled script takes of another, loaded while it runs, and that it has not. */
import { dirname, join } from "node:path";

/** `const { a, b: c } = await import("./x.js")`, as the bundler writes it. */
const TAKEN = /\{([\w\s,:$]*)\} = await import\("(\.[^"]+)"\)/g;
/** `(await import("./x.js")).a` */
const TAKEN_ONE = /\(await import\("(\.[^"]+)"\)\)\.([\w$]+)/g;
/** `export { a, b as c };` */
const LISTED = /^export \{([\w\s,$]*)\};?$/gm;
const DEFAULT = /^export default /m;

/**
 * What would be undefined when it is needed, as `NAME of SCRIPT`; takes the scripts' texts by their
 * paths. A package in CommonJS has names for Deno, which finds them in its text; bundled, it has
 * nothing but a default.
 */
export function unmetNames(scripts: ReadonlyMap<string, string>): string[] {
  return Array.from(scripts).flatMap(([path, text]) =>
    takenBy(text).flatMap(({ names, from }) => {
      const known = exportedBy(scripts.get(join(dirname(path), from)) ?? "");
      return names.filter((name) => !known.has(name)).map((name) => `${name} of ${from}`);
    })
  );
}

function takenBy(text: string): { names: string[]; from: string }[] {
  const several = Array.from(text.matchAll(TAKEN), ([, names, from]) => {
    return { names: listed(names, ":").map(([name]) => name), from };
  });
  const single = Array.from(
    text.matchAll(TAKEN_ONE),
    ([, from, name]) => ({ names: [name], from }),
  );
  return [...several, ...single];
}

function exportedBy(text: string): Set<string> {
  const names = Array.from(text.matchAll(LISTED))
    .flatMap(([, names]) => listed(names, " as ").map((pair) => pair[pair.length - 1]));
  return new Set(DEFAULT.test(text) ? [...names, "default"] : names);
}

/** Of `a, b RENAMED c` each name and, where it has another one, that. */
function listed(names: string, renamed: string): string[][] {
  return names.split(",").map((name) => name.trim()).filter((name) => name !== "")
    .map((name) => name.split(renamed).map((part) => part.trim()));
}
