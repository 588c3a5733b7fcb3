/** A file system that is small enough to be filled: memory, mounted on a folder. */
import { statfsSync } from "node:fs";
import { join } from "node:path";

function run(command: string, ...args: readonly string[]): void {
  const { success, stderr } = new Deno.Command(command, { args: [...args] }).outputSync();
  if (success) return;
  throw new Error(
    `Cannot ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`,
  );
}

function requireRoot(): void {
  if (Deno.uid() === 0) return;
  throw new Error("Only root can mount: sudo -E deno run -A npm:vitest run gateway/whole_way/disk");
}

export class SmallDisk implements Disposable {
  readonly path: string;

  /** Mounts it on the folder, which is made where it is missing; needs root. */
  constructor(path: string, bytes: number) {
    requireRoot();
    this.path = path;
    Deno.mkdirSync(path, { recursive: true });
    run("mount", "-t", "tmpfs", "-o", `size=${bytes},mode=700`, "tributary-test", path);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  get totalBytes(): number {
    const { blocks, bsize } = statfsSync(this.path);
    return blocks * bsize;
  }

  /** Somebody else's file, made as large as it takes until so much of the disk is in use. */
  fillTo(percent: number): void {
    const keep = Math.round(this.totalBytes * (1 - percent / 100));
    using file = Deno.openSync(this.#filler, { write: true, create: true, append: true });
    const chunk = new Uint8Array(64 << 10).fill(1);
    for (let more = this.freeBytes - keep; more > 0; more = this.freeBytes - keep) {
      try {
        file.writeSync(chunk.subarray(0, Math.min(more, chunk.length)));
      } catch {
        return;
      }
    }
  }

  /** Takes somebody else's file away. */
  clear(): void {
    Deno.removeSync(this.#filler);
  }

  get #filler(): string {
    return join(this.path, "somebody-elses-file");
  }

  [Symbol.dispose](): void {
    // What was killed a moment ago may hold a file open still.
    run("umount", "--lazy", this.path);
  }
}

/** A file system as boxes have it, in a file, that can fail as theirs do. */
export class Ext4Disk implements Disposable {
  readonly path: string;
  readonly #image: string;

  /** Mounts it on the folder, which is made where it is missing; needs root. */
  constructor(path: string, bytes: number) {
    requireRoot();
    this.path = path;
    this.#image = `${path}.ext4`;
    Deno.mkdirSync(path, { recursive: true });
    using image = Deno.createSync(this.#image);
    image.truncateSync(bytes);
    run("mkfs.ext4", "-q", this.#image);
    this.#mount();
  }

  /** From now on it may only be read, whoever holds files open on it. */
  abort(): void {
    run("mount", "-o", "remount,abort", this.path);
  }

  /** What a start after that does: looks through it, and mounts it again. */
  repair(): void {
    run("umount", this.path);
    const { code } = new Deno.Command("e2fsck", { args: ["-fy", this.#image] }).outputSync();
    // e2fsck(8): 0 and 1 are good, 2 asks for a reboot, the rest is damage.
    if (code > 1) throw new Error(`e2fsck ended with ${code}`);
    this.#mount();
  }

  #mount(): void {
    run("mount", "-o", "loop", this.#image, this.path);
  }

  [Symbol.dispose](): void {
    run("umount", "--lazy", this.path);
  }
}
