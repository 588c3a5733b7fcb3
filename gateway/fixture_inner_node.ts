/** A node in this process, with all its doors, for tests of what stands behind them. */
import { until } from "../sync/fixtures.ts";
import { type Composition, runNode } from "./commands/run.ts";
import type { Config } from "./config.ts";
import { readToken } from "./keystore.ts";

export class InnerNode implements AsyncDisposable {
  readonly #config: Config;
  readonly #stop: AbortController;
  readonly #running: Promise<void>;

  private constructor(config: Config, stop: AbortController, running: Promise<void>) {
    [this.#config, this.#stop, this.#running] = [config, stop, running];
  }

  /** Resolves when it is ready. */
  static async start(config: Config, composition: Composition = {}): Promise<InnerNode> {
    const stop = new AbortController();
    let isReady = false;
    const log = ({ kind }: { readonly kind: string }) => void (isReady ||= kind === "ready");
    const running = runNode(config, log, stop.signal, composition);
    await Promise.race([running, until("it is ready", () => isReady)]);
    return new InnerNode(config, stop, running);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#config.http.port}`;
  }

  /** As the local command asks: whoever runs it is no person. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return this.fetchAs(readToken(this.#config.dataDir), path, init);
  }

  /** As a program with this token asks. */
  fetchAs(token: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(`${this.url}${path}`, { ...init, headers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
