/**
 * Pushes each change to the HIS as Standard Webhooks 1.0 has it: `webhook-id`, `webhook-timestamp`
 * and `webhook-signature` (HMAC-SHA-256 over `id.timestamp.body`), in the order in which changes
 * came about, one at a time, until the HIS has answered 2xx. So one may come twice, and none out of
 * its turn; the id is the same each time.
 */
import type { Stamp } from "../../../sync/entry.ts";
import { pause } from "../../../sync/timer.ts";
import { newEntry } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { includesSite, type SiteScope } from "../../site_scope.ts";
import { type Hook, push } from "../../signed_webhook.ts";
import type { Change, ToldStore } from "./told_store.ts";
import type { Teller } from "./teller.ts";
import { WEBHOOK, type WebhookBody } from "./webhook_body.ts";

export interface WebhookOptions extends Hook {
  /** Whose changes it hears. */
  readonly sites: SiteScope;
  /** Failing for so long, it is an alarm. */
  readonly alarmMs: number;
}

/** Waits after a failure, the last one again and again. */
const RETRY_MS = [1000, 2000, 5000, 15_000, 60_000, 300_000];
/** Changes that are read in one go. */
const AT_ONCE = 50;

export class Webhook {
  readonly #node: Pick<Node, "clock" | "disk" | "log" | "counters">;
  readonly #store: ToldStore;
  readonly #teller: Teller;
  readonly #options: WebhookOptions;
  /** Since when it fails, by a steady clock, and whether that was told. */
  #failing: { readonly sinceMs: number; told: boolean } | null = null;

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
        const changes = this.#store.after(this.#store.delivered(), AT_ONCE);
        for (const change of changes) {
          const isHeard = includesSite(this.#options.sites, change.site);
          if (isHeard && !await this.#deliver(change, signal)) return;
          this.#store.deliver(change.id);
        }
        if (changes.length < AT_ONCE) break;
      }
    }
  }

  /** Tries until it is taken; `false` once the signal aborts. */
  async #deliver(change: Change, signal: AbortSignal): Promise<boolean> {
    for (let tries = 0; !signal.aborted; tries++) {
      const reason = await this.#send(change, signal);
      if (signal.aborted) return false;
      this.#node.counters.add("tributary_webhook_total", { result: reason === null ? "ok" : "no" });
      if (reason === null) {
        await this.#works();
        return true;
      }
      await this.#fails(reason);
      await pause(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)], signal);
    }
    return false;
  }

  /** Why it was not taken; `null`: it was. */
  async #send({ id, body }: Change, signal: AbortSignal): Promise<string | null> {
    const seconds = Math.floor(this.#node.clock.now().wallMs / 1000);
    const text = JSON.stringify({
      type: "prescription.changed",
      timestamp: new Date(seconds * 1000).toISOString(),
      data: JSON.parse(body),
    });
    const pushed = { id: `change-${id}`, seconds, body: text };
    const outcome = await push(this.#options, pushed, signal);
    if (outcome.kind === "failed") return outcome.reason;
    const { status } = outcome;
    return status >= 200 && status < 300 ? null : `it answered ${status}`;
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
