/** What bench:mqtt publishes to: our site, the broker and journal alone, and three peers. */
import { join } from "node:path";
import { freePort, listening, tool } from "../../drivers/fixtures.ts";
import { readToken } from "../keystore.ts";
import { type CommandLine, ourProgram } from "../program.ts";
import { deno, Measured } from "./processes.ts";
import { writeSite } from "./site_files.ts";

export interface Target extends AsyncDisposable {
  readonly port: number;
  readonly process: Measured;
  /** Whether it looks at names and passwords. */
  readonly login: boolean;
}

const here = (name: string) => new URL(name, import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Every fsync takes 10 ms longer, as on slow flash. */
const SLOW_FLASH = [
  "-f",
  "--seccomp-bpf",
  "-o",
  "/dev/null",
  "-e",
  "trace=fsync,fdatasync",
  "-e",
  "inject=fsync,fdatasync:delay_enter=10000",
];

function started(command: CommandLine, slowFlash: boolean): Measured {
  const [program, args] = command;
  return slowFlash
    ? new Measured(tool("strace", "strace"), [...SLOW_FLASH, program, ...args])
    : new Measured(program, args);
}

/** The whole site: allow-list, decoding, chain, encryption, projection, a console page open. */
export async function site(dir: string, devices: number, slowFlash = false): Promise<Target> {
  const { file, dataDir, url, mqttPort: port } = await writeSite(dir, devices);
  const main = ourProgram("run", "-c", file);
  const process = started(main, slowFlash);
  await listening(port);
  const page = new AbortController();
  const headers = { authorization: `Bearer ${readToken(dataDir)}` };
  const live = await fetch(new URL("/live?path=/", url), {
    headers,
    signal: page.signal,
  });
  const reading = live.body?.pipeTo(new WritableStream()).catch(() => {});
  return {
    port,
    process,
    login: true,
    [Symbol.asyncDispose]: async () => {
      page.abort();
      await reading;
      await process[Symbol.asyncDispose]();
    },
  };
}

/** Aedes and the journal, nothing else. */
export async function raw(dir: string): Promise<Target> {
  const port = freePort();
  const directory = join(dir, "raw");
  Deno.mkdirSync(directory);
  const process = started(
    deno("--config", CONFIG, here("./raw_broker.ts"), String(port), directory),
    false,
  );
  return await peer(process, port);
}

export async function mosquitto(dir: string, saving: boolean): Promise<Target> {
  const port = freePort();
  const store = join(dir, saving ? "mosquitto-saving" : "mosquitto");
  Deno.mkdirSync(store);
  const file = join(dir, saving ? "saving.conf" : "default.conf");
  const saves = `persistence true\npersistence_location ${store}/\n` +
    "autosave_on_changes true\nautosave_interval 1\n";
  Deno.writeTextFileSync(
    file,
    `user root\nlistener ${port} 127.0.0.1\nallow_anonymous true\n` +
      `max_queued_messages 0\n${saving ? saves : ""}`,
  );
  return await withSubscriber(
    new Measured(tool("mosquitto", "mosquitto"), ["-c", file]),
    port,
  );
}

/** nats-server's MQTT, which syncs each message when it is told to. */
export async function nats(dir: string): Promise<Target> {
  const port = freePort();
  const file = join(dir, "nats.conf");
  Deno.writeTextFileSync(
    file,
    `server_name: bench\nlisten: "127.0.0.1:${freePort()}"\n` +
      `jetstream { store_dir: "${join(dir, "nats")}", sync_interval: always }\n` +
      `mqtt { listen: "127.0.0.1:${port}" }\n`,
  );
  return await withSubscriber(new Measured(await natsServer(), ["-c", file]), port);
}

async function peer(process: Measured, port: number): Promise<Target> {
  await listening(port);
  return {
    port,
    process,
    login: false,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** A peer has to keep what it acknowledges for somebody: a subscriber that is away. */
async function withSubscriber(process: Measured, port: number): Promise<Target> {
  const target = await peer(process, port);
  const args = ["-p", String(port), "-i", "away", "-c", "-q", "1", "-t", "#", "-E"];
  const command = new Deno.Command(tool("mosquitto_sub", "mosquitto-clients"), { args });
  const { success } = await command.output();
  if (!success) throw new Error(`Nobody could subscribe on port ${port}`);
  return target;
}

const NATS_VERSION = "v2.12.1";

/** Builds the server from the Go module proxy, once. */
async function natsServer(): Promise<string> {
  const cache = join(Deno.env.get("HOME") ?? "/tmp", ".cache", "tributary");
  const path = join(cache, `nats-server-${NATS_VERSION}`);
  try {
    Deno.statSync(path);
    return path;
  } catch {
    Deno.mkdirSync(cache, { recursive: true });
  }
  const { success, stderr } = await new Deno.Command(tool("go", "golang"), {
    args: ["install", `github.com/nats-io/nats-server/v2@${NATS_VERSION}`],
    env: { GOBIN: cache },
  }).output();
  if (!success) throw new Error(`Cannot build nats-server: ${new TextDecoder().decode(stderr)}`);
  Deno.renameSync(join(cache, "nats-server"), path);
  return path;
}
