/** What tests of journals and links share: temporary folders, stamps, entries, ports. */
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** Below those that the kernel gives to connections, and to whoever asks for any port. */
const PORTS = { first: 20_000, last: 31_999 };

/**
 * A port where nobody listens and that nobody else is given: a node that is started again finds it
 * as it was, and where nobody is started nobody answers. Tests that run side by side, and those of
 * the other folders, count on in one file.
 */
export function freePort(): number {
  const path = join(tmpdir(), `tributary-test-port-${Deno.uid()}`);
  using counter = Deno.openSync(path, { read: true, write: true, create: true });
  counter.lockSync(true);
  const bytes = new Uint8Array(5);
  counter.readSync(bytes);
  const last = Number(new TextDecoder().decode(bytes)) || PORTS.last;
  for (let port = last;;) {
    port = port < PORTS.last ? port + 1 : PORTS.first;
    if (port === last) throw new Error(`No port from ${PORTS.first} to ${PORTS.last} is free`);
    if (!isFree(port)) continue;
    counter.seekSync(0, Deno.SeekMode.Start);
    counter.writeSync(new TextEncoder().encode(String(port)));
    return port;
  }
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** So long that only what never comes is waited for in vain, however busy the machine is. */
const WITHIN_MS = 60_000;

/** Waits until `condition` holds; fails after `withinMs` with what it was waiting for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = WITHIN_MS,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
