/**
 * Where pharmacists decide what rules could not (P7, P8): the queue at work on a node. A county
 * has all that waits, a site what it decided alone and the county has not looked at (P12).
 */
import { isDiskFailure } from "../../disk_failure.ts";
import type { Node } from "../../node.ts";
import type { Problem } from "../../../sync/problem.ts";
import { DatabaseError } from "../../../sync/postgres/database_error.ts";
import { streamTo } from "../../../sync/stream.ts";
import { pause } from "../../../sync/timer.ts";
import type { DecisionBody } from "../life/decision_body.ts";
import type { LifeEvent } from "../life/event.ts";
import type { Pass } from "../life/pass.ts";
import type { WaitPolicy } from "../life/queue_order.ts";
import type { TokenClaims } from "../life/token.ts";
import { standingOf } from "../life/standing.ts";
import type { Claim, Listed, QueueKey, Taken } from "../queue/queue_item.ts";
import type { ReviewQueue, Workload } from "../queue/review_queue.ts";
import { eventsOf, nameOf } from "../record/stored_events.ts";
import { whenChanged } from "../../when_changed.ts";
import { NOT_READY, OTHER, STALE } from "./review_problems.ts";
import { decisionEntry, decisionOf, decisionUnder } from "./decision_entry.ts";
import { openQueue } from "./open_queue.ts";
import { type Glance, Glances } from "./glances.ts";
import { QueueKeeper } from "./queue_keeper.ts";
import { authorsOf, refusalOf, reviewerOf, type Reviewing } from "./reviewer.ts";
import { type Shown, shownOf } from "./shown.ts";
import { dayOf } from "../shanghai_day.ts";
import { isDue, refusalBy } from "./task_due.ts";
import type { SourcesInForce } from "../review_sources.ts";
import { WaitAlarms } from "./wait_alarms.ts";

export interface ReviewConfig extends Pick<WaitPolicy, "warnMs" | "escalateMs"> {
  readonly secondBySenior: boolean;
  /** Without a connection for so long, claims return (P7). */
  readonly awayMs: number;
}

export interface ReviewParts {
  readonly node: Node;
  readonly config: ReviewConfig;
  readonly sign: (claims: TokenClaims) => string;
  /** Says who may review, where the county has a registry (P14). */
  readonly sources: SourcesInForce;
}

/** A signed-in pharmacist. */
export interface Pharmacist {
  readonly account: string;
  readonly name?: string;
  readonly senior: boolean;
}

export interface Held {
  readonly task: Taken;
  readonly shown: Shown;
}

export interface DecideAsked extends Pick<Claim, "site" | "prescription" | "fence" | "store"> {
  readonly decision: DecisionBody["decision"];
  readonly comment?: string;
  readonly verdict: string | null;
}

export type Answer<T> =
  | { readonly kind: "done"; readonly answer: T }
  | { readonly kind: "refused"; readonly problem: Problem };

export interface DecidedAnswer {
  readonly id: string;
  readonly state: string;
  readonly pass: Pass | null;
}

interface Opened {
  readonly queue: ReviewQueue;
  readonly keeper: QueueKeeper;
}

/** How often at least it is looked whether somebody is gone, or something waits too long. */
const LOOK_MS = 5000;
/** Looks, and signs of life, until somebody counts as gone. */
const LOOKS_AWAY = 6;
/** A long queue takes long to look through: then it rests so many times as long. */
const RESTS = 10;
/** Of the queue the first in order: what is behind them nobody reads. */
export const LIST_MAX = 20;
/** Claims whose beginning is remembered: several for each pharmacist of a county. */
const CLAIMS_MAX = 1000;
/** Others may come first, or change what was offered, so often in a row. */
const TRIES_MAX = 5;
/** So many looks, it is compared with what the store has. */
const COMPARED = 6;
/** After the store failed. */
const REST_MS = 2000;

