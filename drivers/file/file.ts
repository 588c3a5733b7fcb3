/**
 * The driver of drop folders: takes each file whole, once it has not changed for a while, and moves
 * it to `taken` or `refused` when it is known what became of it.
 */
import { createHash } from "node:crypto";
import type { Driver, FileItem, Outcome } from "../driver.ts";
import { DropFolder } from "./drop_folder.ts";
import { type FileSettings, fileSettings } from "./settings.ts";
import { settledFiles, type WaitingFile } from "./settled_files.ts";

/** So much of a hash tells files of one name apart. */
const MARK_LENGTH = 12;

export const file: Driver<FileSettings> = {
  kind: "file",
  settings: fileSettings,
  async *run({ device, folder: path, lookSeconds, settleSeconds, fileBytesMax }, signal) {
    const folder = new DropFolder(path);
    await folder.open();
    yield [{ kind: "line", detail: `looking at ${path}` }];
    let waiting: readonly WaitingFile[] = [];
    while (!signal.aborted) {
      const looked = settledFiles(
        waiting,
        await folder.look(),
        performance.now(),
        settleSeconds * 1000,
      );
      waiting = looked.waiting;
      for (const found of looked.whole) {
        if (signal.aborted) return;
        if (found.bytes > fileBytesMax) {
          const reason = `it has ${found.bytes} bytes; at most ${fileBytesMax} are taken`;
          await folder.refused(found.name, String(found.bytes), reason);
          continue;
        }
        const bytes = await folder.read(found);
        if (bytes === null) continue;
        const hash = createHash("sha256").update(bytes).digest("hex");
        const item: FileItem = {
          ...{ kind: "file", device, name: found.name, bytes, hash },
          ...{ writtenMs: found.writtenMs, receivedMs: performance.now() },
        };
        const [outcome] = yield [item];
        if (!await settle(folder, item, outcome)) break;
      }
      await pause(lookSeconds * 1000, signal);
    }
  },
};

/** Whether the next one has a chance: where there is no room now, all wait for the next look. */
async function settle(
  folder: DropFolder,
  { name, hash }: FileItem,
  outcome: Outcome,
): Promise<boolean> {
  const mark = hash.slice(0, MARK_LENGTH);
  switch (outcome.kind) {
    case "stored":
    case "duplicate":
    case "unchanged":
      await folder.taken(name, mark);
      return true;
    case "refused":
      await folder.refused(name, mark, outcome.reason);
      return true;
    case "unavailable":
      return false;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
