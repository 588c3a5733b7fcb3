/**
 * Pulls from one centre: what it has for this node, and what this disk has lost. A site asks each
 * of its centres, so that what one wrote arrives through the other; a run that comes twice is
 * stored once.
 */
import type { Pulled } from "./answers.ts";
import { backoffMs } from "./backoff.ts";
import type { Stamp } from "./entry.ts";
import { tellGap } from "./gaps.ts";
import type { Journal } from "./journal.ts";
import type { SignedRunWithKey } from "./journal_core.ts";
import { type LifeRange, LifeSums, livesByNode } from "./life_sums.ts";
import { parseOrigin } from "./origin.ts";
import { type Peer, PeerError } from "./peer.ts";
import type { PullAsked } from "./questions.ts";
import type { Reception } from "./reception.ts";
import type { SignedRun } from "./run.ts";
import type { Timer } from "./timer.ts";
import type { Want, Wants } from "./wants.ts";

export interface PullOptions {
  readonly journal: Journal;
  readonly peer: Pick<Peer, "node" | "pull">;
  /** The stream that counties write for this node; `null` where there is none. */
  readonly follow: string | null;
  readonly wants: Wants;
  /**
   * Resolves when there is no reason to believe that the peer is away, as its link knows: a dead
   * destination has one probe, which is the link's (rule T9). Without one it is always asked.
   */
  readonly reachable?: (signal: AbortSignal) => Promise<void>;
  /** All keys that a node has ever had, and what it is; `undefined`: not known. */
  readonly member: (node: string) => { role: string; publicKeys: readonly string[] } | undefined;
  readonly stamp: () => Stamp;
  readonly timer: Timer;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: PullEvent) => void;
}

export type PullEvent =
  | { readonly kind: "pulled"; readonly from: string; readonly entries: number }
  | {
    readonly kind: "pull-refused";
    readonly from: string;
    readonly origin: string;
    readonly stream: string;
    readonly reason: string;
  }
  | { readonly kind: "pull-failed"; readonly from: string; readonly reason: string };

/** A question waits so long for something to come. */
const WAIT_MS = 25_000;

export class Pull {
  readonly #options: PullOptions;
  readonly #sums: LifeSums;
  #attempts = 0;
  /** The peer holds other lives that are over than this node: each is named once. */
  #namesAll = false;

  constructor(options: PullOptions) {
    this.#options = options;
    this.#sums = new LifeSums(options.journal.hashName);
  }

  /** Pulls until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { timer, random, onEvent, peer } = this.#options;
    while (!signal.aborted) {
      await this.#options.reachable?.(signal);
      try {
        await this.#once(signal);
        this.#attempts = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof PeerError)) throw error;
        if (this.#attempts++ === 0) {
          onEvent({ kind: "pull-failed", from: peer.node, reason: error.message });
        }
        await timer.pause(backoffMs(this.#attempts, random()), signal);
      }
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    const { journal, peer, follow, wants } = this.#options;
    const wanted = wants.of(peer.node);
    if (follow === null && wanted.length === 0) return await wants.more(signal);
    const { ranges, places } = this.#held();
    this.#namesAll = false;
    const asked: PullAsked = {
      self: journal.origin,
      follow,
      waitMs: wanted.length === 0 ? WAIT_MS : 0,
      ranges,
      places: [
        ...places,
        ...wanted.map(({ origin, stream, after }) => ({ origin, stream, after })),
      ],
    };
    const pulled = await this.#interrupted(asked, wanted.length === 0, signal);
    if (pulled === null) return;
    if (!pulled.agreed) {
      this.#namesAll = true;
      return;
    }
    const { runs } = pulled;
    const took = await this.#take(runs, wanted);
    await this.#account(wanted);
    if (runs.length > 0 && took === 0) {
      throw new PeerError(`Nothing that "${peer.node}" gave could be stored`);
    }
  }

  /** What is here of the stream that it follows: lives that are over are told by their sum. */
  #held(): Pick<PullAsked, "ranges" | "places"> {
    const { journal, follow } = this.#options;
    const held = journal.positions().filter(({ stream }) => stream === follow);
    const ranges: LifeRange[] = [];
    const over = new Set<string>();
    for (const lives of this.#namesAll ? [] : livesByNode(held).values()) {
      const row = lives.filter(({ life }) => life < lives[lives.length - 1].life);
      if (row.length > 0) ranges.push(this.#sums.range(row, follow ?? ""));
      for (const { origin } of row) over.add(origin);
    }
    const places = held.filter(({ origin }) => !over.has(origin))
      .map(({ origin, stream, seq }) => ({ origin, stream, after: seq }));
    return { ranges, places };
  }

