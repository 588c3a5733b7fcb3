/**
 * Where a link's peer stands: asked for, learnt from answers, and compared with what is held
 * here. What does not agree is told: a fork, a loss, or an own life that must not go on.
 */
import type { PositionAnswer, RunAnswer } from "./answers.ts";
import { firstHash } from "./chain.ts";
import { receiptStatement, signedBy } from "./identity.ts";
import { LifeQuestions } from "./life_questions.ts";
import { LifeSums } from "./life_sums.ts";
import type { LinkOptions } from "./link_options.ts";
import { sameBytes } from "./octets.ts";
import { nodeOf } from "./origin.ts";
import { PeerError } from "./peer.ts";
import type { PositionQuestion } from "./questions.ts";
import type { SignedRun } from "./run.ts";
import { type Receipt, streamKey, type StreamState } from "./segments.ts";
import { learn, type PeerPositions } from "./ship.ts";
import { STREAMS } from "./stream.ts";

/** What a comparison found. */
export type Found =
  | { readonly kind: "same" }
  /** The peer lacks entries, or holds more of another node's: it goes on by itself. */
  | { readonly kind: "apart" }
  /** It holds other entries under the same numbers. */
  | { readonly kind: "fork"; readonly at: number }
  /** It holds entries of this node that this node has not. */
  | { readonly kind: "ahead"; readonly by: number };

const SAME: Found = { kind: "same" };

