/** Grammars and maps of points: those that come with the program, and those of a site's own. */
import { issueLines } from "../schema_faults.ts";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type * as z from "zod";
import { type Grammar, grammarSchema } from "./grammar.ts";
import { type PointMap, pointMapSchema } from "./reading_sample.ts";

/** A file cannot be used; the message names the file, the field and the fix. */
export class LibraryError extends Error {
  override name = "LibraryError";
}

/** Files of one folder: a larger one is a mistake in the path. */
const FILES_MAX = 500;
const SUFFIX = ".yaml";

export class DeviceLibrary {
  readonly #own: string | undefined;

  /** `own`: a site's folder, with `grammars/` and `point_maps/`; its files come first. */
  constructor(own?: string) {
    this.#own = own;
  }

  /** Throws {@link LibraryError}. */
  grammar(name: string): Grammar {
    const folders = this.#folders("grammars", new URL("./grammars", import.meta.url));
    const grammar = read("grammar", name, folders, grammarSchema);
    if (grammar.grammar === name) return grammar;
    throw new LibraryError(`Cannot use the grammar "${name}": it calls itself ${grammar.grammar}`);
  }

  /** Throws {@link LibraryError}. */
  pointMap(name: string): PointMap {
    const folders = this.#folders("point_maps", new URL("./point_maps", import.meta.url));
    return read("map of points", name, folders, pointMapSchema);
  }

  #folders(name: string, shipped: URL): string[] {
    const own = this.#own === undefined ? [] : [join(this.#own, name)];
    return [...own, fileURLToPath(shipped)];
  }
}

function read<T>(
  what: string,
  name: string,
  folders: readonly string[],
  schema: z.ZodType<T>,
): T {
  const folder = folders.find((one) => namesIn(one).includes(name));
  if (folder === undefined) {
    const known = [...new Set(folders.flatMap(namesIn))].sort().join(", ");
    throw new LibraryError(`there is no ${what} "${name}"; want one of ${known}`);
  }
  const path = join(folder, name + SUFFIX);
  let document: unknown;
  try {
    document = parse(Deno.readTextFileSync(path));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new LibraryError(`Cannot read "${path}": ${message}`, { cause });
  }
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const faults = issueLines(result.error.issues);
  throw new LibraryError(`Cannot use "${path}": ${faults.join("; ")}`);
}

function namesIn(folder: string): string[] {
  try {
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    return names.slice(0, FILES_MAX).filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
