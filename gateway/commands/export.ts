/** `tributary export`: entries in a signed file that whoever has it can verify. */
import * as z from "zod";
import type { Config } from "../config.ts";
import { exportQuery } from "../export_request.ts";
import { askForStream, CommandError, UsageError } from "./local_api.ts";

export interface ExportOptions {
  readonly out: string;
  readonly node?: string;
  readonly origin?: string;
  readonly stream?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The last line of a file that is whole is short: a count and a signature. */
const LAST_LINE_BYTES_MAX = 4096;

const lastLine = z.union([
  z.object({ entries: z.number(), signature: z.string() }),
  z.object({ error: z.string() }),
]);

/** Writes what the running node exports; returns how many entries. */
export async function exportEntries(config: Config, options: ExportOptions): Promise<number> {
  const { out, ...asked } = options;
  const query = exportQuery.safeParse(asked);
  if (!query.success) {
    const found = query.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
    throw new UsageError(`Cannot export: ${found.join("; ")}`);
  }
  using file = created(out);
  try {
    const parameters = new URLSearchParams(Object.entries(query.data));
    const body = await askForStream(config, `/api/export?${parameters}`);
    const end = new Tail();
    for await (const chunk of body) {
      writeAll(file, chunk);
      end.add(chunk);
    }
    const entries = end.entries(out);
    file.syncSync();
    return entries;
  } catch (error) {
    Deno.removeSync(out);
    throw error;
  }
}

/** A file that was not there: nothing is ever written over. */
function created(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  } catch (cause) {
    const found = cause instanceof Deno.errors.AlreadyExists
      ? "there is a file of this name already"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new CommandError(`Cannot write "${path}": ${found}`, { cause });
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

/** The end of what went by, in which the last line lies. */
class Tail {
  #bytes = new Uint8Array();

  add(chunk: Uint8Array): void {
    const both = new Uint8Array(this.#bytes.length + chunk.length);
    both.set(this.#bytes);
    both.set(chunk, this.#bytes.length);
    this.#bytes = both.slice(-LAST_LINE_BYTES_MAX);
  }

  /** What the last line says; throws where the file is not whole. */
  entries(path: string): number {
    const last = new TextDecoder().decode(this.#bytes).trimEnd().split("\n").at(-1) ?? "";
    let line: z.infer<typeof lastLine>;
    try {
      line = lastLine.parse(JSON.parse(last));
    } catch (cause) {
      throw new CommandError(`Cannot write "${path}": the node ended in the middle`, { cause });
    }
    if ("error" in line) throw new CommandError(line.error);
    return line.entries;
  }
}
