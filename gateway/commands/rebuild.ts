/** `tributary rebuild`: the query tables of the running node, anew from its journal. */
import type { Config } from "../config.ts";
import { rebuildError, rebuildProgress } from "../node/rebuild_route.ts";
import { jsonLinesOf } from "./json_lines.ts";
import { askForStream, CommandError } from "./local_api.ts";

export interface RebuildOptions {
  readonly projection?: string;
  readonly evenSo?: boolean;
}

/** Ends with what became other; an abort leaves the tables as they are. */
export async function rebuild(
  config: Config,
  options: RebuildOptions,
  { onProgress, signal }: {
    readonly onProgress: (text: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const body = await askForStream(config, "/api/rebuild", options);
  for await (const line of jsonLinesOf(body, signal)) {
    const failed = rebuildError.safeParse(line);
    if (failed.success) throw left(failed.data.error);
    const { entries, of, changed } = rebuildProgress.parse(line);
    onProgress(`read ${entries} of ${of} entries`);
    if (changed === null) continue;
    onProgress("");
    return changedText(changed);
  }
  onProgress("");
  throw left(signal.aborted ? "it was interrupted" : "the node ended in the middle of its answer");
}

function left(reason: string): CommandError {
  return new CommandError(`The tables are as they were: ${reason}`);
}

function changedText(changed: Readonly<Record<string, number>>): string {
  const tables = Object.keys(changed).length;
  const other = Object.entries(changed).filter(([, rows]) => rows > 0);
  if (other.length === 0) {
    return `${tables} tables were made anew: not one row is other than before`;
  }
  const named = other.map(([table, rows]) => `${table} (${rows})`).join(", ");
  return `${tables} tables were made anew; rows that are other than before: ${named}`;
}
