/** Stores that were taken out of a journal, kept for people to look at, within bounds. */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** So many are kept, and so many bytes: a disk that fails again and again is not filled. */
const STORES_MAX = 16;
const BYTES_MAX = 1 << 30;
/** So many are kept, and so many bytes: a disk that fails over and over is not filled. */
const COPIED_MAX = 2;

const NAME = /^(.+)\.(copied|damaged)\.json$/;

export interface WhySetAside {
  readonly reason: string;
  /** Whether the journal holds all of it. */
  readonly copied: boolean;
}

/**
 * Moves a database file with its log into a folder, and writes the reason beside it. The log goes
 * first: without it the file is only older.
 */
export function setAside(path: string, folder: string, why: WhySetAside): void {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const target = freeName(folder, path, why.copied ? "copied" : "damaged");
  const note = { reason: why.reason, copied: why.copied, at: new Date().toISOString() };
  Deno.writeTextFileSync(`${target}.json`, JSON.stringify(note) + "\n");
  for (const tail of ["-wal", "-shm", ""]) {
    try {
      Deno.renameSync(path + tail, target + tail);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  syncFolder(folder);
  bound(folder);
}

/** A name that no store has yet: `00000003.damaged`, `00000003.2.damaged`. */
function freeName(folder: string, path: string, kind: string): string {
  const name = path.split("/").at(-1)?.replace(/\.journal$/, "") ?? "";
  for (let number = 1;; number++) {
    const target = join(folder, `${name}${number === 1 ? "" : `.${number}`}.${kind}`);
    if (!existsSync(`${target}.json`)) return target;
  }
}

/** Those that the journal holds all of go first, then the oldest. */
function bound(folder: string): void {
  const stores = Array.from(Deno.readDirSync(folder), ({ name }) => NAME.exec(name))
    .flatMap((match) => match === null ? [] : [storeOf(folder, `${match[1]}.${match[2]}`)])
    .sort((a, b) => a.atMs - b.atMs);
  const copied = stores.filter(({ name }) => name.endsWith(".copied"));
  const kept = new Set(stores);
  const drop = (store: (typeof stores)[number]) => {
    for (const tail of ["", "-wal", "-shm", ".json"]) {
      removeIfThere(join(folder, store.name + tail));
    }
    kept.delete(store);
  };
  for (const store of copied.slice(0, -COPIED_MAX)) drop(store);
  const bytes = () => [...kept].reduce((sum, store) => sum + store.bytes, 0);
  for (const store of [...copied, ...stores]) {
    if (kept.size <= STORES_MAX && bytes() <= BYTES_MAX) return;
    // The last one is what was just found.
    if (kept.has(store) && kept.size > 1) drop(store);
  }
}

function storeOf(folder: string, name: string) {
  const size = (tail: string) => {
    const path = join(folder, name + tail);
    return existsSync(path) ? Deno.statSync(path).size : 0;
  };
  const atMs = Deno.statSync(join(folder, `${name}.json`)).mtime?.getTime() ?? 0;
  return { name, atMs, bytes: size("") + size("-wal") };
}

/** Removes a file, or finds that it is gone. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A new, moved or removed name is durable only once its folder is. */
export function syncFolder(path: string): void {
  const folder = Deno.openSync(path, { read: true });
  try {
    folder.syncSync();
  } finally {
    folder.close();
  }
}
