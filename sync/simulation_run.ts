/**
 * `deno task test:long:simulation [SEEDS] [FROM] [SITES] [SECONDS]`: so many seeds, one after the
 * other from the given one, on all cores. Ends with 1 when a promise was broken, and with the line
 * that shows the lowest such seed again.
 */
import type { SimulationResult } from "./simulation.ts";
import type { SimulationMethods } from "./simulation_worker.ts";
import { WorkerCalls } from "./worker_calls.ts";

const TASK = "deno task test:long:simulation";
/** As the test command has it, so that a seed says the same here and there. */
const [SEEDS = 10_000, FROM = 1, SITES = 2, SECONDS = 60] = Deno.args.map(Number);
const PROGRESS_MS = 10_000;
/** Enough failures to see whether they are of one kind. */
const FAILURES_MAX = 5;
/** The one figure of a result that does not add up. */
const LONGEST: keyof SimulationResult = "healedSeconds";

interface Failure {
  readonly seed: number;
  readonly message: string;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Runs seeds until none is left or too many failed. */
class Runner {
  readonly #startedMs = performance.now();
  readonly #failures: Failure[] = [];
  /** What all runs did together, by the name that a result has for it. */
  readonly #total = new Map<string, number>();
  #next = FROM;
  #done = 0;

  /** One thread; a thread that dies is the failure of its seed, and another takes its place. */
  async shard(): Promise<void> {
    while (this.#hasNext()) {
      let alive = true;
      const url = new URL("./simulation_worker.ts", import.meta.url);
      const thread = new WorkerCalls<SimulationMethods>(url, { onEnd: () => alive = false });
      while (alive && this.#hasNext()) await this.#run(thread, this.#next++);
      thread.terminate();
    }
  }

  #hasNext(): boolean {
    return this.#next < FROM + SEEDS && this.#failures.length < FAILURES_MAX;
  }

  async #run(thread: WorkerCalls<SimulationMethods>, seed: number): Promise<void> {
    try {
      this.#add(await thread.call("run", [{ seed, sites: SITES, seconds: SECONDS }]));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#failures.push({ seed, message });
      print(`FAILED seed ${seed}: ${message}`);
    }
    this.#done++;
  }

  #add(result: SimulationResult): void {
    for (const [what, count] of Object.entries(result)) {
      const before = this.#total.get(what) ?? 0;
      this.#total.set(what, what === LONGEST ? Math.max(before, count) : before + count);
    }
  }

  /** What was done so far, in one line. */
  progress(): string {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const rate = this.#done / seconds;
    const left = Math.round((SEEDS - this.#done) / rate);
    return `${this.#done} of ${SEEDS} seeds, ${this.#failures.length} failed, ` +
      `${rate.toFixed(1)} a second, ${left} s left`;
  }

  /** Prints what came out; whether no promise was broken. */
  report(): boolean {
    print(this.progress());
    for (const [what, count] of this.#total) {
      print(`${what}${what === LONGEST ? " (the longest)" : ""}: ${Math.round(count)}`);
    }
    const [first] = this.#failures.toSorted((a, b) => a.seed - b.seed);
    if (first === undefined) return true;
    print(`The lowest seed that failed, again: ${TASK} 1 ${first.seed} ${SITES} ${SECONDS}`);
    return false;
  }
}

const runner = new Runner();
const telling = setInterval(() => print(runner.progress()), PROGRESS_MS);
await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, () => runner.shard()));
clearInterval(telling);
Deno.exit(runner.report() ? 0 : 1);
