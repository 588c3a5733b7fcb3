/** Fifty pharmacists at one queue, in processes that are killed while they work. */
import { range, until } from "../../../sync/fixtures.ts";
import { pause } from "../../../sync/timer.ts";
import { waitPolicy } from "../life/queue_order.ts";
import { AWAY_MS } from "./away_watch.ts";
import { openPlace, type Place, type Task } from "./fixture_pharmacists.ts";
import { item } from "./fixture_queue.ts";
import { type Tally, TrialLog } from "./fixture_trial_log.ts";
import { ReviewQueue } from "./review_queue.ts";

export interface TrialSize {
  readonly prescriptions: number;
  readonly kills: number;
  /** Processes at one time; a libsql file has one. */
  readonly processes: number;
}

export interface TrialResult extends Tally {
  readonly kills: number;
  /** Of the kills: claims that were in the hands of the dead, and those they were deciding. */
  readonly inDeadHands: number;
  readonly halfDecided: number;
  readonly lost: number;
}

const PHARMACISTS = 50;
const ROOT = new URL("../../../", import.meta.url).pathname;
const PROGRAM = new URL("./fixture_pharmacists.ts", import.meta.url).pathname;
/** Far over what ten thousand take on a machine that does other things as well. */
const WITHIN_MS = 1_800_000;
/** Within so long all fifty take, decide and let go: a kill meets any of it. */
const INSTANT_MS = 200;

class Worker {
  readonly task: Task;
  readonly #child: Deno.ChildProcess;
  ended = false;

  constructor(task: Task) {
    this.task = task;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", PROGRAM, JSON.stringify(task)],
      cwd: ROOT,
      stdin: "null",
    }).spawn();
    const end = () => this.ended = true;
    this.#child.status.then(end, end);
  }

  async kill(): Promise<void> {
    if (!this.ended) this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

export class Trial implements AsyncDisposable {
  readonly #place: Place;
  readonly #size: TrialSize;
  #workers: Worker[] = [];
  #started = 0;
  #nowMs = 0;
  #inDeadHands = 0;
  #halfDecided = 0;

  constructor(place: Place, size: TrialSize) {
    this.#place = place;
    this.#size = size;
  }

  async run(): Promise<TrialResult> {
    const { prescriptions, kills, processes } = this.#size;
    await this.#with(async (queue, log) => {
      await log.create();
      await queue.offer(range(1, prescriptions).map((n) => item(`rx-${n}`)));
    });
    for (const n of range(1, processes)) this.#start(this.#holdersOf(n));
    for (const n of range(1, kills)) {
      await this.#decided(Math.floor((prescriptions * n) / (kills + 1)));
      await pause(Math.random() * INSTANT_MS, new AbortController().signal);
      await this.#killOne((n - 1) % processes);
    }
    await this.#decided(prescriptions);
    for (const worker of this.#workers) await worker.kill();
    const [tally, waiting] = await this.#with(async (queue, log) => {
      await queue.expire(this.#nowMs);
      await queue.expire(this.#nowMs + AWAY_MS);
      const { waiting } = await queue.workload(0, waitPolicy.parse({}));
      return [await log.tally(), waiting];
    });
    const lost = Math.max(prescriptions - tally.decided, waiting);
    const [inDeadHands, halfDecided] = [this.#inDeadHands, this.#halfDecided];
    return { ...tally, kills, inDeadHands, halfDecided, lost };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) await worker.kill();
  }

  /** As a node has it that only looks on: opened for a moment, since others write. */
  async #with<T>(work: (queue: ReviewQueue, log: TrialLog) => Promise<T>): Promise<T> {
    await using sql = await openPlace(this.#place);
    const log = new TrialLog(sql);
    const isDecided = log.has.bind(log);
    return await work(await ReviewQueue.open(sql, { decidedFence: 0, isDecided }), log);
  }

  #holdersOf(process: number): string[] {
    const count = PHARMACISTS / this.#size.processes;
    return range(1, count).map((n) => `p-${process}-${n}`);
  }

  #start(holders: readonly string[]): Worker {
    const worker = `w-${++this.#started}`;
    const started = new Worker({ place: this.#place, worker, holders: [...holders] });
    this.#workers.push(started);
    return started;
  }

  async #decided(count: number): Promise<void> {
    await this.#with(async (_queue, log) => {
      await until(`${count} are decided`, async () => {
        const ended = this.#workers.find((worker) => worker.ended);
        if (ended !== undefined) throw new Error(`${ended.task.worker} ended by itself`);
        return (await log.tally()).decided >= count;
      }, WITHIN_MS);
    });
  }

  /**
   * On a shared store others go on, and what the dead had comes back to them after 60 s; where
   * there is no other, the same people come back and find what they had.
   */
  async #killOne(index: number): Promise<void> {
    const [worker] = this.#workers.splice(index, 1);
    await worker.kill();
    await this.#with(async (queue, log) => {
      await log.isDead(worker.task.worker);
      const dead = (await queue.list(500)).filter(({ holder }) =>
        holder !== null && worker.task.holders.includes(holder)
      );
      this.#inDeadHands += dead.length;
      this.#halfDecided += dead.filter(({ state }) => state === "deciding").length;
      if (this.#size.processes > 1) await this.#expire(queue);
    });
    const isShared = this.#size.processes > 1;
    const { holders } = worker.task;
    this.#start(isShared ? this.#holdersOf(this.#size.processes + this.#started) : holders);
  }

  /** The 60 s pass once all who live were heard of. */
  async #expire(queue: ReviewQueue): Promise<void> {
    await queue.expire(this.#nowMs);
    await using sql = await openPlace(this.#place);
    const living = this.#workers.flatMap(({ task }) => task.holders);
    const beats = async () => {
      const rows = await sql.rows("SELECT holder, beat FROM reviewholders");
      return new Map(rows.map((row) => [row.text("holder"), row.number("beat")]));
    };
    const before = await beats();
    await until("all who live were heard of", async () => {
      const now = await beats();
      return living.every((holder) => (now.get(holder) ?? 0) > (before.get(holder) ?? 0));
    }, WITHIN_MS);
    this.#nowMs += AWAY_MS;
    await queue.expire(this.#nowMs);
  }
}
