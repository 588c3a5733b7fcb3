/** Drafts are checked as what is signed is, and journalled; they get no token and join no queue. */
import { createHash } from "node:crypto";
import type { NewEntry } from "../../../sync/append.ts";
import type { Problem } from "../../../sync/problem.ts";
import { isTooLarge, newEntry, once } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { canonicalHash } from "../canonical_hash.ts";
import type { Checked, DraftDesk, DraftSender, DraftSent, Refused } from "../desk.ts";
import type { HistoryLine } from "../facts.ts";
import type { Unheard } from "../life/verdict_body.ts";
import type { Prescription } from "../prescription.ts";
import { type LimitOptions, Limits, noRoom } from "../record/limits.ts";
import type { RecordKey } from "../record/stored_events.ts";
import { verdictOf } from "../review.ts";
import type { SourcesInForce } from "../review_sources.ts";
import { cardUuid } from "./cards.ts";
import type { CdsFeedbackBody, DraftCheckBody } from "./cds_body.ts";
import type { Feedback } from "./feedback.ts";

export interface CdsDeskParts {
  readonly node: Pick<Node, "clock" | "config" | "disk">;
  readonly sources: SourcesInForce;
  readonly limits: LimitOptions;
  /** Why nothing of this site is taken here; `null`: it is. A site's own may go unnamed. */
  readonly refuse: (site: string | null) => Refused | null;
  /** Of whom a history of now may lack what was told lately. */
  readonly unheard: (site: string) => readonly Unheard[];
  readonly historyOf: (
    key: RecordKey,
    draft: Prescription,
  ) => Promise<readonly HistoryLine[] | null>;
}

export class CdsDesk implements DraftDesk {
  readonly #parts: CdsDeskParts;
  readonly #limits: Limits;

  constructor(parts: CdsDeskParts) {
    this.#parts = parts;
    this.#limits = new Limits(parts.limits);
  }

  async check(sent: DraftSent): Promise<Checked> {
    return await this.#within(sent.from, (site) => this.#check(site, sent));
  }

  async feedback(
    feedback: Feedback,
    from: DraftSender,
  ): Promise<Refused | { readonly kind: "told" }> {
    return await this.#within(from, async (site) => {
      const body: CdsFeedbackBody = { site, who: from.who, feedback };
      return await this.#append(feedbackEntry(body, this.#parts.node.clock.now())) ??
        { kind: "told" };
    });
  }

  /** Within what one sender, and all of them, may ask for. */
  async #within<T>(
    { site, who }: DraftSender,
    work: (site: string) => Promise<T | Refused>,
  ): Promise<T | Refused> {
    const { node, refuse } = this.#parts;
    const refused = refuse(site) ?? noRoom(node.disk) ??
      this.#limits.admit(who, performance.now());
    if (refused !== null) return refused;
    try {
      return await work(site ?? node.config.node);
    } finally {
      this.#limits.done();
    }
  }

  async #check(site: string, { prescription, number, ...sent }: DraftSent): Promise<Checked> {
    const { node, sources, historyOf } = this.#parts;
    const { hookInstance, service, from: { who } } = sent;
    await sources.ready;
    const history = await historyOf({ site, number }, prescription);
    const time = node.clock.now();
    const degraded = node.config.role === "site";
    const mode = degraded ? "degraded" : "county";
    const reviewable = { site, prescription, hash: canonicalHash(prescription) };
    const unheard = degraded ? [] : this.#parts.unheard(site);
    const verdict = verdictOf(
      sources.now,
      reviewable,
      { mode, history, atMs: time.wallMs, unheard },
    );
    const { outcome, findings, pack, mapping, history: used, facts } = verdict;
    const historyReach = facts?.historyReach ?? "none";
    const body: DraftCheckBody = {
      ...{ site, who, id: hookInstance, service, draft: prescription },
      ...{ mode, outcome, findings, pack, mapping, history: used, historyReach },
      ...(unheard.length === 0 ? {} : { unheard: [...unheard] }),
      cards: findings.map((_, index) => cardUuid(hookInstance, index)),
    };
    return await this.#append(newEntry("record", "draft-check", time, body)) ??
      { kind: "checked", findings, degraded, historyReach, unheard };
  }

  async #append(entry: NewEntry): Promise<Refused | null> {
    if (isTooLarge(entry)) return { kind: "refused", problem: TOO_MUCH };
    await this.#parts.node.disk.append([entry], entry.time);
    return null;
  }
}

/** A HIS that does not hear the answer sends the same again: it is kept once. */
function feedbackEntry(body: CdsFeedbackBody, time: NewEntry["time"]): NewEntry {
  const { site, who } = body;
  const words = JSON.stringify(body);
  const id = createHash("sha256").update(words).digest("hex");
  const channel = `cds-feedback/${site}/${who}`;
  return once(newEntry("record", "cds-feedback", time, body), channel, id, words);
}

const TOO_MUCH: Problem = {
  status: 413,
  code: "too-large",
  title: "What came of the draft is too much for one entry: nothing was stored",
  hint: "check fewer lines at one time",
};
