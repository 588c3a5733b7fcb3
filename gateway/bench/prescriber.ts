/**
 * Sends prescriptions over HTTP/1.1 connections that stay open, written byte by byte so that it
 * costs little beside what it measures. Takes a {@link PrescriberLoad} as JSON in its argument,
 * prints a {@link PrescriberResult}.
 */
import * as z from "zod";
import { type Expected, mixedPrescription } from "../demo/prescription_mix.ts";
import { HttpConnection } from "./http_connection.ts";

const load = z.object({
  /** Names the prescriptions: `RUN-INDEX`. */
  run: z.string(),
  /** Path of the door, before `?site=`. */
  path: z.string(),
  /** Prescriptions of each site go to its centre. */
  sites: z.array(z.object({ site: z.string(), port: z.number(), token: z.string() })).min(1),
  /** Connections of each site where they wait for answers, else to each centre. */
  connections: z.number().int().min(1),
  /** Arrivals a second, whatever the answers do; `null`: each connection waits for its answer. */
  rate: z.number().nullable(),
  warmUpSeconds: z.number(),
  seconds: z.number(),
});
export type PrescriberLoad = z.infer<typeof load>;

export const prescriberResult = z.object({
  /** Answered within the measured time, a second. */
  rate: z.number(),
  /** From when it was due to the last byte of its answer. */
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** Sent in all, warm-up included. */
  sent: z.number(),
  /** The same of each site: its indexes are its place in the list, and every so many from there. */
  sentOf: z.array(z.number()),
  /** Indexes of those that were not answered by 201. */
  refused: z.array(z.number()),
  /** Answered with another outcome than their kind is to have. */
  unexpected: z.number(),
  /** Most that waited for a free connection at one time. */
  waitedMax: z.number(),
});
export type PrescriberResult = z.infer<typeof prescriberResult>;

interface Due {
  readonly index: number;
  readonly dueMs: number;
}

/** What the answers were, and how long they took. */
class Tally {
  readonly refused: number[] = [];
  readonly tookMs: number[] = [];
  unexpected = 0;

  note(index: number, answer: { readonly status: number; readonly text: string }, of: Expected) {
    if (answer.status !== 201) this.refused.push(index);
    // The floor has no outcome.
    else if (answer.text.includes('"outcome":') && !answer.text.includes(`"outcome":"${of}"`)) {
      this.unexpected++;
    }
  }
}

class Prescriber {
  readonly #load: PrescriberLoad;
  readonly #tally = new Tally();
  readonly #fromMs: number;
  readonly #untilMs: number;
  readonly #sentOf: number[];

  constructor(load: PrescriberLoad) {
    this.#load = load;
    this.#sentOf = load.sites.map(() => 0);
    this.#fromMs = performance.now() + load.warmUpSeconds * 1000;
    this.#untilMs = this.#fromMs + load.seconds * 1000;
  }

  async run(): Promise<PrescriberResult> {
    const { rate } = this.#load;
    const waitedMax = rate === null ? await this.#closed() : await this.#open(rate);
    const { tookMs, refused, unexpected } = this.#tally;
    const sorted = Float64Array.from(tookMs).sort();
    const at = (share: number) => sorted.at(Math.floor((sorted.length - 1) * share)) ?? 0;
    return {
      rate: sorted.length / this.#load.seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      sent: this.#sentOf.reduce((sum, one) => sum + one, 0),
      sentOf: this.#sentOf,
      refused,
      unexpected,
      waitedMax,
    };
  }

  /** Each connection sends when its last answer has come. */
  async #closed(): Promise<number> {
    const { sites, connections } = this.#load;
    await Promise.all(Array.from({ length: connections * sites.length }, async (_, at) => {
      const place = at % sites.length;
      using connection = await HttpConnection.open(sites[place].port);
      while (performance.now() < this.#untilMs) {
        const index = this.#sentOf[place]++ * sites.length + place;
        await this.#send(connection, { index, dueMs: performance.now() });
      }
    }));
    return 0;
  }

  /** They arrive when they are due; whoever finds no connection free waits for one. */
  async #open(rate: number): Promise<number> {
    const ports = new Set(this.#load.sites.map(({ port }) => port));
    const lanes = await Promise.all([...ports].map((port) => this.#lane(port)));
    const laneOf = new Map(lanes.map((lane) => [lane.port, lane]));
    const beganMs = performance.now();
    let waitedMax = 0;
    let next = 0;
    while (performance.now() < this.#untilMs) {
      const nowMs = performance.now();
      for (; beganMs + next / rate * 1000 <= nowMs; next++) {
        const place = next % this.#load.sites.length;
        this.#sentOf[place]++;
        const due = { index: next, dueMs: beganMs + next / rate * 1000 };
        laneOf.get(this.#load.sites[place].port)?.push(due);
      }
      waitedMax = Math.max(waitedMax, ...lanes.map(({ waiting }) => waiting.length));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(lanes.map((lane) => lane.end()));
    return waitedMax;
  }

  async #lane(port: number) {
    const waiting: Due[] = [];
    const free: HttpConnection[] = [];
    const flying = new Set<Promise<void>>();
    for (let count = 0; count < this.#load.connections; count++) {
      free.push(await HttpConnection.open(port));
    }
    const go = () => {
      while (waiting.length > 0 && free.length > 0) {
        const [due, connection] = [waiting.shift(), free.pop()];
        if (due === undefined || connection === undefined) return;
        const flight = this.#send(connection, due).then(() => {
          flying.delete(flight);
          free.push(connection);
          go();
        });
        flying.add(flight);
      }
    };
    return {
      port,
      waiting,
      push: (due: Due) => {
        waiting.push(due);
        go();
      },
      end: async () => {
        while (flying.size > 0) await Promise.all(flying);
        for (const connection of free) connection[Symbol.dispose]();
      },
    };
  }

  async #send(connection: HttpConnection, { index, dueMs }: Due): Promise<void> {
    const { run, path, sites } = this.#load;
    const { text, expected } = mixedPrescription(run, index, Date.now());
    const { site, token } = sites[index % sites.length];
    const answer = await connection.post(`${path}?site=${site}`, token, text);
    const nowMs = performance.now();
    this.#tally.note(index, answer, expected);
    if (nowMs >= this.#fromMs && nowMs < this.#untilMs) this.#tally.tookMs.push(nowMs - dueMs);
  }
}

if (import.meta.main) {
  const result = await new Prescriber(load.parse(JSON.parse(Deno.args[0]))).run();
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
  Deno.exit(0);
}
