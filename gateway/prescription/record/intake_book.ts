/**
 * Where prescriptions are taken, at either role: once each (T2), within limits, with what is known
 * of them and of their patients at hand. What is decided of each, and stored, is the role's.
 */
import type { Append, Appended } from "../../../sync/append.ts";
import type { Node } from "../../node.ts";
import type { Recorded, Sent } from "../desk.ts";
import { patientKeyOf } from "../facts_of.ts";
import type { HistoryLine } from "../facts.ts";
import { idempotencyKeys, repetition } from "../idempotency.ts";
import type { LifeEvent } from "../life/event.ts";
import { ofKind } from "../life/told.ts";
import type { Prescription } from "../prescription.ts";
import type { Reviewable } from "../review.ts";
import { reviewedOf } from "../reviewed_of.ts";
import { conflictEntry } from "./conflict.ts";
import { FollowedLately } from "./followed_lately.ts";
import { type Known, knownOf, type Patient } from "./known.ts";
import { type LimitOptions, Limits, noRoom, tooMany } from "./limits.ts";
import { historyFor, Recent, Taken } from "./recent.ts";
import { eventsOf, nameOf, type RecordKey } from "./stored_events.ts";
import { Turns } from "./turns.ts";

export interface IntakeParts {
  readonly node: Pick<Node, "clock" | "disk" | "journal" | "tables">;
  readonly patientKey: Uint8Array;
  readonly limits: LimitOptions;
}

/** One that has come, or that is to be decided since it came elsewhere. */
export interface Asked extends Reviewable {
  /** As it came in at a door; `null`: its entry is here already. */
  readonly sent: Sent | null;
  /** What its sender calls it beside its number, or `null`. */
  readonly sendKey: string | null;
  /** Under which its patient's history is kept; `null`: nobody can say who it is. */
  readonly patient: string | null;
  readonly taken: Taken;
}

/** One whose turn it is. */
export interface Case extends Asked {
  /** All that the tables have of its number. */
  readonly events: readonly LifeEvent[];
  /** Whether this very content is stored already. */
  readonly isStored: boolean;
  /** `null`: the tables are behind, and nobody knows. */
  readonly history: readonly HistoryLine[] | null;
}

/** Whose history is asked for, beside the prescription itself. */
type Owner = Pick<Asked, "patient" | "prescription"> & { readonly taken: RecordKey };

interface Waiting extends Asked {
  readonly resolve: (recorded: Recorded) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Decides one, and resolves once that is on disk. Before it first waits for anything it has told
 * `recent` what it decided: the next of the same patient sees it.
 */
export type Decide = (one: Case) => Promise<Recorded>;

/** Taken and not in the tables yet: with more the tables are seconds behind. */
const RECENT_MAX = 20_000;
/** What the tables have by now is looked at no more often, milliseconds. */
const FORGET_MS = 50;

/** Whoever sends right after a start waits so long for the tables; then without a history. */
const FIRST_MS = 5000;

export class IntakeBook {
  readonly recent = new Recent();
  readonly #lately: FollowedLately;
  readonly #parts: IntakeParts;
  readonly #limits: Limits;
  readonly #decide: Decide;
  #forgetAtMs = 0;
  readonly #turns = new Turns<Waiting>((items) => this.#turn(items));

  constructor(parts: IntakeParts, decide: Decide) {
    this.#parts = parts;
    this.#lately = new FollowedLately(parts.node);
    this.#limits = new Limits(parts.limits);
    this.#decide = decide;
  }

  /** Looks whether the tables follow, until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#lately.run(signal);
  }

  /** Takes what came in at a door, of that site. */
  async record(site: string, sent: Sent): Promise<Recorded> {
    const found = idempotencyKeys(sent.key, site, sent.prescription);
    if (found.kind === "refused") return found;
    const refused = noRoom(this.#parts.node.disk) ?? this.#tooFarBehind() ??
      this.#limits.admit(sent.who, performance.now());
    if (refused !== null) return refused;
    try {
      return await this.#once(site, sent, found.keys);
    } finally {
      this.#limits.done();
    }
  }

  /** Decides what came elsewhere; `null` where it is under way, or was decided a moment ago. */
  decideStored(one: Reviewable): Promise<Recorded> | null {
    const { site, prescription } = one;
    const found = idempotencyKeys(null, site, prescription);
    if (found.kind === "refused" || this.recent.under(found.keys).length > 0) return null;
    return this.#ask(one, null, found.keys);
  }

  #tooFarBehind(): Recorded & { readonly kind: "refused" } | null {
    if (this.recent.size < RECENT_MAX) return null;
    return tooMany(`${RECENT_MAX} prescriptions are not in the tables yet`, 1);
  }