export class Standings {
  readonly #options: LinkOptions;
  readonly #questions: LifeQuestions;
  readonly #peer: PeerPositions = new Map();

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#questions = new LifeQuestions(options.peer, new LifeSums(options.journal.hashName));
    for (const receipt of options.journal.receipts()) {
      if (receipt.centre !== options.peer.node) continue;
      this.#peer.set(streamKey(receipt.origin, receipt.stream), receipt);
    }
  }

  get positions(): PeerPositions {
    return this.#peer;
  }

  /** What is believed of the peer may be wrong: it has to say anew where it stands. */
  forget(): void {
    this.#peer.clear();
  }

  seq(origin: string, stream: string): number {
    return this.#peer.get(streamKey(origin, stream))?.seq ?? 0;
  }

  isOwn(origin: string): boolean {
    return nodeOf(origin) === nodeOf(this.#options.journal.origin);
  }

  /**
   * Asks the peer where it stands, and what it stands on. Yields each stream of which that is
   * news, brought a receipt, or `isOpen`: something about it is still to be settled.
   */
  async *ask(
    signal: AbortSignal,
    onHeard: () => void,
    isOpen: (key: string) => boolean,
  ): AsyncGenerator<{ state: StreamState; found: Found; moved: boolean }> {
    const { journal, lives, carries } = this.#options;
    const known = this.#known();
    const self = journal.origin;
    const question = this.#question();
    const isAlone = (state: StreamState) =>
      question(state).wantsReceipt || this.#isElsewhere(state) ||
      isOpen(streamKey(state.origin, state.stream));
    const asking = { self, known, isWhole: carries, isAlone, question };
    const { latest, answers } = await this.#questions.ask(asking, signal);
    onHeard();
    const knowsThisLife = known.some((state) =>
      state.origin === self && (answers.get(state)?.seq ?? 0) > 0
    );
    if (!knowsThisLife) {
      await lives.overtaken(latest).catch((cause) => {
        throw new PeerError("Cannot begin a new life in this node's journal", { cause });
      });
    }
    for (const state of known) {
      const answer = answers.get(state) ?? { ...state, receipt: null, hashAt: null };
      const key = streamKey(state.origin, state.stream);
      const before = this.#peer.get(key);
      const moved = before?.seq !== answer.seq || !sameBytes(before.hash, answer.hash);
      if (moved) this.#peer.set(key, { seq: answer.seq, hash: answer.hash });
      // A receipt tells where the peer stood before this disk lost what was behind it.
      const isBehind = answer.seq > state.seq && this.isOwn(state.origin);
      if (!moved && !isBehind && answer.receipt === null && !isOpen(key)) continue;
      const found = answers.has(state) ? await this.#compare(state, answer) : SAME;
      yield { state, found, moved };
    }
  }

  /** The last entry that both have, where the peer holds another chain at `at`. */
  async common(state: StreamState, at: number, signal: AbortSignal): Promise<number> {
    const { peer, journal } = this.#options;
    const { origin, stream } = state;
    let [same, other] = [state.floor - 1, Math.min(at, state.seq)];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      const own = await journal.hashAt(origin, stream, middle);
      const question = { origin, stream, wantsReceipt: false, at: middle };
      const asked = { self: journal.origin, ranges: [], questions: [question] };
      const [answer] = (await peer.positions(asked, signal)).answers;
      const theirs = answer.seq === middle ? answer.hash : answer.hashAt;
      const equal = own !== null && theirs !== null && sameBytes(own, theirs);
      if (equal) same = middle;
      else other = middle;
    }
    return same;
  }

  /** Takes in the answers to a batch; returns what troubles each run, `null` for nothing. */
  learn(runs: readonly SignedRun[], answers: readonly RunAnswer[]): (string | null)[] {
    const { peer } = this.#options;
    const receipts: Receipt[] = [];
    const troubles = runs.map((run, index) => {
      const answer = answers[index];
      // Where it holds more than it was sent, the next question brings the receipt.
      if (answer.kind === "receipt" && answer.seq === run.last) {
        const { origin, stream } = run;
        const { seq, hash, signature } = answer;
        receipts.push({ centre: peer.node, origin, stream, seq, hash, signature });
      }
      return learn(this.#peer, run, answer);
    });
    this.#takeReceipts(receipts);
    return troubles;
  }

  /** All streams held, and of own lives those of which nothing is: the peer may have some. */
  #known(): StreamState[] {
    const { journal, peer, carries } = this.#options;
    const states = journal.positions()
      .filter(({ origin }) => carries(origin) || nodeOf(origin) === peer.node);
    const held = new Set(states.map(({ origin, stream }) => streamKey(origin, stream)));
    const own = new Set(states.map(({ origin }) => origin).filter((one) => this.isOwn(one)));
    for (const origin of own) {
      for (const stream of STREAMS) {
        if (held.has(streamKey(origin, stream))) continue;
        const none = { seq: 0, hash: firstHash(), floor: 1, floorHash: firstHash() };
        states.push({ origin, stream, ...none });
      }
    }
    return states;
  }

  /** Whether the peer is known not to be where this node is. */
  #isElsewhere({ origin, stream, seq, hash }: StreamState): boolean {
    const there = this.#peer.get(streamKey(origin, stream));
    return there !== undefined && (there.seq !== seq || !sameBytes(there.hash, hash));
  }

  /** Receipts that were lost with the power, or given for what came another way, are asked for. */
  #question(): (state: StreamState) => PositionQuestion {
    const { peer, journal } = this.#options;
    const receipts = new Map(
      journal.receipts().filter(({ centre }) => centre === peer.node)
        .map(({ origin, stream, seq }) => [streamKey(origin, stream), seq]),
    );
    return ({ origin, stream, seq }) => {
      const reached = receipts.get(streamKey(origin, stream)) ?? 0;
      return { origin, stream, wantsReceipt: this.isOwn(origin) && reached < seq, at: seq };
    };
  }

  async #compare(state: StreamState, answer: PositionAnswer): Promise<Found> {
    const { peer, journal } = this.#options;
    const { origin, stream } = state;
    const { seq, hash, receipt } = answer;
    const own = await journal.hashAt(origin, stream, seq);
    const agrees = own !== null && sameBytes(own, hash);
    if (receipt !== null && agrees) {
      this.#takeReceipts([{ centre: peer.node, origin, stream, seq, hash, signature: receipt }]);
    }
    if (own !== null && !agrees) return { kind: "fork", at: seq };
    // What was appended since the question may have reached the peer on another way.
    const held = journal.position(origin, stream)?.seq ?? 0;
    if (seq <= held) return seq === held ? { kind: "same" } : { kind: "apart" };
    if (!this.isOwn(origin)) return { kind: "apart" };
    const { hashAt } = answer;
    const forked = state.seq > 0 && hashAt !== null && !sameBytes(hashAt, state.hash);
    return forked ? { kind: "fork", at: state.seq } : { kind: "ahead", by: seq - held };
  }

  #takeReceipts(receipts: readonly Receipt[]): void {
    const { journal, peer, peerPublicKey } = this.#options;
    for (const receipt of receipts) {
      const statement = receiptStatement(peer.node, receipt);
      if (signedBy(peerPublicKey, statement, receipt.signature)) continue;
      throw new PeerError(`Cannot believe a receipt of "${peer.node}": its signature is wrong`);
    }
    if (receipts.length > 0) journal.addReceipts(receipts);
  }
}