export class ReviewDesk {
  readonly #parts: ReviewParts;
  /** When claims were given here, by fence: how long they were in hand is told with them. */
  readonly #takenMs = new Map<number, number>();
  readonly #glances = new Glances(() => this.#glance());
  #open: Opened | null = null;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
  }

  get policy(): ReviewConfig {
    return this.#parts.config;
  }

  /** How often a sign of life is due. */
  get beatMs(): number {
    return Math.min(LOOK_MS, this.#parts.config.awayMs / LOOKS_AWAY);
  }

  /** Keeps the queue, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { node, config } = this.#parts;
    const { tables, journal } = node;
    await tables.caughtUp(journal, signal);
    while (!signal.aborted) {
      try {
        await using opened = await openQueue(node, config.awayMs);
        const { queue } = opened;
        const site = node.config.role === "site" ? node.config.node : null;
        const { secondBySenior } = config;
        const keeper = new QueueKeeper({
          ...{ tables, queue, site, secondBySenior },
          authorsOf: (prescriber, at) => authorsOf(this.#reviewing, prescriber, at),
        });
        await this.#work(queue, keeper, signal);
      } catch (error) {
        if (isDiskFailure(error)) throw error;
        node.log({ kind: "review-queue-failed", reason: String(error) });
        await pause(REST_MS, signal);
      }
    }
  }

  async #work(queue: ReviewQueue, keeper: QueueKeeper, signal: AbortSignal): Promise<void> {
    const { node, config } = this.#parts;
    const alarms = new WaitAlarms(node, config);
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    await keeper.look();
    this.#open = { queue, keeper };
    let looks = 0;
    const looking = async () => {
      while (!either.aborted) {
        await queue.expire(performance.now());
        await alarms.look(queue);
        if (looks++ % COMPARED === 0) await keeper.compare();
        await pause(this.beatMs, either);
      }
    };
    const keeping = whenChanged(node.tables, either, async () => {
      const beganMs = performance.now();
      await keeper.look();
      await pause(Math.min(LOOK_MS, (performance.now() - beganMs) * RESTS), either);
      return false;
    });
    const both = [keeping, looking()];
    try {
      await Promise.race(both);
    } finally {
      this.#open = null;
      over.abort();
      await Promise.allSettled(both);
    }
  }

  list(limit: number): Promise<Answer<Listed[]>> {
    return this.#with(({ queue }) => queue.list(limit));
  }

  workload(): Promise<Answer<Workload>> {
    const { wallMs } = this.#parts.node.clock.now();
    return this.#with(({ queue }) => queue.workload(wallMs, this.#parts.config));
  }

  /** Both for all who have a workbench open; `null`: it is not ready. */
  glance(): Promise<Glance | null> {
    return this.#glances.now();
  }

  async #glance(): Promise<Glance | null> {
    const [workload, items] = [await this.workload(), await this.list(LIST_MAX)];
    if (workload.kind === "refused" || items.kind === "refused") return null;
    return { workload: workload.answer, items: items.answer };
  }

  /** What is held, without what it is about. */
  async claimed({ account }: Pharmacist): Promise<Taken | null> {
    return await this.#open?.queue.held(account) ?? null;
  }

  /** The first in order, or what is held already; `null`: nothing waits. */
  take(who: Pharmacist): Promise<Answer<Held | null>> {
    return this.#answered(async (open) => {
      const reviewer = reviewerOf(this.#reviewing, who);
      if (reviewer.kind === "not") return refused(reviewer.problem);
      const answer = await this.#taken({ ...who, senior: reviewer.senior }, open);
      // The page that shows it asks who is on duty.
      this.#glances.forget();
      return { kind: "done", answer };
    });
  }

  async #taken(
    { account, senior }: Pharmacist,
    { queue, keeper }: Opened,
  ): Promise<Held | null> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const task = await queue.take(account, { senior });
      if (task === null) return null;
      // Of nodes that share the queue one may be behind, and offer what is decided already.
      const events = await this.#eventsNow(task);
      const shown = isDue(task, events) ? shownOf(events) : null;
      if (shown !== null) {
        this.#noteTaken(task.claim);
        return { task, shown };
      }
      await queue.withdraw([task]);
      keeper.touch(task);
      await keeper.look();
    }
    return null;
  }

  #noteTaken({ fence }: Claim): void {
    if (this.#takenMs.has(fence)) return;
    const [oldest] = this.#takenMs.keys();
    if (this.#takenMs.size >= CLAIMS_MAX) this.#takenMs.delete(oldest);
    this.#takenMs.set(fence, this.#parts.node.clock.now().wallMs);
  }

  /** By the registry of this moment. */
  get #reviewing(): Reviewing {
    const { node, sources } = this.#parts;
    return { registry: sources.now.registry, day: dayOf(node.clock.now().wallMs) };
  }

  held({ account }: Pharmacist): Promise<Answer<Held | null>> {
    return this.#with(async ({ queue }) => {
      const task = await queue.held(account);
      const shown = task === null ? null : await this.shown(task);
      return task === null || shown === null ? null : { task, shown };
    });
  }

  async shown(key: QueueKey): Promise<Shown | null> {
    const events = await this.#events(key);
    return events.length === 0 ? null : shownOf(events);
  }

  /** A sign of life of who has a page open. */
  async present(account: string): Promise<void> {
    await this.#with(({ queue }) => queue.present(account));
  }

  release(who: Pharmacist, asked: Omit<Claim, "holder">): Promise<Answer<{ released: true }>> {
    return this.#answered(async ({ queue }) => {
      const released = await queue.release({ ...asked, holder: who.account });
      return released === "stale" ? refused(STALE) : { kind: "done", answer: { released: true } };
    });
  }

  /** Returns how many claims went back. */
  offDuty({ account }: Pharmacist): Promise<Answer<number>> {
    return this.#with(async ({ queue }) => {
      const returned = await queue.offDuty(account);
      this.#glances.forget();
      return returned;
    });
  }

  /** Resolves when the decision is on disk (G1); a claim that is not held any more is refused. */
  decide(who: Pharmacist, asked: DecideAsked): Promise<Answer<DecidedAnswer>> {
    const { site, prescription, fence, store } = asked;
    const claim = { site, prescription, fence, store, holder: who.account };
    return this.#answered(async ({ queue, keeper }) => {
      const task = await queue.held(who.account);
      const events = await this.#eventsNow(claim);
      const before = decisionUnder(claim, events);
      if (before !== null) return sameAs(before, who, asked, events);
      if (task === null || !isOf(task.claim, claim)) return refused(STALE);
      const reviewing = this.#reviewing;
      const refusal = refusalOf(reviewerOf(reviewing, who), task) ??
        refusalBy(events, task, {
          account: who.account,
          verdict: asked.verdict,
          reviewing,
        });
      if (refusal !== null) return refused(refusal);
      const { node, sign } = this.#parts;
      const by = { id: who.account, ...(who.name === undefined ? {} : { name: who.name }) };
      const { decision, comment, verdict } = asked;
      const takenMs = this.#takenMs.get(fence) ?? null;
      const { over, order: { sinceMs } } = task;
      const deciding = { claim, by, decision, comment, verdict, over, sinceMs, takenMs };
      const now = node.clock.now();
      const said = decisionOf(events, deciding, { node: node.config.node, now, sign });
      const outcome = await queue.decide(claim, () => this.#append(said.body));
      if (outcome.kind === "stale") return refused(STALE);
      keeper.touch(claim);
      this.#takenMs.delete(fence);
      if (outcome.result === "conflict") return refused(OTHER);
      node.counters.add("tributary_decisions_total", { decision });
      const { body: { id }, state, pass } = said;
      return { kind: "done", answer: { id, state, pass } };
    });
  }

  async #append(body: DecisionBody) {
    const { node } = this.#parts;
    const time = node.clock.now();
    const stream = node.config.role === "site" ? "record" : streamTo(body.site);
    const [{ kind }] = await node.disk.append([decisionEntry(stream, time, body)], time);
    return kind;
  }

  /** Of all that the journal has by now. */
  async #eventsNow(key: QueueKey): Promise<readonly LifeEvent[]> {
    const { tables, journal } = this.#parts.node;
    await tables.caughtUp(journal);
    return await this.#events(key);
  }

  async #events(key: QueueKey): Promise<readonly LifeEvent[]> {
    const number = { site: key.site, number: key.prescription };
    return (await eventsOf(this.#parts.node.tables, [number])).get(nameOf(number)) ?? [];
  }

  #with<T>(work: (open: Opened) => Promise<T>): Promise<Answer<T>> {
    return this.#answered(async (open) => ({ kind: "done", answer: await work(open) }));
  }

  async #answered<T>(work: (open: Opened) => Promise<Answer<T>>): Promise<Answer<T>> {
    if (this.#open === null) return refused(NOT_READY);
    try {
      return await work(this.#open);
    } catch (error) {
      // The store is away; where it lasts, the queue is opened anew.
      if (!(error instanceof DatabaseError)) throw error;
      this.#parts.node.log({ kind: "review-queue-failed", reason: String(error) });
      return refused(NOT_READY);
    }
  }
}

function isOf(one: Claim, other: Claim): boolean {
  return one.site === other.site && one.prescription === other.prescription &&
    one.fence === other.fence && one.store === other.store;
}

function refused(problem: Problem): { readonly kind: "refused"; readonly problem: Problem } {
  return { kind: "refused", problem };
}

/** The answer to what was decided under this claim, where it is asked for once more. */
function sameAs(
  { id, decision, comment, by }: DecisionBody,
  { account }: Pharmacist,
  asked: DecideAsked,
  events: readonly LifeEvent[],
): Answer<DecidedAnswer> {
  const isSame = decision === asked.decision && comment === asked.comment && by.id === account;
  if (!isSame) return refused(OTHER);
  const { state, pass } = standingOf(events);
  return { kind: "done", answer: { id, state, pass } };
}
