/**
 * Reads a pack as people write it: a folder with `pack.yaml`, `rules/`, `tables/` and `cases/`.
 * Every fault is told with its file, line, field and fix, all at once.
 */
import { join } from "node:path";
import type { Path } from "../../dig.ts";
import { readYaml } from "../../yaml_document.ts";
import { compilePack } from "./compile_pack.ts";
import {
  faultsText,
  issueFaults,
  PackError,
  type PackFault,
  packIdentity,
  packSchema,
  packText,
  pathText,
} from "./document.ts";
import { Reviewer } from "./reviewer.ts";
import { failedCases } from "./run_cases.ts";

const FILES_MAX = 1000;
const FILE_BYTES_MAX = 8 * 1024 * 1024;

/** A part of the document: which file it stands in, and where in that. */
interface Placed {
  readonly file: string;
  readonly plain: unknown;
  readonly path: Path;
  readonly placeOf: (path: Path) => { readonly line: number; readonly column: number };
}

export interface BuiltPack {
  readonly text: string;
  readonly identity: string;
  readonly reviewer: Reviewer;
}

/** A pack whose rules are sound and whose cases all hold; throws {@link PackError}. */
export function buildPack(folder: string): BuiltPack {
  const { reviewer, source } = readPackFolder(folder);
  const failed = failedCases(reviewer.reviewer);
  if (failed.length > 0) throw refusal(folder, failed, reviewer.placed);
  const text = packText(source);
  return { text, identity: packIdentity(text), reviewer: reviewer.reviewer };
}

/** A pack whose rules are sound, and what its cases found otherwise; throws {@link PackError}. */
export function checkPack(folder: string): { reviewer: Reviewer; failed: string[] } {
  const { reviewer: { reviewer, placed } } = readPackFolder(folder);
  return { reviewer, failed: failedCases(reviewer).map((fault) => faultText(fault, placed)) };
}

interface Parts {
  readonly head: Placed;
  readonly rules: readonly Placed[];
  readonly tables: readonly Placed[];
  readonly cases: readonly Placed[];
}

function readPackFolder(folder: string) {
  const placed = readParts(folder);
  const plain = (parts: readonly Placed[]) => parts.map(({ plain }) => plain);
  const source = {
    format: "tributary-pack-1",
    head: placed.head.plain,
    rules: plain(placed.rules),
    tables: plain(placed.tables),
    cases: plain(placed.cases),
  };
  const parsed = packSchema.safeParse(source);
  if (!parsed.success) throw refusal(folder, issueFaults(parsed.error.issues), placed);
  const compiled = compilePack(parsed.data);
  if (compiled.kind === "faults") throw refusal(folder, compiled.faults, placed);
  return {
    source,
    reviewer: { reviewer: new Reviewer(parsed.data, compiled.instances), placed },
  };
}

function readParts(folder: string): Parts {
  const [head] = readFiles(folder, ["pack.yaml"]);
  if (head === undefined) {
    throw new PackError(`Cannot use the pack "${folder}": it has no pack.yaml`);
  }
  const lists = (name: string) =>
    readFiles(folder, filesIn(folder, name)).flatMap((file): Placed[] => {
      if (!Array.isArray(file.plain)) {
        const message = `${file.file}:1: want a list, each item beginning with "- id:"`;
        throw new PackError(faultsText(`the pack "${folder}"`, [message]));
      }
      return file.plain.map((plain, index) => ({ ...file, plain, path: [index] }));
    });
  return {
    head,
    rules: lists("rules"),
    tables: readFiles(folder, filesIn(folder, "tables")),
    cases: lists("cases"),
  };
}

/** Files of one part by name: their order is that of the rules, so it must not be the disk's. */
function filesIn(folder: string, part: string): string[] {
  let names: string[];
  try {
    names = Array.from(Deno.readDirSync(join(folder, part)), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const files = names.filter((name) => name.endsWith(".yaml")).sort();
  if (files.length > FILES_MAX) {
    throw new PackError(`Cannot use the pack "${folder}": ${part}/ has over ${FILES_MAX} files`);
  }
  return files.map((name) => `${part}/${name}`);
}

function readFiles(folder: string, files: readonly string[]): Placed[] {
  const troubles: string[] = [];
  const read = files.flatMap((file): Placed[] => {
    const text = readText(folder, file);
    if (text === null) return [];
    const document = readYaml(text);
    if (document.kind === "plain") {
      return [{ file, plain: document.plain, path: [], placeOf: document.placeOf }];
    }
    troubles.push(
      ...document.troubles.map(({ line, column, message }) =>
        `${file}:${line}:${column}  ${message}`
      ),
    );
    return [];
  });
  if (troubles.length > 0) throw new PackError(faultsText(`the pack "${folder}"`, troubles));
  return read;
}

function readText(folder: string, file: string): string | null {
  const path = join(folder, file);
  try {
    const { size } = Deno.statSync(path);
    if (size > FILE_BYTES_MAX) {
      throw new PackError(`Cannot use "${path}": it has ${size} bytes; want ${FILE_BYTES_MAX}`);
    }
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function refusal(folder: string, faults: readonly PackFault[], parts: Parts): PackError {
  const lines = faults.map((fault) => faultText(fault, parts));
  return new PackError(faultsText(`the pack "${folder}"`, lines));
}

/** `rules/days.yaml:12:5  [2].when: …` */
function faultText({ path, message }: PackFault, parts: Parts): string {
  const [part, index, ...rest] = path;
  const placed = placedAt(parts, part, index);
  if (placed === undefined) return `${pathText(path)}: ${message}`;
  const own = part === "head" ? path.slice(1) : rest;
  const inFile = [...placed.path, ...own];
  const { line, column } = placed.placeOf(inFile);
  const field = pathText(inFile);
  return `${placed.file}:${line}:${column}  ${field === "" ? "" : `${field}: `}${message}`;
}

function placedAt(
  parts: Parts,
  part: string | number | undefined,
  index: string | number | undefined,
): Placed | undefined {
  if (part === "head") return parts.head;
  if (typeof index !== "number") return undefined;
  if (part === "rules" || part === "tables" || part === "cases") return parts[part][index];
  return undefined;
}
