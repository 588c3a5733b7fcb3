/** A serial line without hardware: two ports that socat joins, and bytes that are gathered. */
import type { ByteLine } from "./byte_line.ts";
import { joinPorts } from "./pty_pair.ts";

export interface PtyPair extends AsyncDisposable {
  /** The two ends; what is written to one comes out of the other. */
  readonly ports: readonly [string, string];
  /** As if the adapter was pulled out: both ports are gone. */
  unplug(): Promise<void>;
}

/** A pair of ports; with `folder` under the same names as the pair before it. */
export async function ptyPair(folder = Deno.makeTempDirSync()): Promise<PtyPair> {
  const ports = [`${folder}/a`, `${folder}/b`] as const;
  const joined = await joinPorts(ports);
  const unplug = () => Promise.resolve(joined[Symbol.asyncDispose]());
  return { ports, unplug, [Symbol.asyncDispose]: unplug };
}

/** What comes over a line, gathered. */
export function gathered(line: ByteLine): { bytes: number[]; readonly text: string } {
  const bytes: number[] = [];
  line.listen((chunk) => bytes.push(...chunk));
  return {
    bytes,
    get text() {
      return new TextDecoder().decode(new Uint8Array(bytes));
    },
  };
}
