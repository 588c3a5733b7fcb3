/** What another node holds, as it says when it is asked. */
import type { DayDigest } from "../../sync/day.ts";
import type { HashesAt } from "../../sync/difference.ts";
import { DIGEST_DAYS_MAX, DIGEST_STREAMS_MAX } from "../../sync/digests.ts";
import type { StreamDigest, StreamPlace } from "../../sync/digests.ts";
import { DigestQuestions } from "../../sync/digest_questions.ts";
import type { Peer } from "../../sync/peer.ts";
import type { Timer } from "../../sync/timer.ts";
import { FIRST_PLACE } from "./day_tables.ts";

export class OtherNode {
  readonly #questions: DigestQuestions;

  constructor(peer: Pick<Peer, "ask" | "node">, signal: AbortSignal, timer?: Timer) {
    this.#questions = new DigestQuestions(peer, signal, timer);
  }

  /** Streams of one node, or of all where it is empty. */
  streams(node: string): Promise<StreamDigest[]> {
    return all<StreamDigest, StreamPlace>(
      FIRST_PLACE,
      DIGEST_STREAMS_MAX,
      (after) => this.#questions.streams(node, after),
    );
  }

  days(node: string): Promise<DayDigest[]> {
    return all<DayDigest, typeof FIRST_PLACE>(
      FIRST_PLACE,
      DIGEST_DAYS_MAX,
      (after) => this.#questions.days(node, after),
    );
  }

  hashesAt(place: StreamPlace): HashesAt {
    return (seqs) => this.#questions.hashes(place, seqs);
  }
}

/** All pages; one that is not full is the last. */
async function all<T extends P, P>(
  first: P,
  pageMax: number,
  page: (after: P) => Promise<readonly T[]>,
): Promise<T[]> {
  const items: T[] = [];
  for (let after = first;;) {
    const next = await page(after);
    items.push(...next);
    const last = next.at(-1);
    if (last === undefined || next.length < pageMax) return items;
    after = last;
  }
}
