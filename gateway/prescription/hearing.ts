/**
 * Whether all that the other centre has is here too (P11). While it is not, a patient's history may
 * lack what the other has told since: verdicts say so, and those that let something pass are made
 * again once it is.
 */
import { DigestQuestions } from "../../sync/digest_questions.ts";
import { DIGEST_STREAMS_MAX, type StreamPlace } from "../../sync/digests.ts";
import { lifeOf, nodeOf } from "../../sync/origin.ts";
import { type Peer, PeerError } from "../../sync/peer.ts";
import { streamKey } from "../../sync/segments.ts";
import { streamTo } from "../../sync/stream.ts";
import { pause } from "../../sync/timer.ts";
import type { CentreLink } from "../centre_link.ts";
import type { Node } from "../node.ts";
import type { Unheard } from "./life/verdict_body.ts";

/** The other centre is asked where it stands every two seconds; for longer it is not heard. */
const SILENT_MS = 10_000;
const LOOK_MS = 250;

/** A place that has to be reached. */
interface Wanted {
  readonly origin: string;
  readonly stream: string;
  readonly seq: number;
}

type OtherLink = Pick<CentreLink, "centre" | "silentMs" | "questions" | "status">;

export class Hearing {
  readonly #node: Pick<Node, "clock" | "journal" | "tables">;
  /** `null`: there is no other centre. */
  readonly #link: OtherLink | null;
  #isWhole = false;
  /** When all was here for the last time, wall clock; `null`: not since the start. */
  #untilMs: number | null = null;
  /** The latest life of the other centre that is here. */
  #origin: string | null = null;

  constructor(node: Pick<Node, "clock" | "journal" | "tables">, link: OtherLink | null) {
    this.#node = node;
    this.#link = link;
  }

  /** Whether nothing of the other centre is missing here, as far as anybody can know. */
  get isWhole(): boolean {
    if (this.#link === null) return true;
    if (this.#link.silentMs > SILENT_MS) this.#isWhole = false;
    return this.#isWhole;
  }

  /** What a snapshot of now may lack, as a verdict for this site has it; empty: nothing. */
  unheard(site: string): Unheard[] {
    if (this.#link === null || this.isWhole) return [];
    return [{ node: this.#link.centre, untilMs: this.#untilMs, place: this.#placeFor(site) }];
  }

  #placeFor(site: string): Unheard["place"] {
    const stream = streamTo(site);
    const origin = this.#origin ?? this.#latestOrigin();
    if (origin === null) return null;
    const { seq = 0 } = this.#node.journal.position(origin, stream) ?? {};
    return { origin, stream, seq };
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#link === null || this.isWhole) this.#untilMs = this.#node.clock.now().wallMs;
      else await this.#becomeWhole(this.#link, signal);
      await pause(LOOK_MS, signal);
    }
  }

  /** Asks what the other centre has, and waits until that is here and in the tables. */
  async #becomeWhole(link: OtherLink, signal: AbortSignal): Promise<void> {
    this.#origin = this.#latestOrigin();
    if (link.questions === null || link.silentMs > SILENT_MS) return;
    const wanted = await this.#asked(link, signal);
    if (wanted === null) return;
    while (!this.#holds(link, wanted)) {
      await pause(LOOK_MS, signal);
      if (signal.aborted || link.silentMs > SILENT_MS) return;
    }
    const { journal, tables, clock } = this.#node;
    await tables.caughtUp(journal, signal);
    if (signal.aborted) return;
    this.#origin = this.#latestOrigin();
    this.#untilMs = clock.now().wallMs;
    this.#isWhole = true;
  }

  /** `null` where it cannot be asked: that is tried again. */
  async #asked({ questions }: OtherLink, signal: AbortSignal): Promise<Wanted[] | null> {
    if (questions === null) return null;
    try {
      return (await streamsOf(questions, signal)).filter(({ stream }) =>
        stream === "record" || stream.startsWith("to:")
      );
    } catch (error) {
      if (error instanceof PeerError || signal.aborted) return null;
      throw error;
    }
  }

  /** What cannot go on, a fork or a loss, is told of elsewhere, and not waited for. */
  #holds(link: OtherLink, wanted: readonly Wanted[]): boolean {
    const status = link.status();
    const blocked = new Set(
      status.state === "not-enrolled"
        ? []
        : status.blocked.map(({ origin, stream }) => streamKey(origin, stream)),
    );
    const { journal } = this.#node;
    return wanted.every(({ origin, stream, seq }) =>
      (journal.position(origin, stream)?.seq ?? 0) >= seq ||
      blocked.has(streamKey(origin, stream))
    );
  }

  #latestOrigin(): string | null {
    const { journal } = this.#node;
    const own = journal.positions().filter(({ origin }) => nodeOf(origin) === this.#link?.centre);
    return own.map(({ origin }) => origin)
      .reduce<string | null>((latest, origin) => laterOf(latest, origin), null);
  }
}

function laterOf(one: string | null, other: string): string {
  return one === null || lifeOf(other) > lifeOf(one) ? other : one;
}

/** Streams of all nodes that the other centre holds, page by page. */
async function streamsOf(peer: Pick<Peer, "ask" | "node">, signal: AbortSignal): Promise<Wanted[]> {
  const questions = new DigestQuestions(peer, signal);
  const all: Wanted[] = [];
  for (let after: StreamPlace = { origin: "", stream: "" };;) {
    const page = await questions.streams("", after);
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < DIGEST_STREAMS_MAX) return all;
    after = last;
  }
}
