/** A folder into which files are dropped, with what was taken and what was refused beside it. */
import { join } from "node:path";
import { DeviceError } from "../driver.ts";
import type { FoundFile } from "./settled_files.ts";

/** Files of one folder that are looked at; the others wait for the next look. */
const FILES_MAX = 1000;
/** Names of one folder that are read at all. */
const NAMES_MAX = 20_000;
/** Names that `taken` and `refused` may have each before somebody has to look through them. */
const KEPT_MAX = 10_000;
const TAKEN = "taken";
const REFUSED = "refused";

export class DropFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws {@link DeviceError} where the folder is not there, or cannot be written into. */
  async open(): Promise<void> {
    await this.#trying("open", async () => {
      const { isDirectory } = await Deno.stat(this.#path);
      if (!isDirectory) throw new Error("it is no folder");
      for (const name of [TAKEN, REFUSED]) {
        await Deno.mkdir(join(this.#path, name), { recursive: true });
      }
    });
  }

  /** Files in it, but for folders and names that begin with a dot. */
  async look(): Promise<readonly FoundFile[]> {
    return await this.#trying("look into", async () => {
      const names = await this.#names("", NAMES_MAX, "remove what does not belong there");
      const found: FoundFile[] = [];
      for (const name of names.sort()) {
        if (name.startsWith(".") || found.length === FILES_MAX) continue;
        const facts = await lstat(join(this.#path, name));
        // What is no plain file has no size that could settle: it is left where it is.
        if (facts?.isFile !== true) continue;
        found.push({ name, bytes: facts.size, writtenMs: facts.mtime?.getTime() ?? null });
      }
      return found;
    });
  }

  /** Its bytes; `null`: it is gone, or has become larger than it was. */
  async read({ name, bytes }: FoundFile): Promise<Uint8Array | null> {
    return await this.#trying("read", async () => {
      const path = join(this.#path, name);
      try {
        const content = await Deno.readFile(path);
        const facts = await lstat(path);
        return content.length === bytes && facts?.size === bytes ? content : null;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      }
    });
  }

  async taken(name: string, mark: string): Promise<void> {
    await this.#trying("move", async () => {
      await this.#move(name, await this.#placeIn(TAKEN, name, mark));
    });
  }

  /** The reason lies beside it, in a file of its own, before it is moved. */
  async refused(name: string, mark: string, reason: string): Promise<void> {
    await this.#trying("move", async () => {
      const place = await this.#placeIn(REFUSED, name, mark);
      await Deno.writeTextFile(`${place}.reason.txt`, `${reason}\n`);
      await this.#move(name, place);
    });
  }

  /** Where another file has the name, `mark` tells them apart. */
  async #placeIn(folder: string, name: string, mark: string): Promise<string> {
    await this.#names(folder, KEPT_MAX, `look through "${folder}", and remove what is done with`);
    const plain = join(this.#path, folder, name);
    return await lstat(plain) === null ? plain : join(this.#path, folder, `${mark}_${name}`);
  }

  /** Somebody may have taken it away meanwhile. */
  async #move(name: string, place: string): Promise<void> {
    try {
      await Deno.rename(join(this.#path, name), place);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #names(below: string, most: number, hint: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(join(this.#path, below))) {
      if (names.push(name) > most) throw new Error(`it has more than ${most} files; ${hint}`);
    }
    return names;
  }

  async #trying<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DeviceError(`Cannot ${action} "${this.#path}": ${reason}`, { cause });
    }
  }
}

async function lstat(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
