/**
 * Prescriptions at a site: stored first, so that they ship; then the county's verdict is waited
 * for, and where it does not come in time the site decides by its own packs (P12).
 */
import type { Concern } from "../concern.ts";
import type { Stamp } from "../../sync/entry.ts";
import type { CentreLink } from "../centre_link.ts";
import type { DeskParts } from "./county_desk.ts";
import type { RecordDesk, Recorded, Refused, Sent } from "./desk.ts";
import type { HistoryLine } from "./facts.ts";
import { OTHER_CONTENT_REFUSED } from "./idempotency.ts";
import { STRICTNESS } from "./life/decide.ts";
import { standingOf } from "./life/standing.ts";
import { ofKind } from "./life/told.ts";
import type { Prescription } from "./prescription.ts";
import { otherSite, reviewedFrom } from "./record/answers.ts";
import { prescriptionEntry, verdictEntry } from "./record/entries.ts";
import { type Case, IntakeBook } from "./record/intake_book.ts";
import { OwedPages } from "./record/owed_pages.ts";
import { SetAside } from "./record/set_aside.ts";
import { eventsOf, type RecordKey } from "./record/stored_events.ts";
import { whenChanged } from "../when_changed.ts";
import { verdictOf, withToken } from "./review.ts";
import { type ToldVerdict, VerdictWatch, type Wait } from "./verdict_watch.ts";

const UNDECIDED = "SELECT site, number FROM prescriptions " +
  "WHERE owed = 'screen' AND site = ? ORDER BY received, number";
/** Those that are looked at in one go. */
const UNDECIDED_MAX = 500;

export class SiteDesk implements RecordDesk {
  readonly #parts: DeskParts;
  readonly #links: readonly Pick<CentreLink, "status">[];
  readonly #site: string;
  readonly #book: IntakeBook;
  readonly #watch: VerdictWatch;
  readonly #aside: SetAside;
  readonly #undecided: OwedPages;

  constructor(parts: DeskParts, links: readonly Pick<CentreLink, "status">[]) {
    const { node, config, sources } = parts;
    this.#parts = parts;
    this.#links = links;
    this.#site = node.config.node;
    this.#aside = new SetAside(node, "review");
    const undecided = { sql: UNDECIDED, values: [this.#site], max: UNDECIDED_MAX };
    this.#undecided = new OwedPages(node.tables, undecided);
    this.#watch = new VerdictWatch(node.journal, this.#site);
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

  async record(sent: Sent): Promise<Recorded> {
    const { site } = sent;
    const refused = this.refuse(site);
    if (refused !== null) return refused;
    await this.#parts.sources.ready;
    return await this.#book.record(this.#site, sent);
  }

  /** Why nothing of this site is taken here; `null`: it is. */
  refuse(site: string | null): Refused | null {
    return site === null || site === this.#site ? null : otherSite(site, this.#site);
  }

  historyOf(key: RecordKey, draft: Prescription): Promise<readonly HistoryLine[] | null> {
    return this.#book.historyOfDraft(key, draft);
  }

  /** Hears the county's verdicts, and decides what a crash left undecided. */
  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#parts.node;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const watching = Promise.all([this.#watch.run(either), this.#book.run(either)]);
    try {
      await tables.caughtUp(journal, signal);
      await this.#parts.sources.ready;
      await this.#aside.recall(signal);
      await Promise.race([watching, whenChanged(tables, either, () => this.#decideLeft())]);
    } finally {
      over.abort();
      await watching;
    }
  }

  async #decideLeft(): Promise<boolean | number> {
    const { tables } = this.#parts.node;
    const page = await this.#undecided.next((key) => !this.#aside.has(key));
    const deciding = [...await eventsOf(tables, page.ready)].flatMap(([, events]) => {
      const { version } = standingOf(events);
      const found = ofKind(events, "prescription").find(({ body }) =>
        body.prescription.version === version
      );
      if (found === undefined) return [];
      return [this.#aside.guard(() => this.#book.decideStored(found.body), found.body)];
    });
    await Promise.all(deciding);
    return this.#aside.after(page);
  }

  async #decide(one: Case): Promise<Recorded> {
    using wait = this.#watch.wait(one.taken);
    if (!one.isStored && one.sent !== null) {
      const answered = await this.#store(one, one.sent);
      if (answered !== null) return answered;
    }
    const told = await this.#countyVerdict(one, wait);
    return told === null ? await this.#decideAlone(one, wait) : this.#answerBy(one, told);
  }

  /** Resolves when it is on disk; with an answer where that is settled already. */
  async #store(one: Case, sent: Sent): Promise<Recorded | null> {
    const time = this.#parts.node.clock.now();
    const entry = prescriptionEntry("record", time, sent, one);
    const [{ kind }] = await this.#book.append(one.taken, [entry]);
    // It was stored before a crash, and the tables have not followed yet.
    if (kind === "duplicate") return await this.#book.storedAnswer(one.taken);
    if (kind !== "conflict") return null;
    return await this.#book.refuseOther(this.#site, sent, OTHER_CONTENT_REFUSED);
  }

  /** Rescue orders do not wait, and nobody waits for a line that is down. */
  async #countyVerdict({ prescription }: Case, wait: Wait): Promise<ToldVerdict | null> {
    const isUp = this.#links.some((link) => link.status().state === "up");
    if (!isUp || prescription.rescue) return wait.verdict;
    return await wait.within(this.#parts.config.waitMs);
  }

  /** By the packs that are here, and the history that is: the county looks at it afterwards. */
  async #decideAlone(one: Case, wait: Wait): Promise<Recorded> {
    const { node, sources, sign } = this.#parts;
    const history = await this.#book.historyNow(one);
    const atMs = node.clock.now().wallMs;
    const verdict = verdictOf(sources.now, one, { mode: "degraded", history, atMs });
    this.#book.recent.decided(one.taken, verdict);
    const signed = withToken(verdict, one.prescription, sign);
    const time: Stamp = node.clock.now();
    const [{ kind }] = await this.#book.append(one.taken, [verdictEntry("record", time, signed)]);
    // The county's counts, where it came meanwhile and what was decided here is no stricter.
    const isStricter = wait.verdict !== null &&
      STRICTNESS[signed.outcome] > STRICTNESS[wait.verdict.body.outcome];
    if (wait.verdict !== null && !isStricter) return this.#answerBy(one, wait.verdict);
    const stored = kind === "stored" ? null : await this.#book.storedAnswer(one.taken);
    if (stored !== null) return stored;
    const { mode, outcome } = signed;
    node.counters.add("tributary_verdicts_total", { mode, outcome });
    const reviewed = reviewedFrom(one, signed, time.wallMs);
    return { kind: "reviewed", repeated: false, reviewed };
  }

  #answerBy(one: Case, { body, timeMs, place }: ToldVerdict): Recorded {
    this.#book.recent.decided(one.taken, body);
    const [origin, stream, seq] = place.split("/");
    one.taken.places = [...one.taken.places, { origin, stream, seq: Number(seq) }];
    const reviewed = reviewedFrom(one, body, timeMs);
    return { kind: "reviewed", repeated: false, reviewed };
  }
}
