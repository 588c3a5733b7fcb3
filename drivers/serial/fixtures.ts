/** A serial line without hardware: two ports that socat joins, and bytes that are gathered. */
import { Program, tool, until } from "../fixtures.ts";
import type { ByteLine } from "./byte_line.ts";

export interface PtyPair extends AsyncDisposable {
  /** The two ends; what is written to one comes out of the other. */
  readonly ports: readonly [string, string];
  /** As if the adapter was pulled out: both ports are gone. */
  unplug(): Promise<void>;
}

/** A pair of ports; with `folder` under the same names as the pair before it. */
export async function ptyPair(folder = Deno.makeTempDirSync()): Promise<PtyPair> {
  const ports = [`${folder}/a`, `${folder}/b`] as const;
  const ends = ports.map((port) => `pty,raw,echo=0,link=${port}`);
  const program = new Program(tool("socat", "socat"), ["-b", "4096", ...ends]);
  await until("both ports are there", () => ports.every(exists) || program.ended);
  if (program.ended) throw new Error(`socat ended: ${program.output}`);
  return {
    ports: [ports[0], ports[1]],
    // socat removes its links when it is asked to end.
    unplug: () => program.kill("SIGTERM"),
    [Symbol.asyncDispose]: () => program.kill(),
  };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isCharDevice ?? false;
  } catch {
    return false;
  }
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
