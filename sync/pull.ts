/**
 * Pulls from one centre: what it has for this node, and what this disk has lost. A site asks each
 * of its centres, so that what one wrote arrives through the other; a run that comes twice is
 * stored once.
 */
import type { Pulled } from "./answers.ts";
import { backoffMs } from "./backoff.ts";
import { type BlockedStream, BlockedStreams } from "./blocked_streams.ts";
import type { Stamp } from "./entry.ts";
import { tellGap } from "./gaps.ts";
import type { Journal } from "./journal.ts";
import type { SignedRunWithKey } from "./journal_core.ts";
import { type LifeRange, LifeSums, livesByNode } from "./life_sums.ts";
import { nodeOf, parseOrigin } from "./origin.ts";
import { type Peer, PeerError } from "./peer.ts";
import { NOTHING_BEHIND, type PullAsked } from "./questions.ts";
import type { Reception } from "./reception.ts";
import type { SignedRun } from "./run.ts";
import { streamKey } from "./segments.ts";
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
/** Streams set aside: a centre may name any number of origins that there are not. */
const ASIDE_MAX = 1000;

/** What a question asked for; an answer counts as far as it answers that. */
interface Asked {
  readonly wanted: readonly Want[];
  /** Keys of the streams that were not asked for, since they are set aside. */
  readonly aside: ReadonlySet<string>;
}

/** What became of an answer. */
interface Taken {
  readonly entries: number;
  /** Runs that were asked for and are not asked for again at once, since that is remembered. */
  readonly refused: number;
}

export class Pull {
  readonly #options: PullOptions;
  readonly #sums: LifeSums;
  /** What this centre has for this node and this disk cannot store: it holds up nothing else. */
  readonly #blocked = new BlockedStreams();
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

  /** Streams that are not asked for at the moment, as none of what came could be stored. */
  get blocked(): readonly BlockedStream[] {
    return this.#blocked.list();
  }

  async #once(signal: AbortSignal): Promise<void> {
    const { journal, peer, follow, wants, timer } = this.#options;
    const wanted = wants.of(peer.node);
    if (follow === null && wanted.length === 0) return await wants.more(signal);
    const nowMs = timer.nowMs();
    const due = this.#blocked.list().filter(({ nextTryMs }) => nextTryMs <= nowMs);
    const dueMs = (this.#blocked.nextTryMs(nowMs) ?? Infinity) - nowMs;
    const { ranges, places, aside } = this.#followed(nowMs);
    this.#namesAll = false;
    const asked: PullAsked = {
      self: journal.origin,
      follow,
      waitMs: wanted.length === 0 ? Math.ceil(Math.min(WAIT_MS, dueMs)) : 0,
      ranges,
      places: [
        ...places,
        ...wanted.map(({ origin, stream, after }) => ({ origin, stream, after })),
      ],
    };
    const pulled = await this.#interrupted(asked, wanted.length === 0, signal);
    if (pulled === null) return;
    if (!pulled.agreed) {
      if (ranges.length === 0) {
        throw new PeerError(`"${peer.node}" finds other sums where it was asked for none`);
      }
      this.#namesAll = true;
      return;
    }
    const { runs } = pulled;
    const { entries, refused } = await this.#take(runs, { wanted, aside });
    await this.#account(wanted, entries + refused === 0 ? null : runs);
    if (runs.length > 0 && entries + refused === 0) {
      throw new PeerError(`Nothing that "${peer.node}" gave could be stored`);
    }
    this.#attempts = 0;
    // Nothing is left there that was set aside: it has come through the other centre.
    if (runs.length === 0) {
      for (const { origin, stream } of due) this.#blocked.free(streamKey(origin, stream));
    }
  }

