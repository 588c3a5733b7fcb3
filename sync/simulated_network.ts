/** The network of a simulation: it delays, loses, repeats, cuts short and partitions. */
import {
  decodePositionsTold,
  decodePulled,
  decodeRunAnswers,
  type PositionsTold,
  type Pulled,
  type RunAnswer,
} from "./answers.ts";
import { type Desk, openDesk, type ReceivingEnd } from "./desk.ts";
import { MEMBER_ROUTES } from "./member_routes.ts";
import { OctetsError } from "./octets.ts";
import { type Peer, PeerError } from "./peer.ts";
import {
  encodePositionsAsked,
  encodePullAsked,
  type PositionsAsked,
  type PullAsked,
} from "./questions.ts";
import type { SignedRun } from "./run.ts";
import { JournalUnwritable } from "./journal_health.ts";
import { DiskError } from "./simulated_disk.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import { encodeBatch } from "./wire.ts";

/** All that one node asks of another. */
export type SimulatedPeer = Pick<
  Peer,
  "node" | "positions" | "ship" | "pull" | "sentBytes" | "receivedBytes"
>;

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

/** Bytes that HTTP puts around each body, with its signature. */
const ENVELOPE_BYTES = 600;

export const CALM: NetworkFaults = { lose: 0, repeat: 0, truncate: 0, delayMaxMs: 20 };

export class SimulatedNetwork {
  readonly #time: SimulatedTime;
  readonly #random: () => number;
  readonly #desks = new Map<string, Desk>();
  /** Directions that nothing passes: `from to`. */
  readonly #cuts = new Set<string>();
  faults: NetworkFaults = CALM;
  /** What the line of each node carries in each direction; what waits for it goes in order. */
  bytesPerMs = Infinity;
  /** What an end works on a request, milliseconds. */
  workMs = 0;
  readonly #takenToMs = new Map<string, number>();
  /** Bytes that each node has sent. */
  readonly sent = new Map<string, number>();

  constructor(time: SimulatedTime, random: () => number) {
    this.#time = time;
    this.#random = random;
  }

  listen(end: ReceivingEnd): void {
    this.#desks.set(end.node, openDesk(end));
  }

  hangUp(node: string): void {
    this.#desks.delete(node);
  }

  cut(from: string, to: string): void {
    this.#cuts.add(`${from} ${to}`);
  }

  mend(): void {
    this.#cuts.clear();
  }

  /** What `from` has to speak to `to`, until the signal aborts. */
  peer(from: string, to: string, signal: AbortSignal): SimulatedPeer {
    const post = async (path: string, body: Uint8Array, waitMs = 0) => {
      const answer = await this.#post(from, to, path, body, signal, waitMs);
      peer.sentBytes += body.length;
      peer.receivedBytes += answer.length;
      return answer;
    };
    const peer = {
      node: to,
      sentBytes: 0,
      receivedBytes: 0,
      async positions(asked: PositionsAsked): Promise<PositionsTold> {
        return decodePositionsTold(await post("/sync/positions", encodePositionsAsked(asked)));
      },
      async ship(runs: readonly SignedRun[]): Promise<RunAnswer[]> {
        return decodeRunAnswers(await post("/sync/entries", encodeBatch(runs)));
      },
      async pull(asked: PullAsked): Promise<Pulled> {
        return decodePulled(await post("/sync/pull", encodePullAsked(asked), asked.waitMs));
      },
    };
    return peer;
  }

  async #post(
    from: string,
    to: string,
    path: string,
    body: Uint8Array,
    signal: AbortSignal,
    waitMs: number,
  ): Promise<Uint8Array> {
    const { lose, repeat, truncate } = this.faults;
    if (this.#chance(repeat)) this.#repeatLater(from, to, path, body);
    const sent = this.#chance(truncate)
      ? body.slice(0, Math.floor(this.#random() * body.length))
      : body;
    await this.#pass(`${from} up`, from, sent.length, signal);
    await this.#travel(signal);
    if (this.#chance(lose) || this.#cuts.has(`${from} ${to}`)) await this.#silence(signal);
    // Who dies in the middle of it never answers.
    const answer = await Promise.race([
      this.#deliver(from, to, path, sent),
      this.#silence(signal, waitMs),
    ]);
    await this.#pass(`${from} down`, to, answer.length, signal);
    await this.#travel(signal);
    if (this.#chance(lose) || this.#cuts.has(`${to} ${from}`)) await this.#silence(signal);
    return answer;
  }

  async #deliver(
    from: string,
    to: string,
    path: string,
    body: Uint8Array,
  ): Promise<Uint8Array> {
    const desk = this.#desks.get(to);
    const route = MEMBER_ROUTES.get(path);
    if (desk === undefined || route === undefined) throw new PeerError("connection refused");
    const admitted = desk.admission.enter(body.length);
    if (admitted.kind === "busy") {
      const { retryAfterMs } = admitted;
      throw new PeerError("busy", { retryAfterMs });
    }
    if (path === "/sync/pull") admitted.leave();
    try {
      if (this.workMs > 0) await this.#time.pause(this.workMs, desk.signal);
      const answer = await route(desk, { node: from, remote: null }, body);
      if (this.#desks.get(to) !== desk) throw new PeerError("connection reset");
      if (answer.status !== 200) throw new PeerError(new TextDecoder().decode(answer.body));
      return answer.body;
    } catch (error) {
      const expected = error instanceof OctetsError || error instanceof DiskError ||
        error instanceof JournalUnwritable;
      throw expected ? new PeerError(error.message) : error;
    } finally {
      admitted.leave();
    }
  }

  #repeatLater(from: string, to: string, path: string, body: Uint8Array): void {
    this.#time.after(this.#random() * 60_000, () => {
      this.#deliver(from, to, path, body).catch((error) => {
        if (!(error instanceof PeerError)) throw error;
      });
    });
  }

  /** Bytes go through the line behind those that were there before. */
  async #pass(line: string, sender: string, length: number, signal: AbortSignal): Promise<void> {
    const bytes = length + ENVELOPE_BYTES;
    this.sent.set(sender, (this.sent.get(sender) ?? 0) + bytes);
    if (this.bytesPerMs === Infinity) return;
    const nowMs = this.#time.nowMs();
    const toMs = Math.max(nowMs, this.#takenToMs.get(line) ?? 0) + bytes / this.bytesPerMs;
    this.#takenToMs.set(line, toMs);
    await this.#time.pause(toMs - nowMs, signal);
  }

  #travel(signal: AbortSignal): Promise<void> {
    return this.#time.pause(1 + this.#random() * this.faults.delayMaxMs, signal);
  }

  async #silence(signal: AbortSignal, waitMs = 0): Promise<never> {
    await this.#time.pause(SILENCE_MS + waitMs, signal);
    throw new PeerError("no answer");
  }

  #chance(of: number): boolean {
    return of > 0 && this.#random() < of;
  }
}
