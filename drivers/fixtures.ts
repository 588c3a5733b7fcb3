/** What driver tests share: tools of others, free ports, a run that is driven by hand. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Batch, Driver, Item, Outcome, Run } from "./driver.ts";

/** Path of a program of somebody else; fails with the line that installs it. */
export function tool(name: string, debianPackage: string): string {
  for (const folder of ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/go/bin"]) {
    try {
      if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`"${name}" is missing: sudo apt-get install -y ${debianPackage}`);
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

/** Resolves once somebody listens on the port. */
export async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    try {
      using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error(`Nobody listens on port ${port}`);
}

/** A program that runs for the time of a test, and what it prints. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #printed: Promise<void>[];
  output = "";
  ended = false;

  constructor(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#printed = [this.#child.stdout, this.#child.stderr].map(async (stream) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) this.output += text;
    });
    this.#child.status.then(() => this.ended = true);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** How often the text was printed so far. */
  printed(text: string): number {
    return this.output.split(text).length - 1;
  }

  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    try {
      this.#child.kill(signal);
    } catch {
      // It is gone already.
    }
    await Promise.all([this.#child.status, ...this.#printed]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** A mosquitto broker that prints what it does; without `lines` it lets everybody in. */
export async function mosquitto(port: number, lines = "allow_anonymous true\n"): Promise<Program> {
  const path = Deno.makeTempFileSync({ suffix: ".conf" });
  Deno.writeTextFileSync(path, `user root\nlistener ${port} 127.0.0.1\n${lines}`);
  const program = new Program(tool("mosquitto", "mosquitto"), ["-v", "-c", path]);
  await listening(port);
  Deno.removeSync(path);
  return program;
}

export interface Publish {
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly qos?: 0 | 1 | 2;
  readonly clientId?: string;
  readonly more?: readonly string[];
}

/** Publishes with mosquitto's client; resolves with its exit code once it has its answer. */
export async function mosquittoPub(publish: Publish): Promise<{ code: number; error: string }> {
  const { port, username, password, topic, payload, qos = 1, clientId, more = [] } = publish;
  const args = ["-h", "127.0.0.1", "-p", String(port), "-t", topic, "-q", String(qos)];
  args.push(payload.length === 0 ? "-n" : "-s");
  if (username !== undefined) args.push("-u", username);
  if (password !== undefined) args.push("-P", password);
  if (clientId !== undefined) args.push("-i", clientId);
  const child = new Deno.Command(tool("mosquitto_pub", "mosquitto-clients"), {
    args: [...args, ...more],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(typeof payload === "string" ? new TextEncoder().encode(payload) : payload);
  await writer.close();
  const { code, stderr } = await child.output();
  return { code, error: new TextDecoder().decode(stderr) };
}

/** A driver's run, with every item gathered and outcomes given by the test. */
export class DrivenRun implements AsyncDisposable {
  readonly items: Item[] = [];
  /** Batches handed over so far. */
  batches: Batch[] = [];
  /** Set when the run has ended: with what it threw, or `null`. */
  ended: { error: unknown } | null = null;
  readonly #stop = new AbortController();
  readonly #run: Run;
  readonly #done: Promise<void>;
  #hold: Promise<void> | null = null;
  #letGo: () => void = () => {};

  constructor(
    run: (signal: AbortSignal) => Run,
    outcome: (item: Item) => Outcome = () => ({ kind: "stored" }),
  ) {
    this.#run = run(this.#stop.signal);
    this.#done = this.#drive(outcome);
  }

  static of<S>(driver: Driver<S>, settings: unknown, outcome?: (item: Item) => Outcome): DrivenRun {
    const parsed = driver.settings.parse(settings);
    return new DrivenRun((signal) => driver.run(parsed, signal), outcome);
  }

  /** From now on no batch with a reading in it is stored until {@link letGo}. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hold = promise;
    this.#letGo = resolve;
  }

  letGo(): void {
    this.#hold = null;
    this.#letGo();
  }

  of<K extends Item["kind"]>(kind: K): Extract<Item, { kind: K }>[] {
    return this.items.filter((item): item is Extract<Item, { kind: K }> => item.kind === kind);
  }

  /** The port of a driver that listens. */
  get port(): number {
    const line = this.of("line").map(({ detail }) => /:(\d+)$/.exec(detail)?.[1]).at(-1);
    if (line === undefined) throw new Error("The driver does not listen yet");
    return Number(line);
  }

  abort(): Promise<void> {
    this.#stop.abort();
    return this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    await this.abort();
  }

  async #drive(outcome: (item: Item) => Outcome): Promise<void> {
    try {
      let outcomes: readonly Outcome[] = [];
      for (;;) {
        const { done, value } = await this.#run.next(outcomes);
        if (done) break;
        this.batches.push(value);
        this.items.push(...value);
        if (value.some(({ kind }) => kind === "reading")) await this.#hold;
        outcomes = value.map(outcome);
      }
      this.ended = { error: null };
    } catch (error) {
      this.ended = { error };
    }
  }
}

/** So long that only what never comes is waited for in vain, however busy the machine is. */
const WITHIN_MS = 60_000;

/** Waits until `condition` holds; fails with what it was waiting for. */
export async function until(
  what: string,
  condition: () => boolean,
  limitMs = WITHIN_MS,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
