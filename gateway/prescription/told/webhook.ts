/**
 * Pushes each change to the HIS as Standard Webhooks 1.0 has it: `webhook-id`, `webhook-timestamp`
 * and `webhook-signature` (HMAC-SHA-256 over `id.timestamp.body`), in the order in which changes
 * came about, one at a time, until the HIS has answered 2xx. So one may come twice, and none out
 * of its turn; the id is the same each time. One that the HIS finds fault with, again and again,
 * is put aside and told of, so that it holds up none behind it.
 */
import type { Stamp } from "../../../sync/entry.ts";
import { pause } from "../../../sync/timer.ts";
import { newEntry } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { includesSite, type SiteScope } from "../../site_scope.ts";
import { type Hook, push } from "../../signed_webhook.ts";
import type { Change, ToldStore } from "./told_store.ts";
import type { Teller } from "./teller.ts";
import { type LeftOutBody, WEBHOOK, WEBHOOK_LEFT_OUT, type WebhookBody } from "./webhook_body.ts";

export interface WebhookOptions extends Hook {
  /** Whose changes it hears. */
  readonly sites: SiteScope;
  /** Failing for so long, it is an alarm. */
  readonly alarmMs: number;
}

/** Waits after a failure, the last one again and again. */
const RETRY_MS = [1000, 2000, 5000, 15_000, 60_000, 300_000];
/** The HIS finds fault with the message itself (RFC 9110, 15.5): again it would do the same. */
const FAULTED: ReadonlySet<number> = new Set([400, 409, 413, 415, 422]);
/** So often it is asked before one is put aside. */
const FAULTED_TRIES = 4;
/** As many one after the other, and it finds fault with all: then they wait. */
const ASIDE_IN_ROW_MAX = 10;
/** Changes that are read in one go. */
const AT_ONCE = 50;

export class Webhook {
  readonly #node: Pick<Node, "clock" | "disk" | "log" | "counters">;
  readonly #store: ToldStore;
  readonly #teller: Teller;
  readonly #options: WebhookOptions;
  /** Since when it fails, by a steady clock, and whether that was told. */
  #failing: { readonly sinceMs: number; told: boolean } | null = null;
  /** Put aside since one was taken. */
  #asideInRow = 0;

  constructor(
    node: Pick<Node, "clock" | "disk" | "log" | "counters">,
    store: ToldStore,
    teller: Teller,
    options: WebhookOptions,
  ) {
    this.#node = node;
    this.#store = store;
    this.#teller = teller;
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    for await (const _ of this.#teller.changes(signal)) {
      for (;;) {
        const delivered = this.#store.delivered();
        const changes = this.#store.after(delivered, AT_ONCE);
        if (changes.length > 0) await this.#tellHole(changes[0].id - delivered - 1);
        for (const change of changes) {
          if (!includesSite(this.#options.sites, change.site)) {
            this.#store.deliver(change.id);
            continue;
          }
          const refusal = await this.#deliver(change, signal);
          if (signal.aborted) return;
          if (refusal === null) this.#store.deliver(change.id);
          else await this.#putAside(change, refusal);
        }
        if (changes.length < AT_ONCE) break;
      }
    }
  }

  /** Tries until it is taken, or the signal aborts; else with why it never is. */
  async #deliver(change: Change, signal: AbortSignal): Promise<string | null> {
    for (let tries = 1; !signal.aborted; tries++) {
      const failure = await this.#send(change, signal);
      if (signal.aborted) return null;
      const result = failure === null ? "ok" : "no";
      this.#node.counters.add("tributary_webhook_total", { result });
      if (failure === null) {
        this.#asideInRow = 0;
        await this.#works();
        return null;
      }
      const { reason, isFaulted } = failure;
      const isPatient = tries < FAULTED_TRIES || this.#asideInRow >= ASIDE_IN_ROW_MAX;
      if (isFaulted && !isPatient) return reason;
      await this.#fails(reason);
      await pause(RETRY_MS[Math.min(tries, RETRY_MS.length) - 1], signal);
    }
    return null;
  }

  /** Why it was not taken; `null`: it was. */
  async #send({ id, body }: Change, signal: AbortSignal) {
    const seconds = Math.floor(this.#node.clock.now().wallMs / 1000);
    const text = JSON.stringify({
      type: "prescription.changed",
      timestamp: new Date(seconds * 1000).toISOString(),
      data: JSON.parse(body),
    });
    const pushed = { id: `change-${id}`, seconds, body: text };
    const outcome = await push(this.#options, pushed, signal);
    if (outcome.kind === "failed") return { reason: outcome.reason, isFaulted: false };
    const { status } = outcome;
    if (status >= 200 && status < 300) return null;
    return { reason: `it answered ${status}`, isFaulted: FAULTED.has(status) };
  }

  async #putAside({ id, site, number }: Change, reason: string): Promise<void> {
    this.#asideInRow++;
    this.#store.refuse(id, reason);
    await this.#tellLeftOut("refused", { changes: 1, reason, prescription: { site, id: number } });
  }

  /** What was not kept until it could be told. */
  async #tellHole(changes: number): Promise<void> {
    if (changes <= 0) return;
    const reason = "it took nothing for so long that they are not kept any more";
    await this.#tellLeftOut("not-kept", { changes, reason, prescription: null });
  }

  async #tellLeftOut(why: string, body: LeftOutBody): Promise<void> {
    const { clock, disk, log, counters } = this.#node;
    counters.add("tributary_webhook_left_out_total", { reason: why }, body.changes);
    const time: Stamp = clock.now();
    await disk.append([newEntry("alarm", WEBHOOK_LEFT_OUT, time, body)], time);
    log({ kind: "webhook-left-out", changes: body.changes, reason: body.reason });
  }

  async #fails(reason: string): Promise<void> {
    const nowMs = performance.now();
    this.#failing ??= { sinceMs: nowMs, told: false };
    const { sinceMs, told } = this.#failing;
    if (told || nowMs - sinceMs < this.#options.alarmMs) return;
    this.#failing.told = true;
    await this.#tell({ works: false, reason, seconds: Math.round((nowMs - sinceMs) / 1000) });
  }

  async #works(): Promise<void> {
    const failing = this.#failing;
    this.#failing = null;
    if (failing === null || !failing.told) return;
    const seconds = Math.round((performance.now() - failing.sinceMs) / 1000);
    await this.#tell({ works: true, reason: null, seconds });
  }

  async #tell(body: WebhookBody): Promise<void> {
    const { clock, disk, log } = this.#node;
    const time: Stamp = clock.now();
    await disk.append([newEntry("alarm", WEBHOOK, time, body)], time);
    log({ kind: "webhook", works: body.works, reason: body.reason ?? "" });
  }
}
