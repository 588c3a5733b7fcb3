/** The network of a simulation: it delays, loses, repeats, cuts short and partitions. */
import {
  decodePositionAnswers,
  decodeRunAnswers,
  encodePositionQuestions,
  type PositionAnswer,
  type PositionQuestion,
  type RunAnswer,
} from "./answers.ts";
import type { Shipper } from "./link.ts";
import { OctetsError } from "./octets.ts";
import { PeerError } from "./peer.ts";
import { MEMBER_ROUTES, type ReceivingEnd } from "./routes.ts";
import type { SignedRun } from "./run.ts";
import { DiskError } from "./simulated_segments.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import { encodeBatch } from "./wire.ts";

/** No answer for so long means that there is none. */
const SILENCE_MS = 30_000;

/** How likely each is for a message, in [0, 1). */
export interface NetworkFaults {
  readonly lose: number;
  /** The same request arrives again, later than what was sent after it. */
  readonly repeat: number;
  readonly truncate: number;
  readonly delayMaxMs: number;
}

export const CALM: NetworkFaults = { lose: 0, repeat: 0, truncate: 0, delayMaxMs: 20 };

export class SimulatedNetwork {
  readonly #time: SimulatedTime;
  readonly #random: () => number;
  readonly #ends = new Map<string, ReceivingEnd>();
  /** Directions that nothing passes: `from to`. */
  readonly #cuts = new Set<string>();
  faults: NetworkFaults = CALM;

  constructor(time: SimulatedTime, random: () => number) {
    this.#time = time;
    this.#random = random;
  }

  listen(end: ReceivingEnd): void {
    this.#ends.set(end.node, end);
  }

  hangUp(node: string): void {
    this.#ends.delete(node);
  }

  cut(from: string, to: string): void {
    this.#cuts.add(`${from} ${to}`);
  }

  mend(): void {
    this.#cuts.clear();
  }

  /** What `from` has to speak to `to`, until the signal aborts. */
  peer(from: string, to: string, signal: AbortSignal): Shipper {
    const post = (path: string, body: Uint8Array) => this.#post(from, to, path, body, signal);
    return {
      node: to,
      sentBytes: 0,
      receivedBytes: 0,
      async positions(questions: readonly PositionQuestion[]): Promise<PositionAnswer[]> {
        const body = await post("/sync/positions", encodePositionQuestions(questions));
        return decodePositionAnswers(body);
      },
      async ship(runs: readonly SignedRun[]): Promise<RunAnswer[]> {
        return decodeRunAnswers(await post("/sync/entries", encodeBatch(runs)));
      },
    };
  }

  async #post(
    from: string,
    to: string,
    path: string,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { lose, repeat, truncate } = this.faults;
    if (this.#chance(repeat)) this.#repeatLater(from, to, path, body);
    const sent = this.#chance(truncate)
      ? body.slice(0, Math.floor(this.#random() * body.length))
      : body;
    await this.#travel(signal);
    if (this.#chance(lose) || this.#cuts.has(`${from} ${to}`)) await this.#silence(signal);
    // Who dies in the middle of it never answers.
    const answer = await Promise.race([
      this.#deliver(from, to, path, sent),
      this.#silence(signal),
    ]);
    await this.#travel(signal);
    if (this.#chance(lose) || this.#cuts.has(`${to} ${from}`)) await this.#silence(signal);
    return answer;
  }

  async #deliver(from: string, to: string, path: string, body: Uint8Array): Promise<Uint8Array> {
    const end = this.#ends.get(to);
    const route = MEMBER_ROUTES.get(path);
    if (end === undefined || route === undefined) throw new PeerError("connection refused");
    try {
      const answer = await route(end, from, body);
      if (this.#ends.get(to) !== end) throw new PeerError("connection reset");
      return answer.body;
    } catch (error) {
      const expected = error instanceof OctetsError || error instanceof DiskError;
      throw expected ? new PeerError(error.message) : error;
    }
  }

  #repeatLater(from: string, to: string, path: string, body: Uint8Array): void {
    this.#time.after(this.#random() * 60_000, () => {
      this.#deliver(from, to, path, body).catch((error) => {
        if (!(error instanceof PeerError)) throw error;
      });
    });
  }

  #travel(signal: AbortSignal): Promise<void> {
    return this.#time.pause(1 + this.#random() * this.faults.delayMaxMs, signal);
  }

  async #silence(signal: AbortSignal): Promise<never> {
    await this.#time.pause(SILENCE_MS, signal);
    throw new PeerError("no answer");
  }

  #chance(of: number): boolean {
    return of > 0 && this.#random() < of;
  }
}
