/** A serial line without hardware: socat joins two pseudo terminals, for simulated devices. */
import { dirname, join } from "node:path";
import { SimulationError } from "../simulated_faults.ts";
import type { ByteLine } from "./byte_line.ts";
import { openByteLine } from "./open_byte_line.ts";

/** socat makes both within milliseconds. */
const READY_MS = 10_000;
const LOOK_MS = 10;

/**
 * Joins two ports of these names: what is written to one comes out of the other. Disposing of it is
 * like pulling the adapter out. Throws {@link SimulationError} where it cannot be had.
 */
export async function joinPorts(ports: readonly [string, string]): Promise<AsyncDisposable> {
  const ends = ports.map((port) => `pty,raw,echo=0,link=${port}`);
  const child = spawn(["-b", "4096", ...ends]);
  const said = new Response(child.stderr).text();
  let ended = false;
  const end = child.status.then(() => ended = true);
  const close = async () => {
    // It removes its links when it is asked to end.
    if (!ended) child.kill("SIGTERM");
    await end;
    await said;
  };
  for (const startMs = performance.now(); !ports.every(isPort);) {
    if (ended || performance.now() - startMs > READY_MS) {
      await close();
      const found = (await said).trim();
      throw new SimulationError(`Cannot make the ports ${ports.join(" and ")}: ${found}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return { [Symbol.asyncDispose]: close };
}

/** A port that somebody may open, and what is on its other end. */
export interface SimulatedPort extends AsyncDisposable {
  readonly port: string;
  readonly line: ByteLine;
}

/** Such a port knows no parity and no bits of 7: whoever opens it sets it to 8N1. */
const ANY_SETTINGS = { baud: 9600, dataBits: 8, parity: "none", stopBits: 1 } as const;

/** Makes a port under this name, `null` for one in a temporary folder, and opens its other end. */
export async function openSimulatedPort(name: string | null): Promise<SimulatedPort> {
  await using stack = new AsyncDisposableStack();
  const folder = Deno.makeTempDirSync({ prefix: "tributary-port-" });
  stack.defer(() => Deno.removeSync(folder, { recursive: true }));
  const port = name ?? join(folder, "port");
  if (!isFolder(dirname(port)) || exists(port)) {
    throw new SimulationError(`Cannot make the port "${port}": want a new name in a folder`);
  }
  const own = join(folder, "device");
  stack.use(await joinPorts([own, port]));
  const line = stack.use(await openByteLine({ type: "serial", port: own, ...ANY_SETTINGS }));
  const opened = stack.move();
  return { port, line, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function spawn(args: readonly string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("socat", {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    const found = `"socat" is missing: sudo apt-get install -y socat`;
    throw new SimulationError(`Cannot make a pair of ports: ${found}`, { cause });
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function isPort(path: string): boolean {
  try {
    return Deno.statSync(path).isCharDevice ?? false;
  } catch {
    return false;
  }
}
