/** Asks another node what it holds, to compare: what `/sync/digests` answers. */
import type { DayDigest } from "./day.ts";
import {
  decodeDayDigests,
  decodeHashes,
  decodeStreamDigests,
  type DigestQuestion,
  encodeDigestQuestion,
  type StreamDigest,
  type StreamPlace,
} from "./digests.ts";
import { OctetsError } from "./octets.ts";
import { type Peer, PeerError } from "./peer.ts";
import { systemTimer, type Timer } from "./timer.ts";

/** Each question has so long, however many there are: half a megabyte on a slow line. */
export const QUESTION_MS = 60_000;

/** Throws {@link PeerError} where the other node cannot be asked or answers something else. */
export class DigestQuestions {
  readonly #peer: Pick<Peer, "ask" | "node">;
  readonly #signal: AbortSignal;
  readonly #timer: Timer;

  constructor(peer: Pick<Peer, "ask" | "node">, signal: AbortSignal, timer: Timer = systemTimer) {
    this.#peer = peer;
    this.#signal = signal;
    this.#timer = timer;
  }

  /** Streams of one node, or of all where it is empty, that the peer holds behind a place. */
  streams(node: string, after: StreamPlace): Promise<StreamDigest[]> {
    return this.#ask({ kind: "streams", node, after }, decodeStreamDigests);
  }

  /** Days of a node's streams that the peer holds behind a place. */
  days(
    node: string,
    after: Pick<DayDigest, "origin" | "stream" | "day">,
  ): Promise<DayDigest[]> {
    return this.#ask({ kind: "days", node, after }, decodeDayDigests);
  }

  /** Hashes of the peer's entries, in the order asked; `null` where it does not hold one. */
  hashes(place: StreamPlace, seqs: readonly number[]): Promise<(Uint8Array | null)[]> {
    return this.#ask({ kind: "hashes", place, seqs }, (bytes) => {
      const hashes = decodeHashes(bytes);
      if (hashes.length === seqs.length) return hashes;
      throw new OctetsError(`${hashes.length} answers to ${seqs.length} questions`);
    });
  }

  /** Makes the peer forget where it believes this node to stand, and ask anew. */
  again(): Promise<void> {
    return this.#ask({ kind: "again" }, () => {});
  }

  async #answerTo(question: Uint8Array): Promise<Uint8Array> {
    const [answered, silent] = [new AbortController(), new AbortController()];
    this.#timer.pause(QUESTION_MS, answered.signal).then(() => {
      if (!answered.signal.aborted) silent.abort();
    });
    const signal = AbortSignal.any([this.#signal, silent.signal]);
    try {
      return await this.#peer.ask("/sync/digests", question, signal);
    } catch (cause) {
      if (!silent.signal.aborted) throw cause;
      const reason = `no answer within ${QUESTION_MS / 1000} s`;
      throw new PeerError(`Cannot ask "${this.#peer.node}": ${reason}`, { cause });
    } finally {
      answered.abort();
    }
  }

  async #ask<T>(question: DigestQuestion, decode: (bytes: Uint8Array) => T): Promise<T> {
    const body = await this.#answerTo(encodeDigestQuestion(question));
    try {
      return decode(body);
    } catch (cause) {
      if (!(cause instanceof OctetsError)) throw cause;
      throw new PeerError(`Cannot read what "${this.#peer.node}" answered`, { cause });
    }
  }
}
