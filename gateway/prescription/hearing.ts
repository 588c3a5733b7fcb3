/**
 * Whether all that the other centre has is here too (P11). While it is not, a patient's history may
 * lack what the other has told since: verdicts say so, and what passes by them is examined again
 * once it is.
 */
import { DigestQuestions } from "../../sync/digest_questions.ts";
import { DIGEST_STREAMS_MAX, type StreamPlace } from "../../sync/digests.ts";
import type { Journal } from "../../sync/journal.ts";
import { lifeOf, nodeOf } from "../../sync/origin.ts";
import { type Peer, PeerError } from "../../sync/peer.ts";
import { streamKey } from "../../sync/segments.ts";
import { siteOf, streamTo } from "../../sync/stream.ts";
import { pause } from "../../sync/timer.ts";
import type { CentreLink } from "../centre_link.ts";
import type { Node } from "../node.ts";
import { together } from "../together.ts";
import { Heard, type Moment, SILENT_MS, type Wanted } from "./heard.ts";
import type { Unheard } from "./life/verdict_body.ts";

const LOOK_MS = 250;
/**
 * Streams that nobody here knows of yet are asked for so often, some 100 bytes each of all that
 * there are; where the other stands in those that are known its link asks every few seconds.
 */
const ALL_MS = 60_000;

type OtherLink = Pick<
  CentreLink,
  "centre" | "silentMs" | "questions" | "status" | "positions" | "toldMs"
>;
type HearingNode = Pick<Node, "clock" | "journal" | "tables" | "losses">;

export class Hearing {
  readonly #node: HearingNode;
  /** `null`: there is no other centre. */
  readonly #link: OtherLink | null;
  readonly #heard = new Heard();
  /** What it had when it was asked for all streams, and is not here; `null`: it is to be asked. */
  #all: readonly Wanted[] | null = null;
  /** Of when the link last said where the other stands. */
  #toldMs = -Infinity;
  /** The latest life of the other centre that is here, while not all is. */
  #origin: string | null = null;

  constructor(node: HearingNode, link: OtherLink | null) {
    this.#node = node;
    this.#link = link;
  }

