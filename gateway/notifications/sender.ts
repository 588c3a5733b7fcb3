/**
 * Has people told: makes plans of what domains handed over, and messages of plans, and gives these
 * to channels until each has an outcome. What to do next is decided in `dispatch.ts`, of what the
 * tables hold; all that is remembered beside them is when to try again.
 */
import type { NewEntry } from "../../sync/append.ts";
import type { Language } from "../console/text.ts";
import { newEntry, once } from "../collected_entry.ts";
import type { Node } from "../node.ts";
import { whenChanged } from "../when_changed.ts";
import { ChannelHealth, type ChannelNews } from "./channel_health.ts";
import type { Channel, Letter } from "./channels/channel.ts";
import { type Contact, recipientsOf } from "./contact.ts";
import {
  CHANNEL,
  DELIVERY,
  digest,
  MESSAGE,
  messageId,
  type Outcome,
  PLAN,
  reasonText,
  UNDELIVERED,
} from "./delivery.ts";
import {
  afterAttempt,
  afterComposing,
  type Attempt,
  type DispatchLimits,
  type DispatchState,
  IDLE,
  nextStep,
  noting,
  type Step,
} from "./dispatch.ts";
import { messageText, subjectText } from "./message_text.ts";
import type { Notification } from "./notification.ts";
import {
  notificationsIn,
  unplannedOf,
  type WaitingDelivery,
  waitingOf,
} from "./notification_queue.ts";
import { strayOutcome } from "./stray.ts";

export interface SenderParts {
  readonly node: Pick<Node, "journal" | "tables" | "clock" | "log" | "counters"> & {
    readonly disk: Pick<Node["disk"], "append">;
  };
  readonly name: string;
  readonly role: "site" | "county";
  /** The county's own nodes, at a county. */
  readonly centres: readonly string[];
  readonly channels: readonly Channel[];
  readonly contacts: () => Promise<readonly Contact[]>;
  /** Whether this node sends what was open for so long here, see `responsibility.ts`. */
  readonly isOurs: (site: string | null, openMs: number) => boolean;
  /** At a site: whether a centre is reached that could send instead. */
  readonly canHandOver: () => boolean;
  readonly limits: DispatchLimits & { readonly alarmMs: number; readonly handOverMs: number };
  readonly nowMs: () => number;
  readonly random: () => number;
}

export interface WaitingView extends Pick<WaitingDelivery, "notification" | "contact" | "channel"> {
  readonly stage: WaitingDelivery["stage"];
  /** For how long it has waited here, as far as this process knows. */
  readonly ageSeconds: number;
  /** Failures in a row, of its channel and of its contact. */
  readonly attempts: number;
  /** Until it may be tried again; the interval of a contact may add to it. */
  readonly nextSeconds: number;
  readonly reason: string | null;
}

/** What is not ours yet may become so: it is looked at again so often. */
const LOOK_MS = 5000;

export class Sender {
  readonly #parts: SenderParts;
  readonly #states = new Map<string, DispatchState>();
  readonly #health: ReadonlyMap<string, ChannelHealth>;
  /** Since when each notification is open here. */
  #open = new Map<string, number>();

