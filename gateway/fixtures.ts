/** Whole nodes for tests: the real program in processes of its own, on loopback. */
import { join } from "node:path";
import { stringify } from "yaml";
import * as z from "zod";
import { freePort, Program } from "../drivers/fixtures.ts";
import { until } from "../sync/fixtures.ts";
import { enrollNode } from "./commands/enroll.ts";
import { askNode } from "./commands/local_api.ts";
import { invitationSchema } from "./commands/status.ts";
import type { Config } from "./config.ts";
import { readConfig } from "./config_file.ts";
import { testedProgram } from "./fixture_program.ts";
import { readToken } from "./keystore.ts";
import type { CommandLine } from "./program.ts";
import { isReady } from "./readiness.ts";

const positionsSchema = z.array(
  z.object({ origin: z.string(), stream: z.string(), seq: z.number(), hash: z.string() }),
);
export type HeldPosition = z.infer<typeof positionsSchema>[number];

const entrySchema = z.object({
  origin: z.string(),
  stream: z.string(),
  seq: z.number(),
  kind: z.string(),
  hash: z.string(),
  body: z.record(z.string(), z.unknown()),
}).loose();
export type HeldEntry = z.infer<typeof entrySchema>;

/** Files with a node's certificate and its key, and with the authority that issued it. */
export interface NodeTls {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

/** A node with its configuration in `FOLDER/NAME.yaml` and its data in `FOLDER/NAME`. */
export class NodeProcess implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly file: string;
  readonly dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #tls: NodeTls | null;
  readonly #machine: string | null;
  #program: Program | null = null;

  constructor(
    folder: string,
    options: {
      readonly name: string;
      readonly role: "site" | "county";
      /** The rest of its configuration. */
      readonly more?: object;
      readonly port?: number;
      readonly tls?: NodeTls;
      readonly env?: Readonly<Record<string, string>>;
      /** Names its hardware, where it is to be another than this machine's. */
      readonly machine?: string;
    },
  ) {
    const { name, role, more = {}, port = freePort(), tls = null, env = {} } = options;
    this.#machine = options.machine ?? null;
    this.name = name;
    this.port = port;
    this.file = join(folder, `${name}.yaml`);
    this.dataDir = join(folder, name);
    this.#env = env;
    this.#tls = tls;
    const title = { zh: `测试 ${name}`, en: `Test ${name}` };
    const certificate = tls === null ? {} : { tls: { certificate: tls.certificate, key: tls.key } };
    const http = { host: "127.0.0.1", port, ...certificate };
    const document = { role, node: name, title, dataDir: this.dataDir, http, ...more };
    Deno.writeTextFileSync(this.file, stringify(document));
  }

  get config(): Config {
    return readConfig(this.file);
  }