  /**
   * Whether nothing of the other centre is missing here that it had some seconds ago, as far as
   * anybody can know. Of one that operators have declared lost nothing more will be heard: the
   * history is what is here, and pages show the loss.
   */
  get isWhole(): boolean {
    if (this.#link === null || this.#isLost(this.#link)) return true;
    return this.#link.silentMs <= SILENT_MS && this.#heard.isWhole(performance.now());
  }

  /** What a snapshot of now may lack, as a verdict for this site has it; empty: nothing. */
  unheard(site: string): Unheard[] {
    if (this.#link === null || this.isWhole) return [];
    const untilMs = this.#heard.allOf?.wallMs ?? null;
    return [{ node: this.#link.centre, untilMs, place: this.#placeFor(site) }];
  }

  /** Resolves once all is here that the other had at this moment of the steady clock. */
  async heardAllOf(steadyMs: number, signal: AbortSignal): Promise<void> {
    const isHeard = () =>
      this.#link === null || this.#isLost(this.#link) ||
      this.isWhole && (this.#heard.allOf?.steadyMs ?? -Infinity) >= steadyMs;
    while (!signal.aborted && !isHeard()) await pause(LOOK_MS, signal);
  }

  #isLost({ centre }: OtherLink): boolean {
    return this.#node.losses.lost.has(centre);
  }

  #placeFor(site: string): Unheard["place"] {
    const stream = streamTo(site);
    const origin = this.#origin ?? this.#latestOrigin();
    if (origin === null) return null;
    const { seq = 0 } = this.#node.journal.position(origin, stream) ?? {};
    return { origin, stream, seq };
  }

  /** Asks and looks until the signal aborts, where there is another centre. */
  async run(signal: AbortSignal): Promise<void> {
    const link = this.#link;
    if (link === null) return;
    const asking = { run: (signal: AbortSignal) => this.#askAll(link, signal) };
    const looking = { run: (signal: AbortSignal) => this.#lookAll(link, signal) };
    await together([asking, looking], signal);
  }

  /** Asks for all streams once the line is there, and then now and again. */
  async #askAll(link: OtherLink, signal: AbortSignal): Promise<void> {
    let nextMs = -Infinity;
    while (!signal.aborted) {
      const { questions } = link;
      if (this.#all === null) nextMs = -Infinity;
      if (questions !== null && link.silentMs <= SILENT_MS && performance.now() >= nextMs) {
        if (await this.#askFor(questions, signal)) nextMs = performance.now() + ALL_MS;
      }
      await pause(LOOK_MS, signal);
    }
  }

  /** False where it cannot be asked: that is tried again. */
  async #askFor(questions: Peer, signal: AbortSignal): Promise<boolean> {
    const at = this.#momentOf(performance.now());
    try {
      const all = await streamsOf(questions, signal);
      this.#all = all.filter(({ stream }) => isOfPatients(stream));
      this.#heard.has(at, this.#all);
      return true;
    } catch (error) {
      if (error instanceof PeerError || signal.aborted) return false;
      throw error;
    }
  }

  async #lookAll(link: OtherLink, signal: AbortSignal): Promise<void> {
    const { journal, tables } = this.#node;
    const ofPatients = {
      positions: () => journal.positions().filter(({ stream }) => isOfPatients(stream)),
    };
    while (!signal.aborted) {
      if (link.silentMs > SILENT_MS) this.#broke();
      else this.#hear(link);
      const reached = this.#heard.isAsked
        ? this.#heard.look(performance.now(), this.#isHere(link))
        : null;
      if (reached !== null) {
        await tables.caughtUp(ofPatients, signal);
        if (!signal.aborted && link.silentMs <= SILENT_MS) this.#heard.reached(reached);
      }
      this.#origin = this.isWhole ? null : this.#latestOrigin();
      await pause(LOOK_MS, signal);
    }
  }

  /** What was asked before the line broke is asked anew. */
  #broke(): void {
    this.#all = null;
    this.#heard.broke();
  }

  /** Where the link says that the other stands, once that is of streams that are all known. */
  #hear(link: OtherLink): void {
    const { toldMs, positions } = link;
    if (this.#all === null || toldMs <= this.#toldMs) return;
    this.#toldMs = toldMs;
    const known = this.#node.journal.positions().flatMap(({ origin, stream, seq }) => {
      const there = positions.get(streamKey(origin, stream))?.seq ?? 0;
      return there > seq && isOfPatients(stream) ? [{ origin, stream, seq: there }] : [];
    });
    this.#all = this.#all.filter((one) => !isHeldIn(this.#node.journal, one));
    this.#heard.has(this.#momentOf(toldMs), [...known, ...this.#all]);
  }

  /** A moment of a while ago. */
  #momentOf(steadyMs: number): Moment {
    const agoMs = performance.now() - steadyMs;
    return { steadyMs, wallMs: Math.round(this.#node.clock.now().wallMs - agoMs) };
  }

  /** What cannot go on, a fork or a loss, is told of elsewhere, and not waited for. */
  #isHere(link: OtherLink): (one: Wanted) => boolean {
    const status = link.status();
    const blocked = new Set(
      status.state === "not-enrolled"
        ? []
        : status.blocked.map(({ origin, stream }) => streamKey(origin, stream)),
    );
    const { journal } = this.#node;
    return (one) => isHeldIn(journal, one) || blocked.has(streamKey(one.origin, one.stream));
  }

  #latestOrigin(): string | null {
    const { journal } = this.#node;
    const own = journal.positions().filter(({ origin }) => nodeOf(origin) === this.#link?.centre);
    return own.map(({ origin }) => origin)
      .reduce<string | null>((latest, origin) => laterOf(latest, origin), null);
  }
}

function isHeldIn(journal: Pick<Journal, "position">, { origin, stream, seq }: Wanted): boolean {
  return (journal.position(origin, stream)?.seq ?? 0) >= seq;
}

/** Whether what stands there may be of a patient's medicines. */
function isOfPatients(stream: string): boolean {
  return stream === "record" || siteOf(stream) !== null;
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