  /** What was answered; `null` where something that was lost turned out to be wanted meanwhile. */
  async #interrupted(
    asked: PullAsked,
    mayBe: boolean,
    signal: AbortSignal,
  ): Promise<Pulled | null> {
    const { peer, wants } = this.#options;
    if (!mayBe) return await peer.pull(asked, signal);
    const other = new AbortController();
    const either = AbortSignal.any([signal, other.signal]);
    let wanted = false;
    wants.more(other.signal).then(() => {
      wanted = !other.signal.aborted;
      other.abort();
    });
    try {
      return await peer.pull(asked, either);
    } catch (error) {
      if (wanted) return null;
      throw error;
    } finally {
      other.abort();
    }
  }

  /** Stores what may be stored; returns how many entries are new. */
  async #take(runs: readonly SignedRun[], wanted: readonly Want[]): Promise<number> {
    const { peer, onEvent } = this.#options;
    const taken = runs.flatMap((run) => {
      const publicKeys = this.#keys(run, wanted);
      return publicKeys === null ? [] : [{ run, publicKeys }];
    });
    const receptions = await this.#store(taken);
    let entries = 0;
    for (const [index, reception] of receptions.entries()) {
      const { run } = taken[index];
      if (reception.kind === "stored") {
        entries += run.last - run.first + 1;
        continue;
      }
      const { origin, stream } = run;
      const reason = reception.kind === "altered"
        ? reception.reason
        : `${reception.kind} at ${reception.seq}`;
      onEvent({ kind: "pull-refused", from: peer.node, origin, stream, reason });
    }
    if (entries > 0) onEvent({ kind: "pulled", from: peer.node, entries });
    return entries;
  }

  /** What a full or failing disk does not take now is asked for again. */
  async #store(taken: readonly SignedRunWithKey[]): Promise<Reception[]> {
    const { journal, peer } = this.#options;
    try {
      for (const { run, publicKeys } of taken) await tellGap(this.#options, run, publicKeys);
      return await journal.receive(taken);
    } catch (cause) {
      throw new PeerError(`Cannot store what "${peer.node}" gave`, { cause });
    }
  }

  /** Whose keys to check a run with; `null` where it was not asked for. */
  #keys({ origin, stream }: SignedRun, wanted: readonly Want[]): readonly string[] | null {
    const { journal, follow, member } = this.#options;
    const node = parseOrigin(origin)?.node;
    if (node === undefined || origin === journal.origin) return null;
    const known = member(node);
    if (known === undefined) return null;
    const isWanted = wanted.some((want) => want.origin === origin && want.stream === stream);
    return isWanted || (stream === follow && known.role === "county") ? known.publicKeys : null;
  }

  /** Looks how far what was wanted is here now. */
  async #account(wanted: readonly Want[]): Promise<void> {
    const { journal, peer, wants } = this.#options;
    for (const want of wanted) {
      const { origin, stream, after, last } = want;
      let seq = after;
      while (seq < last) {
        const found = await journal.read(origin, stream, seq, {
          entriesMax: 1000,
          bytesMax: 1 << 20,
        });
        if (found.kind !== "run") break;
        seq = found.run.last;
      }
      if (seq > after) wants.filledTo(want, seq);
      else wants.hasNot(peer.node, want);
    }
  }
}
