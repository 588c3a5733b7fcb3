/** What tests of journals and links share: temporary folders, stamps, entries, a county's end. */
import type { Stamp } from "./entry.ts";
import type { NewEntry } from "./append.ts";
import type { Stream } from "./stream.ts";

/** A folder that goes when the test ends. */
export class TemporaryFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "tributary-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

export const BOOT_ID = "00112233445566778899aabbccddeeff";

/** A moment `ms` after some boot. */
export function stampAt(ms: number): Stamp {
  return { wallMs: 1_795_000_000_000 + ms, bootId: BOOT_ID, bootMs: ms, clock: "trusted" };
}

/** An entry of about 400 bytes whose body tells its number. */
export function numbered(number: number, stream: Stream = "reading"): NewEntry {
  const body = JSON.stringify({ number, filler: "x".repeat(300) });
  return { kind: "entry", stream, entryKind: "test", time: stampAt(number), body };
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Waits until `condition` holds; fails after `withinMs` with what it was waiting for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
