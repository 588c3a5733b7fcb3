/** The demo's nodes: processes of their own, started anew when they die, as systemd would. */
import { pause } from "../../sync/timer.ts";
import { ourProgram } from "../program.ts";
import { isReady } from "../readiness.ts";
import type { NodePlan } from "./plan.ts";

export interface ChildParts {
  readonly print: (text: string) => void;
  /** Where what a node logs is kept. */
  readonly logFile: string;
  /** The demo stops: nodes end then, by its word or by the same Ctrl-C, and stay so. */
  readonly signal: AbortSignal;
}

/** A node that dies comes back after so long, as with the service's own unit. */
const RESTART_MS = 500;
/** How often a node that starts is asked whether it is ready. */
const LOOK_MS = 20;
/** A node that was told to stop has so long to do it. */
const STOP_MS = 10_000;

export class ChildNode implements AsyncDisposable {
  readonly plan: NodePlan;
  readonly #parts: ChildParts;
  #child: Deno.ChildProcess;
  readonly #running: Promise<void>;
  readonly #stop = new AbortController();

  constructor(plan: NodePlan, parts: ChildParts) {
    this.plan = plan;
    this.#parts = parts;
    this.#child = this.#start();
    this.#running = this.#watch();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves when the node answers that it is ready. */
  async ready(): Promise<void> {
    const { signal } = this.#parts;
    const url = `http://127.0.0.1:${this.plan.port}`;
    while (!signal.aborted && !await isReady(url, signal)) await pause(LOOK_MS, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const kill = (signal: Deno.Signal) => {
      try {
        this.#child.kill(signal);
      } catch {
        // It is gone already.
      }
    };
    kill("SIGTERM");
    const timer = setTimeout(() => kill("SIGKILL"), STOP_MS);
    await this.#running;
    clearTimeout(timer);
  }

  #start(): Deno.ChildProcess {
    const [program, args] = ourProgram("run", "-c", this.plan.config);
    const child = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    keep(child.stderr, this.#parts.logFile).catch((error) =>
      this.#parts.print(`! The log of ${this.plan.name} is not kept: ${error}`)
    );
    return child;
  }

  async #watch(): Promise<void> {
    const stopped = AbortSignal.any([this.#stop.signal, this.#parts.signal]);
    for (;;) {
      const { code, signal } = await this.#child.status;
      // Said once it is so: a Ctrl-C that reached the node may not have reached us yet.
      await pause(RESTART_MS, stopped);
      if (stopped.aborted) return;
      const how = signal === null ? `exit code ${code}` : signal;
      this.#parts.print(`! ${this.plan.name} ended (${how}) and is started anew`);
      this.#child = this.#start();
    }
  }
}

/** What comes is in the file at once: somebody may be looking. */
async function keep(chunks: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  using file = Deno.openSync(path, { create: true, append: true });
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
  }
}
