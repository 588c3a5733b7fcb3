/** Which files of a folder have not changed for a while: pure, the moment is a parameter. */

/** What a look finds of a file. */
export interface FoundFile {
  readonly name: string;
  readonly bytes: number;
  /** When it was written last, as the file system says; `null`: it does not. */
  readonly writtenMs: number | null;
}

/** A file as it has been since a look. */
export interface WaitingFile extends FoundFile {
  readonly sinceMs: number;
}

/**
 * The files as they wait after a look at `nowMs`, by their names, and those of them that are whole:
 * of the same size and time of writing for `settleMs`. Only the clock of `nowMs` counts, none of
 * the file system.
 */
export function settledFiles(
  waiting: readonly WaitingFile[],
  found: readonly FoundFile[],
  nowMs: number,
  settleMs: number,
): { readonly waiting: readonly WaitingFile[]; readonly whole: readonly WaitingFile[] } {
  const known = new Map(waiting.map((file) => [file.name, file]));
  const now = found.map((file) => {
    const before = known.get(file.name);
    const isSame = before?.bytes === file.bytes && before.writtenMs === file.writtenMs;
    return { ...file, sinceMs: isSame ? before.sinceMs : nowMs };
  }).sort((one, other) => one.name < other.name ? -1 : 1);
  return { waiting: now, whole: now.filter(({ sinceMs }) => nowMs - sinceMs >= settleMs) };
}
