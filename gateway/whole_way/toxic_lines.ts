/** Lines that go bad on demand: connections through a Toxiproxy server of our own, on loopback. */
import { join } from "node:path";
import {
  type Proxy,
  type ToxicAttributeTypes,
  type ToxicType,
  Toxiproxy,
} from "toxiproxy-node-client";
import { freePort, listening, Program } from "../../drivers/fixtures.ts";

/** Where `ops/setup.ts` builds it. */
const SERVER = join(Deno.env.get("HOME") ?? "/root", ".cache", "tributary", "toxiproxy-server");

/** Toward whoever listens, or back from it. */
export type Direction = "upstream" | "downstream";

/** The server, and the lines that go through it. */
export class ToxicLines implements AsyncDisposable {
  readonly #server: Program;
  readonly #api: Toxiproxy;

  private constructor(server: Program, port: number) {
    this.#server = server;
    this.#api = new Toxiproxy(`http://127.0.0.1:${port}`);
  }

  static async start(): Promise<ToxicLines> {
    try {
      Deno.statSync(SERVER);
    } catch {
      throw new Error(`"toxiproxy-server" is missing: deno run -A ops/setup.ts`);
    }
    const port = freePort();
    const args = ["-host", "127.0.0.1", "-port", String(port)];
    const server = new Program(SERVER, args, { LOG_LEVEL: "info" });
    await listening(port);
    return new ToxicLines(server, port);
  }

  /** A line to this port, good for now. */
  async to(name: string, port: number): Promise<ToxicLine> {
    const [listen, upstream] = [freePort(), port].map((one) => `127.0.0.1:${one}`);
    return new ToxicLine(await this.#api.createProxy({ name, listen, upstream }), this.#server);
  }

  /** All lines are good again. */
  async mend(): Promise<void> {
    await this.#api.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.kill();
  }
}

export class ToxicLine {
  readonly #proxy: Proxy;
  readonly #server: Program;

  constructor(proxy: Proxy, server: Program) {
    this.#proxy = proxy;
    this.#server = server;
  }

  /** Where one connects to have this line. */
  get url(): string {
    return `http://${this.#proxy.listen}`;
  }

  /** Connections that were made over it so far. */
  get connections(): number {
    return this.#server.output.split("\n")
      .filter((line) => line.includes(`"name":"${this.#proxy.name}"`))
      .filter((line) => line.includes("Accepted client")).length;
  }

  /** Ends what is connected, and refuses whoever connects. */
  cut(): Promise<void> {
    return this.#enable(false);
  }

  join(): Promise<void> {
    return this.#enable(true);
  }

  async #enable(enabled: boolean): Promise<void> {
    const { listen, upstream } = this.#proxy;
    await this.#proxy.update({ listen, upstream, enabled });
  }

  /** What Toxiproxy can do; its documentation says what the attributes are. */
  async poison(
    type: ToxicType,
    attributes: ToxicAttributeTypes,
    ...streams: readonly Direction[]
  ): Promise<void> {
    for (const stream of streams) {
      const name = `${type} ${stream}`;
      await this.#proxy.addToxic({ name, type, stream, toxicity: 1, attributes });
    }
  }
}