  constructor(parts: SenderParts) {
    this.#parts = parts;
    const { alarmMs } = parts.limits;
    this.#health = new Map(
      parts.channels.map(({ name }) => [name, new ChannelHealth(alarmMs)]),
    );
  }

  /** Until the signal aborts; throws what the disk does, and goes on when it is run again. */
  async run(signal: AbortSignal): Promise<void> {
    const { node, channels } = this.#parts;
    await node.tables.caughtUp(node.journal, signal);
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const looks = [() => this.#plan(), ...channels.map((one) => () => this.#serve(one, either))];
    const alarms = { changes: (signal: AbortSignal) => this.#alarms(signal) };
    const running = looks.map((look) => whenChanged(alarms, either, look));
    try {
      await Promise.all(running);
    } finally {
      over.abort();
      await Promise.allSettled(running);
    }
  }

  /** Why a channel does not work; `null`: it does, or nothing was tried yet. */
  failing(channel: string): string | null {
    return this.#health.get(channel)?.reason ?? null;
  }

  /** What waits here: for how long, what was tried, and when it is tried next (T8). */
  async waiting(): Promise<WaitingView[]> {
    const { nowMs } = this.#parts;
    return (await this.#waiting()).map((one) => {
      const { notification, contact, channel, stage } = one;
      const state = this.#stateOf(channel);
      const pace = state.contacts.get(contact);
      const nextMs = Math.max(state.channel.nextMs, pace?.nextMs ?? -Infinity);
      const sinceMs = this.#open.get(nameOf(one)) ?? nowMs();
      return {
        notification,
        contact,
        channel,
        stage,
        ageSeconds: Math.round((nowMs() - sinceMs) / 1000),
        attempts: state.channel.failures + (pace?.failures ?? 0),
        nextSeconds: Math.max(0, Math.ceil((nextMs - nowMs()) / 1000)),
        reason: this.failing(channel),
      };
    });
  }

  /** Yields when the tables have followed what came into any node's stream of alarms. */
  async *#alarms(signal: AbortSignal): AsyncGenerator<void> {
    const { journal, tables } = this.#parts.node;
    for await (const moved of journal.changes(signal)) {
      if (!moved.some(({ stream }) => stream === "alarm")) continue;
      await tables.caughtUp(journal, signal);
      yield;
    }
  }

  async #plan(): Promise<number> {
    const { node: { tables } } = this.#parts;
    // What a site has decided it plans itself.
    const unplanned = (await unplannedOf(tables)).filter(({ node }) => this.#isOfThisRole(node));
    const waiting = await this.#waiting();
    const names = [...unplanned.map(({ notification }) => notification.id), ...waiting.map(nameOf)];
    const nowMs = this.#parts.nowMs();
    this.#open = new Map(names.map((name) => [name, this.#open.get(name) ?? nowMs]));
    if (names.length === 0) return LOOK_MS;
    const contacts = await this.#parts.contacts();
    for (const { notification } of unplanned) {
      const { id, site } = notification;
      if (this.#isOurs(id, site)) await this.#planOne(notification, contacts);
    }
    const ours = waiting.filter((one) => this.#isOurs(nameOf(one), one.site));
    await this.#settleStrays(ours, contacts);
    return LOOK_MS;
  }

  async #planOne(notification: Notification, contacts: readonly Contact[]): Promise<void> {
    const { id } = notification;
    const recipients = recipientsOf(contacts, notification);
    const plan = this.#entry(PLAN, { notification: id, recipients });
    const entries = [once(plan, PLAN, id)];
    if (recipients.length === 0) {
      const reason = `no contact is told of ${notification.roles.join(", ")} at level ` +
        `${notification.level}`;
      const body = { notifications: [id], contact: null, channel: null, reason };
      entries.push(this.#undelivered(digest(UNDELIVERED, id), body));
    }
    await this.#append(entries);
  }

  /** What no channel of this node takes: the county does, or nobody. */
  async #settleStrays(
    waiting: readonly WaitingDelivery[],
    contacts: readonly Contact[],
  ): Promise<void> {
    for (const all of Map.groupBy(waiting, recipientOf).values()) {
      const [{ contact, channel }] = all;
      const problem = strayOutcome(all[0], { ...this.#parts, contacts });
      if (problem === null) continue;
      const ids = all.map(({ notification }) => notification);
      await this.#settle({ contact, channel }, ids, { ...problem, attempts: 0 });
    }
  }

  /** One step of one channel; says when there is another. */
  async #serve(channel: Channel, signal: AbortSignal): Promise<boolean | number> {
    const { limits, nowMs } = this.#parts;
    const all = (await this.#waiting()).filter((one) => one.channel === channel.name);
    const contacts = all.length === 0 ? [] : await this.#parts.contacts();
    const waiting = all.filter((one) =>
      this.#isOurs(nameOf(one), one.site) &&
      strayOutcome(one, { ...this.#parts, contacts }) === null
    );
    const health = this.#health.get(channel.name);
    await this.#tellHealth(channel, health?.look(nowMs(), waiting.length) ?? null);
    const state = noting(this.#stateOf(channel.name), waiting, nowMs());
    this.#states.set(channel.name, state);
    // A siren is not folded: it follows what is to be heard, within seconds (C5).
    const own = channel.isLocal ? { ...limits, foldMs: 0, perHour: Infinity } : limits;
    const step = nextStep(state, waiting, own, nowMs());
    const again = await this.#take(step, channel, signal);
    // Whenever it may be tried it is: otherwise nobody would learn that it works again.
    const isTried = step.kind === "wait" || step.kind === "send";
    if (isTried && !signal.aborted && this.#handsOver(channel, health)) {
      for (const [contact, all] of Map.groupBy(waiting, ({ contact }) => contact)) {
        const ids = all.map(({ notification }) => notification);
        const outcome = { outcome: "handed-over", detail: health?.reason ?? "" } as const;
        await this.#settle({ contact, channel: channel.name }, ids, { ...outcome, attempts: 0 });
      }
    }
    return again;
  }

  async #take(step: Step, channel: Channel, signal: AbortSignal): Promise<boolean | number> {
    const { node, nowMs } = this.#parts;
    if (step.kind === "wait") {
      const leftMs = step.untilMs === null ? LOOK_MS : Math.max(1, step.untilMs - nowMs());
      return Math.min(LOOK_MS, leftMs);
    }
    const recipient = { contact: step.contact, channel: channel.name };
    if (step.kind === "expire") {
      const detail = this.#health.get(channel.name)?.reason ?? "nobody took it in time";
      const outcome = { outcome: "expired", detail, attempts: 0 } as const;
      await this.#settle(recipient, step.notifications, outcome);
      return true;
    }
    if (step.kind === "compose") {
      const { notifications } = step;
      const id = messageId(recipient, notifications);
      const entry = this.#entry(MESSAGE, { id, ...recipient, notifications });
      await this.#append([once(entry, MESSAGE, id)]);
      const state = afterComposing(this.#stateOf(channel.name), step.contact, nowMs());
      this.#states.set(channel.name, state);
      await node.tables.caughtUp(node.journal, signal);
      return true;
    }
    await this.#send(channel, step.contact, step.message, signal);
    return true;
  }

  async #send(
    channel: Channel,
    contact: string,
    message: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { node, name, nowMs, random } = this.#parts;
    const told = await notificationsIn(node.tables, name, message);
    const contacts = await this.#parts.contacts();
    const known = contacts.find(({ id }) => id === contact);
    const way = known?.ways.find((one) => one.channel === channel.name);
    // The next look at the plans says what becomes of it.
    if (known === undefined || way === undefined || told.length === 0) return;
    const letter = this.#letter(message, way.to, told, known.language);
    const attempt = await channel.send(letter, signal);
    if (signal.aborted && attempt.kind === "failed") return;
    const attempts = (this.#stateOf(channel.name).contacts.get(contact)?.failures ?? 0) + 1;
    const after = { nowMs: nowMs(), random: random(), backoff: this.#parts.limits.backoff };
    const state = afterAttempt(this.#stateOf(channel.name), contact, attempt, after);
    this.#states.set(channel.name, state);
    node.counters.add("tributary_notifications_total", {
      by: channel.name,
      result: attempt.kind,
    });
    await this.#learn(channel, attempt);
    if (attempt.kind === "failed") return;
    const ids = told.map(({ id }) => id);
    const outcome = { outcome: attempt.kind, detail: attempt.detail, attempts } as const;
    await this.#settle({ contact, channel: channel.name }, ids, outcome, message);
  }

  #letter(
    id: string,
    to: string,
    notifications: readonly Notification[],
    language: Language,
  ): Letter {
    return {
      id,
      to,
      subject: subjectText(notifications, language),
      text: (lengthMax) => messageText(notifications, language, lengthMax),
      data: { message: id, notifications },
      seconds: Math.floor(this.#parts.node.clock.now().wallMs / 1000),
    };
  }

  /** What became of notifications for one contact; who could not be told is an alarm (T10). */
  async #settle(
    recipient: { readonly contact: string; readonly channel: string },
    notifications: readonly string[],
    told: { readonly outcome: Outcome; readonly detail: string; readonly attempts: number },
    message = messageId(recipient, notifications),
  ): Promise<void> {
    const { node } = this.#parts;
    const detail = reasonText(told.detail);
    const body = { message, ...recipient, notifications, ...told, detail };
    const entries = [this.#entry(DELIVERY, body)];
    if (told.outcome === "refused" || told.outcome === "expired") {
      const reason = `${told.outcome}: ${detail}`;
      entries.push(this.#undelivered(message, { notifications, ...recipient, reason }));
    }
    await this.#append(entries);
    node.log({ kind: "notification", ...recipient, outcome: told.outcome, detail });
    await node.tables.caughtUp(node.journal);
  }

  #undelivered(id: string, body: object): NewEntry {
    return once(this.#entry(UNDELIVERED, { id, ...body }), UNDELIVERED, id);
  }

  async #learn(channel: Channel, attempt: Attempt): Promise<void> {
    const health = this.#health.get(channel.name);
    const fails = attempt.kind === "failed" && attempt.of === "channel";
    const reason = fails ? reasonText(attempt.detail) : null;
    await this.#tellHealth(channel, health?.learn(reason, this.#parts.nowMs()) ?? null);
  }

  async #tellHealth({ name }: Channel, news: ChannelNews | null): Promise<void> {
    if (news === null) return;
    await this.#append([this.#entry(CHANNEL, { channel: name, ...news })]);
    const { works, reason } = news;
    this.#parts.node.log({ kind: "channel", channel: name, works, reason: reason ?? "" });
  }

  #handsOver(channel: Channel, health: ChannelHealth | undefined): boolean {
    const { role, canHandOver, limits, nowMs } = this.#parts;
    if (role !== "site" || channel.isLocal || health === undefined) return false;
    return health.failingMs(nowMs()) >= limits.handOverMs && canHandOver();
  }

  /** A site sends what it planned; a county what is of it, or was handed over to it. */
  async #waiting(): Promise<WaitingDelivery[]> {
    const { node, name, role } = this.#parts;
    const all = await waitingOf(node.tables, name, role);
    return all.filter((one) => one.stage === "handed-over" || this.#isOfThisRole(one.node));
  }

  #isOfThisRole(node: string): boolean {
    const { role, name, centres } = this.#parts;
    return role === "site" ? node === name : centres.includes(node);
  }

  /** `name` is that under which it is known since when it is open here. */
  #isOurs(name: string, site: string | null): boolean {
    const { nowMs, isOurs, role } = this.#parts;
    return role === "site" || isOurs(site, nowMs() - (this.#open.get(name) ?? nowMs()));
  }

  #stateOf(channel: string): DispatchState {
    return this.#states.get(channel) ?? IDLE;
  }

  #entry(kind: string, body: object): NewEntry {
    return newEntry("alarm", kind, this.#parts.node.clock.now(), body);
  }

  async #append(entries: readonly NewEntry[]): Promise<void> {
    const { disk, clock } = this.#parts.node;
    await disk.append(entries, clock.now());
  }
}

function recipientOf({ contact, channel }: WaitingDelivery): string {
  return `${contact} ${channel}`;
}

function nameOf(waiting: WaitingDelivery): string {
  return `${recipientOf(waiting)} ${waiting.notification}`;
}