  get url(): string {
    return `${this.#tls === null ? "http" : "https"}://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** Whether it ended since it was started last. */
  get ended(): boolean {
    return this.#running.ended;
  }

  /** What it logged since it was started last. */
  get log(): string {
    return this.#running.output;
  }

  get #running(): Program {
    if (this.#program === null) throw new Error(`${this.name} is not running`);
    return this.#program;
  }

  /** Starts it, by another program where one is named; it is not ready yet. */
  spawn(by: readonly string[] = []): void {
    const [program, args] = this.#machine === null
      ? testedProgram("run", "-c", this.file)
      : onMachine(this.file, this.#machine);
    const [first, ...rest] = [...by, program, ...args];
    this.#program = new Program(first, rest, this.#env);
  }

  /** Starts it and waits until it is ready. */
  async start(by: readonly string[] = []): Promise<this> {
    this.spawn(by);
    await until(`${this.name} is ready`, async () => {
      if (this.ended) throw new Error(`${this.name} ended:\n${this.log}`);
      // Whether its certificate is good is not the question here.
      if (this.#tls !== null) return this.log.includes('"kind":"ready"');
      return await isReady(this.url);
    });
    return this;
  }

  /** As a power cut does, but for what the kernel still writes. */
  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    await this.#program?.kill(signal);
  }

  /** Asks its API, with its token. */
  ask(path: string, body?: unknown): Promise<unknown> {
    return askNode(this.config, path, body);
  }

  /** A request as a program or a browser sends it. */
  async fetch(
    path: string,
    init: RequestInit & { readonly token?: boolean } = {},
  ): Promise<Response> {
    const { token = true, ...rest } = init;
    const headers = new Headers(rest.headers);
    if (token) headers.set("authorization", `Bearer ${readToken(this.dataDir)}`);
    const url = new URL(path, this.url);
    if (this.#tls === null) return await fetch(url, { ...rest, headers });
    using client = Deno.createHttpClient({ caCerts: [Deno.readTextFileSync(this.#tls.ca)] });
    const answer = await fetch(url, { ...rest, headers, client });
    return new Response(await answer.bytes(), answer);
  }

  /** A page of the console, as a browser with this language gets it. */
  async page(path: string, language: "zh" | "en"): Promise<string> {
    const headers = { accept: "text/html", cookie: `language=${language}` };
    const answer = await this.fetch(path, { headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return text;
  }

  /** This life of it, as its own entries name it. */
  async origin(): Promise<string> {
    return z.object({ origin: z.string() }).parse(await this.ask("/api/status")).origin;
  }

  /** Runs a command of the program with this node's configuration. */
  async run(...command: readonly string[]): Promise<{ code: number; printed: string }> {
    const [program, args] = testedProgram(...command, "-c", this.file);
    const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
    const printed = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    return { code, printed };
  }

  async positions(): Promise<HeldPosition[]> {
    return positionsSchema.parse(await this.ask("/api/positions"));
  }

  /** Positions of one node's entries, of all its lives: `origin stream seq hash`, sorted. */
  async positionsOf(node: string): Promise<string[]> {
    return (await this.positions())
      .filter(({ origin }) => origin.startsWith(`${node}.`))
      .map(({ origin, stream, seq, hash }) => `${origin} ${stream} ${seq} ${hash}`)
      .sort();
  }

  /** All entries held of one node's stream, over all its lives. */
  async entriesOf(node: string, stream: string): Promise<HeldEntry[]> {
    const limit = 10_000;
    const entries: HeldEntry[] = [];
    for (const position of await this.positions()) {
      if (!position.origin.startsWith(`${node}.`) || position.stream !== stream) continue;
      for (let after = 0; after < position.seq; after += limit) {
        const query = new URLSearchParams({
          origin: position.origin,
          stream,
          after: String(after),
          limit: String(limit),
        });
        const text = await (await this.fetch(`/api/entries?${query}`)).text();
        const lines = text.split("\n").filter((line) => line !== "");
        entries.push(...lines.map((line) => entrySchema.parse(JSON.parse(line))));
      }
    }
    return entries;
  }

  /** A counter or gauge of `/metrics`, summed over the labels that contain all of `labels`. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const text = await (await this.fetch("/metrics")).text();
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return text.split("\n")
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** The program as it runs on another machine. */
function onMachine(file: string, machine: string): CommandLine {
  const path = (name: string) => new URL(name, import.meta.url).pathname;
  const runtime = ["run", "-A", "-q", "--config", path("../deno.json")];
  return [Deno.execPath(), [...runtime, path("./fixture_other_machine.ts"), file, machine]];
}

/** Two centres that run and know each other; `more` is in the configuration of both. */
export async function startCentres(
  folder: string,
  more: object = {},
): Promise<readonly [NodeProcess, NodeProcess]> {
  const [portA, portB] = [freePort(), freePort()];
  const county = (name: string, port: number, other: string, otherPort: number) => {
    const peer = { node: other, url: `http://127.0.0.1:${otherPort}` };
    return new NodeProcess(folder, { name, role: "county", port, more: { peer, ...more } });
  };
  const a = county("county-a", portA, "county-b", portB);
  const b = county("county-b", portB, "county-a", portA);
  await Promise.all([a.start(), b.start()]);
  await enrol(a, b);
  return [a, b];
}

/** The `counties` of a site's configuration. */
export function centresFor(counties: readonly NodeProcess[]) {
  return counties.map(({ name, url }) => ({ node: name, url }));
}

/** Makes a node known to the county, with a one-time code as a technician would. */
export async function enrol(county: NodeProcess, node: NodeProcess): Promise<void> {
  const { node: name, role } = node.config;
  const answer = await county.ask("/api/invitations", { node: name, role });
  await enrollNode(node.config, invitationSchema.parse(answer).code);
}
