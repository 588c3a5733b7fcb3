/**
 * Prescriptions at a county: those that a HIS brings are reviewed at once, and stored with their
 * verdict in one commit; those that sites have shipped are reviewed as they come.
 */
import type { Concern } from "../concern.ts";
import { streamTo } from "../../sync/stream.ts";
import type { PrescriptionConfig } from "../config.ts";
import type { Node } from "../node.ts";
import type { RecordDesk, Recorded, Refused, Sent } from "./desk.ts";
import type { HistoryLine } from "./facts.ts";
import type { Hearing } from "./hearing.ts";
import type { Homes } from "./homes.ts";
import { OTHER_CONTENT_REFUSED } from "./idempotency.ts";
import type { LifeEvent } from "./life/event.ts";
import { isOwed, modeOf } from "./life/owed.ts";
import type { Mode } from "./life/pass.ts";
import type { PrescriptionBody } from "./life/prescription_body.ts";
import { standingOf } from "./life/standing.ts";
import type { TokenClaims } from "./life/token.ts";
import { ofKind } from "./life/told.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import type { Prescription } from "./prescription.ts";
import { noSite, reviewedFrom } from "./record/answers.ts";
import { prescriptionEntry, verdictEntry } from "./record/entries.ts";
import { type Case, IntakeBook } from "./record/intake_book.ts";
import { OwedPages } from "./record/owed_pages.ts";
import { SetAside } from "./record/set_aside.ts";
import { eventsOf, type RecordKey } from "./record/stored_events.ts";
import { whenChanged } from "../when_changed.ts";
import { type Reviewable, verdictOf, withToken } from "./review.ts";
import type { SourcesInForce } from "./review_sources.ts";

export interface DeskParts {
  readonly node: Node;
  readonly config: PrescriptionConfig;
  readonly sources: SourcesInForce;
  /** Signs pass tokens with the node's key. */
  readonly sign: (claims: TokenClaims) => string;
}

/** Owed reviews, and as many as are looked at in one go. */
const OWED = {
  sql: "SELECT site, number FROM prescriptions " +
    "WHERE owed IN ('screen', 'after-review') ORDER BY received, site, number",
  values: [],
  max: 500,
};

export class CountyDesk implements RecordDesk {
  readonly #parts: DeskParts;
  readonly #homes: Homes;
  readonly #hearing: Pick<Hearing, "unheard">;
  readonly #book: IntakeBook;
  readonly #aside: SetAside;
  readonly #owed: OwedPages;
  /** Whether rules and tables are those of now: before, what arrives waits for its turn. */
  #isReady = false;

  constructor(parts: DeskParts, homes: Homes, hearing: Pick<Hearing, "unheard">) {
    const { node, config, sources } = parts;
    this.#parts = parts;
    this.#homes = homes;
    this.#hearing = hearing;
    this.#aside = new SetAside(node, "review");
    this.#owed = new OwedPages(node.tables, OWED);
    const { patientKey } = sources.now;
    this.#book = new IntakeBook(
      { node, patientKey, limits: config },
      (one) => this.#decide(one),
    );
  }

  /** What somebody has to look into. */
  get concerns(): readonly Concern[] {
    return this.#aside.concerns;
  }

  /** Sent without a site, nobody knows whose codes it has. */
  async record(sent: Sent): Promise<Recorded> {
    const { site } = sent;
    await this.#parts.sources.ready;
    return site === null || !this.#knows(site) ? noSite(site) : await this.#book.record(site, sent);
  }

  /** Why a draft of this site is not checked here; `null`: it is. */
  refuse(site: string | null): Refused | null {
    return site === null || !this.#knows(site) ? noSite(site) : null;
  }

  historyOf(key: RecordKey, draft: Prescription): Promise<readonly HistoryLine[] | null> {
    return this.#book.historyOfDraft(key, draft);
  }

  /** Decides one that has just come from its site; what does not work is owed, and tried again. */
  async decideArrived(one: Reviewable): Promise<void> {
    if (!this.#isReady) return;
    await this.#aside.guard(() => this.#book.decideStored(one), one).catch(() => {});
  }

  #knows(site: string): boolean {
    const { sources, node } = this.#parts;
    return sources.now.mappings.has(site) || node.registry.member(site)?.role === "site";
  }

  /** Reviews what sites have shipped, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#parts.node;
    const looking = async () => {
      await tables.caughtUp(journal, signal);
      await this.#parts.sources.ready;
      await this.#aside.recall(signal);
      this.#isReady = true;
      await whenChanged(tables, signal, () => this.#reviewOwed());
    };
    await Promise.all([this.#book.run(signal), looking()]);
  }

  /** Whether some are left that another centre should decide first, or that failed. */
  async #reviewOwed(): Promise<boolean | number> {
    const { tables } = this.#parts.node;
    const page = await this.#owed.next((key) =>
      !this.#aside.has(key) && this.#homes.isOurs(key, performance.now())
    );
    if (page.round !== null) this.#homes.keep(page.round);
    const deciding = [...await eventsOf(tables, page.ready)].flatMap(([, events]) =>
      owedIn(events).map((body) => this.#aside.guard(() => this.#book.decideStored(body), body))
    );
    await Promise.all(deciding);
    return this.#aside.after(page);
  }

  async #decide(one: Case): Promise<Recorded> {
    const { node, sources, sign } = this.#parts;
    const { site, taken, prescription } = one;
    const atMs = node.clock.now().wallMs;
    const unheard = this.#hearing.unheard(site);
    const circumstances = { mode: modeFor(one), history: one.history, atMs, unheard };
    const verdict = verdictOf(sources.now, one, circumstances);
    this.#book.recent.decided(taken, verdict);
    const signed = withToken(verdict, prescription, sign);
    const time = node.clock.now();
    const stream = streamTo(site);
    const sent = one.isStored ? null : one.sent;
    const outcomes = await this.#book.append(taken, [
      ...(sent === null ? [] : [prescriptionEntry(stream, time, sent, one)]),
      verdictEntry(stream, time, signed, sent === null ? null : one.sendKey),
    ]);
    if (sent !== null && outcomes.some(({ kind }) => kind === "conflict")) {
      return await this.#book.refuseOther(site, sent, OTHER_CONTENT_REFUSED);
    }
    if (outcomes.every(({ kind }) => kind === "stored")) {
      this.#count(signed);
      const reviewed = reviewedFrom(one, signed, time.wallMs);
      return { kind: "reviewed", repeated: false, reviewed };
    }
    // Another process, or this one before a crash, was first: what it said is what counts.
    return await this.#book.storedAnswer(taken) ?? missing(one);
  }

  #count({ mode, outcome }: VerdictBody): void {
    this.#parts.node.counters.add("tributary_verdicts_total", { mode, outcome });
  }
}

function missing({ site, prescription: { id } }: Case): never {
  throw new Error(`Cannot find the verdict on "${id}" of "${site}", which was stored`);
}

/** What the county's rules have to look at, of one prescription. */
function owedIn(events: readonly LifeEvent[]): PrescriptionBody[] {
  return standingOf(events).due.filter(isOwed).flatMap(({ version }) => {
    const received = ofKind(events, "prescription");
    return received.find(({ body }) => body.prescription.version === version)?.body ?? [];
  });
}

/** After the site has decided alone, it is a review afterwards (P12). */
function modeFor({ events, prescription: { version } }: Case): Mode {
  if (events.length === 0) return "county";
  const owed = standingOf(events).due.filter(isOwed).find((due) => due.version === version);
  return owed === undefined ? "county" : modeOf(owed);
}
