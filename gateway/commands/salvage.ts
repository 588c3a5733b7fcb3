/** `tributary salvage`: takes out of a damaged or foreign store each entry whose hash holds. */
import { join } from "node:path";
import { salvageFiles, type SalvageReport, segmentFiles } from "../../sync/salvage.ts";
import { entryLine } from "../entries.ts";
import { CommandError } from "./local_api.ts";
import { table } from "./table.ts";

export interface SalvageOptions {
  /** Files with at-rest keys, each on a line of its own. */
  readonly keyFile?: readonly string[];
  /** Folder for `entries.ndjson` and `report.json`; none: entries to `print`. */
  readonly out?: string;
}

export interface SalvageOutput {
  readonly print: (text: string) => void;
  /** For people, beside what is printed. */
  readonly tell: (text: string) => void;
}

const KEY = /^[0-9a-f]{64}$/;
/** Lines gathered before they are written. */
const WRITE_BYTES = 1 << 20;

/** Returns whether nothing is missing. The store is only read. */
export function salvage(
  path: string,
  { keyFile = [], out }: SalvageOptions,
  { print, tell }: SalvageOutput,
): boolean {
  const { report, entries } = salvageFiles(filesAt(path), keyFile.flatMap(keysIn));
  const decoder = new TextDecoder();
  if (out === undefined) {
    for (const entry of entries()) print(entryLine(entry, decoder));
  } else {
    Deno.mkdirSync(out, { recursive: true, mode: 0o700 });
    using file = Deno.openSync(join(out, "entries.ndjson"), {
      write: true,
      createNew: true,
      mode: 0o600,
    });
    let lines = "";
    for (const entry of entries()) {
      lines += `${entryLine(entry, decoder)}\n`;
      if (lines.length < WRITE_BYTES) continue;
      writeAll(file, lines);
      lines = "";
    }
    writeAll(file, lines);
    file.syncSync();
    Deno.writeTextFileSync(join(out, "report.json"), `${JSON.stringify(report, null, 2)}\n`, {
      mode: 0o600,
    });
  }
  tell(reportText(report));
  return isWhole(report);
}

export function isWhole({ missing, files }: SalvageReport): boolean {
  return missing.length === 0 && files.length > 0 && files.every(({ trouble }) => trouble === null);
}

export function reportText(report: SalvageReport): string {
  const { files, streams, missing, entries } = report;
  const spansText = (spans: readonly { first: number; last: number }[]) =>
    spans.map(({ first, last }) => first === last ? `${first}` : `${first}–${last}`).join(", ");
  const fileRows = files.map((
    { file, entries, trouble },
  ) => [file, `${entries}`, trouble ?? "read"]);
  const streamRows = streams.map(({ origin, stream, spans }) => {
    const lacks = missing.filter((one) => one.origin === origin && one.stream === stream);
    return [origin, stream, spansText(spans), lacks.length === 0 ? "nothing" : spansText(lacks)];
  });
  return [
    table(["FILE", "ENTRIES", "STATE"], fileRows),
    "",
    table(["ORIGIN", "STREAM", "TAKEN", "MISSING"], streamRows),
    "",
    `${entries} entries taken, each proved by its hash`,
  ].join("\n");
}

function filesAt(path: string): string[] {
  try {
    const files = segmentFiles(path);
    if (files.length > 0) return files;
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot read "${path}": ${found}`, { cause });
  }
  throw new CommandError(`There is no segment in "${path}": is it a journal's folder?`);
}

function keysIn(path: string): string[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot read the at-rest key in "${path}": ${found}`, { cause });
  }
  const keys = text.split(/\s+/).filter((line) => KEY.test(line));
  if (keys.length > 0) return keys;
  throw new CommandError(`Cannot use the at-rest key in "${path}": want 64 hexadecimal digits`);
}

function writeAll(file: Deno.FsFile, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
