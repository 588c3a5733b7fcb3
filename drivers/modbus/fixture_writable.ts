/** A device of others that can be written to, on TCP or a serial line: libmodbus. */
import { freePort, Program, tool, until } from "../fixtures.ts";
import { ptyPair } from "../serial/fixtures.ts";

const BAUD = 19_200;

export interface WritableServer extends AsyncDisposable {
  readonly connection: object;
  /** Prints a line for each write that it gets. */
  readonly program: Program;
}

/** Compiles it into a folder; see writable_server.c for what it does with which register. */
export function writableServer(folder: string): string {
  const server = `${folder}/writable_server`;
  const source = new URL("./writable_server.c", import.meta.url).pathname;
  const { success, stderr } = new Deno.Command(tool("gcc", "gcc libc6-dev libmodbus-dev"), {
    args: ["-o", server, source, "-lmodbus"],
  }).outputSync();
  if (success) return server;
  const hint = "sudo apt-get install -y libmodbus-dev libc6-dev";
  throw new Error(`${hint}: ${new TextDecoder().decode(stderr)}`);
}

export async function writableTcp(
  server: string,
  port = freePort(),
): Promise<WritableServer & { readonly port: number }> {
  const program = new Program(server, ["tcp", String(port)]);
  await until("it is ready", () => program.printed("ready") > 0);
  const connection = { type: "tcp", host: "127.0.0.1", port };
  return { connection, port, program, [Symbol.asyncDispose]: () => program.kill() };
}

export async function writableRtu(server: string): Promise<WritableServer> {
  await using stack = new AsyncDisposableStack();
  const pair = stack.use(await ptyPair());
  const program = stack.use(new Program(server, ["rtu", pair.ports[1], String(BAUD), "1"]));
  await until("it is ready", () => program.printed("ready") > 0);
  const opened = stack.move();
  const connection = { type: "serial", port: pair.ports[0], baud: BAUD };
  return { connection, program, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
