/** A node that sends, over a real journal and tables, with a webhook that tests answer. */
import { stampAt } from "../../sync/fixtures.ts";
import { Counters } from "../counters.ts";
import { TablesDesk } from "../fixture_tables.ts";
import type { Channel } from "./channels/channel.ts";
import { webhookChannel } from "./channels/webhook_channel.ts";
import type { Contact } from "./contact.ts";
import { HttpPeer } from "./fixture_letter.ts";
import { contact } from "./fixture_notifications.ts";
import { type Notification, notificationEntry } from "./notification.ts";
import { latestDeliveries, undeliveredSince } from "./notification_queue.ts";
import { Sender, type SenderParts } from "./sender.ts";

const SECRET = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`;

export const HOOKED: Contact = contact("li", { ways: [{ channel: "hook" }] });

/** As quick as tests are; the numbers of the product are tried in `dispatch.test.ts`. */
export const QUICK: SenderParts["limits"] = {
  foldMs: 0,
  perHour: 1000,
  expireMs: 3_600_000,
  alarmMs: 3_600_000,
  handOverMs: 3_600_000,
  backoff: { firstMs: 5, maxMs: 20 },
};

export function hookTo(peer: HttpPeer, name = "hook"): Channel {
  return webhookChannel(name, { url: peer.url, secret: SECRET, timeoutMs: 10_000 });
}

export class SendingNode implements AsyncDisposable {
  readonly peer = new HttpPeer();
  readonly desk: TablesDesk;
  /** Called around each append; what it throws is a crash. */
  around: (when: "before" | "behind", kinds: readonly string[]) => void = () => {};
  #running: { readonly stop: AbortController; readonly end: Promise<unknown> } | null = null;
  sender: Sender | null = null;

  private constructor(desk: TablesDesk) {
    this.desk = desk;
  }

  static async open(node = "site-017", authorities: readonly string[] = []): Promise<SendingNode> {
    return new SendingNode(await TablesDesk.open({ node, authorities }));
  }

  /** Runs it; resolves with why it ended where it did. */
  start(changed: Partial<SenderParts> = {}): Promise<unknown> {
    const { journal, tables, options } = this.desk;
    const clock = { now: () => stampAt(0), ruler: () => () => stampAt(0) };
    const disk = {
      append: async (...[items, stamp]: Parameters<typeof journal.append>) => {
        const kinds = items.map((item) => item.kind === "entry" ? item.entryKind : item.kind);
        this.around("before", kinds);
        const appended = await journal.append(items, stamp);
        this.around("behind", kinds);
        return appended;
      },
    };
    const { node: name, authorities = [] } = options;
    this.sender = new Sender({
      node: { journal, tables, disk, clock, log: () => {}, counters: new Counters() },
      name,
      role: authorities.length === 0 ? "site" : "county",
      centres: authorities,
      channels: [hookTo(this.peer)],
      contacts: () => Promise.resolve([HOOKED]),
      isOurs: () => true,
      canHandOver: () => false,
      limits: QUICK,
      nowMs: () => performance.now(),
      random: () => 0.5,
      ...changed,
    });
    const stop = new AbortController();
    const end = this.sender.run(stop.signal).catch((error: unknown) => error);
    this.#running = { stop, end };
    return end;
  }

  async stop(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.end;
    this.#running = null;
  }

  /** As a process that is started again: what it had in memory is gone. */
  async restart(changed: Partial<SenderParts> = {}): Promise<void> {
    await this.stop();
    await this.desk.reopen();
    this.start(changed);
  }

  async handOver(...notifications: readonly Notification[]): Promise<void> {
    const time = stampAt(0);
    const entries = notifications.map((one) => notificationEntry(time, one));
    await this.desk.journal.append(entries, time);
  }

  /** `id contact state`, the latest first. */
  async deliveries(): Promise<string[]> {
    await this.desk.tables.caughtUp(this.desk.journal);
    const all = await latestDeliveries(this.desk.tables, 1000);
    return all.map(({ notification, contact, state }) => `${notification.id} ${contact} ${state}`)
      .sort();
  }

  async undelivered() {
    await this.desk.tables.caughtUp(this.desk.journal);
    return await undeliveredSince(this.desk.tables, 0, 1000);
  }

  get heardIds(): string[] {
    return this.peer.heard.map(({ headers }) => headers.get("webhook-id") ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.desk[Symbol.asyncDispose]();
    await this.peer[Symbol.asyncDispose]();
  }
}