  /**
   * Where this node stands in its stream: lives that are over are told by their sum; what is set
   * aside is said to be wanted no further, and then all are named.
   */
  #followed(nowMs: number): Pick<PullAsked, "ranges" | "places"> & { aside: Set<string> } {
    const { journal, follow } = this.#options;
    const setAside = this.#blocked.list().filter(({ nextTryMs }) => nextTryMs > nowMs);
    const aside = new Set(setAside.map(({ origin, stream }) => streamKey(origin, stream)));
    const held = journal.positions().filter(({ stream }) => stream === follow);
    const ranges: LifeRange[] = [];
    const over = new Set<string>();
    const namesAll = this.#namesAll || aside.size > 0;
    for (const lives of namesAll ? [] : livesByNode(held).values()) {
      const row = lives.filter(({ life }) => life < lives[lives.length - 1].life);
      if (row.length > 0) ranges.push(this.#sums.range(row, follow ?? ""));
      for (const { origin } of row) over.add(origin);
    }
    const places = [
      ...held.filter(({ origin, stream }) =>
        !over.has(origin) && !aside.has(streamKey(origin, stream))
      ).map(({ origin, stream, seq }) => ({ origin, stream, after: seq })),
      ...setAside.map(({ origin, stream }) => ({ origin, stream, after: NOTHING_BEHIND })),
    ];
    return { ranges, places, aside };
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

  /** Stores what may be stored, and sets aside what cannot be. */
  async #take(runs: readonly SignedRun[], asked: Asked): Promise<Taken> {
    const { peer, onEvent } = this.#options;
    const known: SignedRunWithKey[] = [];
    let [entries, refused] = [0, 0];
    const refuse = (run: SignedRun, reason: string) => {
      if (this.#setAside(run, reason, asked)) refused++;
    };
    for (const run of runs) {
      if (!this.#isAsked(run, asked)) continue;
      const found = this.#keys(run, asked);
      if ("reason" in found) refuse(run, found.reason);
      else known.push({ run, ...found });
    }
    const receptions = await this.#store(known);
    for (const [index, reception] of receptions.entries()) {
      const { run } = known[index];
      if (reception.kind === "stored") {
        entries += run.last - run.first + 1;
        this.#blocked.free(streamKey(run.origin, run.stream));
        continue;
      }
      const { kind } = reception;
      refuse(run, kind === "altered" ? reception.reason : `${kind} at ${reception.seq}`);
    }
    if (entries > 0) onEvent({ kind: "pulled", from: peer.node, entries });
    return { entries, refused };
  }

  /**
   * Tells why a run is not stored; what this node follows is not asked for again for a while.
   * Returns false where too much is set aside already: of that nothing is remembered.
   */
  #setAside({ origin, stream }: SignedRun, reason: string, { wanted }: Asked): boolean {
    const { peer, timer, random, onEvent } = this.#options;
    // What was lost and is wanted back is for `wants` to ask for again, or not.
    const isLost = isWanted(wanted, { origin, stream });
    const isKnown = this.#blocked.knows(streamKey(origin, stream));
    if (!isLost && !isKnown && this.#blocked.size >= ASIDE_MAX) return false;
    const isNews = isLost ||
      this.#blocked.add(origin, stream, reason, timer.nowMs(), random());
    if (isNews) onEvent({ kind: "pull-refused", from: peer.node, origin, stream, reason });
    return true;
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

  #isAsked({ origin, stream }: SignedRun, { wanted, aside }: Asked): boolean {
    const { journal, follow } = this.#options;
    if (parseOrigin(origin) === null || origin === journal.origin) return false;
    return isWanted(wanted, { origin, stream }) ||
      (stream === follow && !aside.has(streamKey(origin, stream)));
  }

  /** Whose keys to check a run with, or why its origin may not say this here. */
  #keys(
    { origin, stream }: SignedRun,
    { wanted }: Asked,
  ): Pick<SignedRunWithKey, "publicKeys"> | { readonly reason: string } {
    const node = nodeOf(origin);
    const known = this.#options.member(node);
    if (known === undefined) return { reason: `"${node}" is not known here` };
    const may = isWanted(wanted, { origin, stream }) || known.role === "county";
    return may ? { publicKeys: known.publicKeys } : { reason: `"${node}" is no centre` };
  }

  /**
   * Looks how far what was wanted is here now. Where an answer moved something, `runs`, what it
   * does not speak of may only have found no room in it.
   */
  async #account(wanted: readonly Want[], runs: readonly SignedRun[] | null): Promise<void> {
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
      else if (runs === null || isWanted(runs, want)) wants.hasNot(peer.node, want);
    }
  }
}

function isWanted(
  wanted: readonly Pick<Want, "origin" | "stream">[],
  { origin, stream }: Pick<Want, "origin" | "stream">,
): boolean {
  return wanted.some((want) => want.origin === origin && want.stream === stream);
}
