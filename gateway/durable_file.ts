/** Small files that are whole or not there, whatever the power does. Their owner alone reads. */
import { dirname } from "node:path";

/** Writes a whole file or leaves the old one. */
export function writeDurably(path: string, text: string): void {
  const temporary = `${path}.new`;
  const file = Deno.openSync(temporary, { write: true, create: true, truncate: true, mode: 0o600 });
  try {
    file.writeSync(new TextEncoder().encode(text));
    file.syncSync();
  } finally {
    file.close();
  }
  Deno.renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** The same without holding up anything else while the disk works; one at a time for a path. */
export async function writeDurablyBeside(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const options = { write: true, create: true, truncate: true, mode: 0o600 };
  using file = await Deno.open(temporary, options);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
  await Deno.rename(temporary, path);
  using folder = await Deno.open(dirname(path), { read: true });
  await folder.sync();
}

/** Gives a file another name, whatever bore that before. */
export function renameDurably(from: string, to: string): void {
  Deno.renameSync(from, to);
  syncFolder(dirname(to));
}

/** Removes a file, if it is there. */
export function removeDurably(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  syncFolder(dirname(path));
}

/** Names in a folder are durable only once it is. */
function syncFolder(path: string): void {
  const folder = Deno.openSync(path, { read: true });
  try {
    folder.syncSync();
  } finally {
    folder.close();
  }
}