  async #once(site: string, sent: Sent, keys: readonly string[]): Promise<Recorded> {
    const { hash, prescription } = sent;
    for (let isForgotten = false;;) {
      const before = this.recent.under(keys);
      // What is under way under a key may be refused itself: only then it is known whose that is.
      const pending = before.find((one) => one.hash !== hash && !one.isAnswered);
      if (pending === undefined) {
        const repeated = repetition(before.map((one) => one.hash), hash);
        if (repeated.kind === "refused") {
          if (isForgotten) return await this.refuseOther(site, sent, repeated);
          // The tables may know by now that both are there.
          await this.#forget();
          isForgotten = true;
          continue;
        }
        if (repeated.kind === "repeated") return again(await before[0].answer);
        return await this.#ask({ site, prescription, hash }, sent, keys);
      }
      await pending.answer.catch(() => {});
    }
  }

  #ask(one: Reviewable, sent: Sent | null, keys: readonly string[]): Promise<Recorded> {
    const { site, prescription, hash } = one;
    const { promise, resolve, reject } = Promise.withResolvers<Recorded>();
    const { id: number, version } = prescription;
    const taken = new Taken({ site, number, version, keys, hash }, promise);
    this.recent.add(taken);
    // Whoever sent it hears of it; what came from elsewhere is tried again.
    promise.then(
      ({ kind }) => {
        taken.isAnswered = true;
        if (kind === "refused" || taken.places.length === 0) this.recent.remove(taken);
      },
      () => this.recent.remove(taken),
    );
    const { patientKey } = this.#parts;
    const patient = patientKeyOf(prescription, { site, patientKey });
    const sendKey = sent === null ? null : keys.at(1)?.slice(`${site}/key/`.length) ?? null;
    this.#turns.push({ ...one, sent, taken, sendKey, patient, resolve, reject });
    return promise;
  }

  async #turn(items: readonly Waiting[]): Promise<void> {
    let known: Known;
    try {
      await this.#lately.firstWithin(FIRST_MS);
      await this.#forgetAtTimes();
      known = await knownOf(this.#parts.node.tables.near, {
        numbers: items.map(({ taken }) => taken),
        sendKeys: items.flatMap(({ site, sendKey }) =>
          sendKey === null ? [] : [{ site, key: sendKey }]
        ),
        patients: items.flatMap(({ patient, prescription }) =>
          patient === null ? [] : [patientOf(patient, prescription)]
        ),
      });
    } catch (error) {
      for (const { reject } of items) reject(error);
      return;
    }
    // What each decides it tells before it waits: the next one's history has it.
    for (const item of items) this.#settle(item, known).then(item.resolve, item.reject);
  }

  /** Before the tables are asked: what they have by then, their answer has. */
  async #forgetAtTimes(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs < this.#forgetAtMs) return;
    this.#forgetAtMs = nowMs + FORGET_MS;
    await this.#forget();
  }

  async #forget(): Promise<void> {
    const origins = this.recent.origins();
    const places = new Map<string, number>();
    const select = "SELECT origin, stream, seq FROM cursors WHERE origin = ?";
    for (const origin of origins) {
      for (const row of await this.#parts.node.tables.near.rows(select, [origin])) {
        places.set(`${origin} ${row.text("stream")}`, row.number("seq"));
      }
    }
    this.recent.followed((origin, stream) => places.get(`${origin} ${stream}`) ?? 0);
  }

  async #settle(item: Waiting, known: Known): Promise<Recorded> {
    const { site, prescription: { version }, hash, sent, taken } = item;
    const events = known.events.get(nameOf(taken)) ?? [];
    const hashes = ofKind(events, "prescription").filter(({ body }) =>
      body.prescription.version === version
    ).map(({ body }) => body.hash);
    if (sent !== null) {
      const under = known.sent.get(`${site}/${item.sendKey}`) ?? [];
      // Where nodes that were apart took two under it, either is answered when it is sent again.
      const before = repetition([...hashes, ...under.includes(hash) ? [hash] : under], hash);
      if (before.kind === "refused") return await this.refuseOther(site, sent, before);
      const stored = reviewedOf(events, { version, hash });
      if (stored !== null) return { kind: "reviewed", repeated: true, reviewed: stored };
    }
    const { resolve: _resolve, reject: _reject, ...asked } = item;
    const history = this.#historyOf(item, known.medicines);
    return await this.#decide({ ...asked, events, isStored: hashes.includes(hash), history });
  }

  /** The patient's history as of now; whoever decides by it does so before waiting again. */
  async historyNow(one: Case): Promise<HistoryLine[] | null> {
    return await this.#historyOfPatient(one);
  }

  /** The same for a draft, of which nothing is stored; `number` is what it will be called. */
  async historyOfDraft(
    { site, number }: RecordKey,
    prescription: Prescription,
  ): Promise<HistoryLine[] | null> {
    const { patientKey } = this.#parts;
    const patient = patientKeyOf(prescription, { site, patientKey });
    return await this.#historyOfPatient({ taken: { site, number }, patient, prescription });
  }

  async #historyOfPatient(one: Owner): Promise<HistoryLine[] | null> {
    const { patient, prescription } = one;
    await this.#lately.firstWithin(FIRST_MS);
    const patients = patient === null ? [] : [patientOf(patient, prescription)];
    const asked = { numbers: [], sendKeys: [], patients };
    const { medicines } = await knownOf(this.#parts.node.tables.near, asked);
    return this.#historyOf(one, medicines);
  }

  #historyOf({ taken, patient, prescription }: Owner, medicines: Known["medicines"]) {
    if (!this.#lately.isSo) return null;
    if (patient === null) return [];
    const issuedMs = Date.parse(prescription.issuedAt);
    const stored = medicines.get(patient) ?? [];
    return historyFor(taken, issuedMs, stored, this.recent.medicines(patient));
  }

  /** Appends for one that was taken, and notes where the entries stand. */
  async append(taken: Taken, items: readonly Append[]): Promise<Appended[]> {
    const { journal, disk, clock } = this.#parts.node;
    const { origin } = journal;
    const outcomes = await disk.append(items, clock.now());
    const places = outcomes.flatMap((outcome, index) => {
      const item = items[index];
      if (outcome.kind !== "stored" || item.kind !== "entry") return [];
      return [{ origin, stream: item.stream, seq: outcome.seq }];
    });
    taken.places = [...taken.places, ...places];
    return outcomes;
  }

  /** The answer by what is stored, once the tables have all that the journal has; `null`: none. */
  async storedAnswer(taken: Taken): Promise<Recorded | null> {
    const { version, hash } = taken;
    const { tables, journal } = this.#parts.node;
    await tables.caughtUp(journal);
    const events = await eventsOf(tables, [taken]);
    const reviewed = reviewedOf(events.get(nameOf(taken)) ?? [], { version, hash });
    return reviewed === null ? null : { kind: "reviewed", repeated: true, reviewed };
  }

  /** Another content came under a key that is taken: refused, and told in an alarm (T2). */
  async refuseOther<R extends Recorded & { readonly kind: "refused" }>(
    site: string,
    { prescription: { id, version }, hash, who }: Sent,
    refused: R,
  ): Promise<R> {
    const time = this.#parts.node.clock.now();
    const body = { site, prescription: id, version, hash, who };
    await this.#parts.node.disk.append([conflictEntry(body, time)], time);
    return refused;
  }
}

function patientOf(key: string, { issuedAt }: Prescription): Patient {
  return { key, fromMs: Date.parse(issuedAt) };
}

function again(recorded: Recorded): Recorded {
  return recorded.kind === "reviewed" ? { ...recorded, repeated: true } : recorded;
}
