/** Into documents of which nothing is known yet. */

/** Names and, in lists, numbers from 0. */
export type Path = readonly (string | number)[];

/** The value at a path, or `undefined`. */
export function dig(value: unknown, ...path: Path): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}
