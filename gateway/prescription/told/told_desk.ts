/** What a HIS hears without asking: a stream that it opens, and a webhook that is pushed. */
import { join } from "node:path";
import * as z from "zod";
import { NODE_NAME } from "../../../sync/origin.ts";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute, Input } from "../../api_route.ts";
import { centresOf, type PrescriptionConfig } from "../../config.ts";
import type { Node } from "../../node.ts";
import { refusalForSite } from "../../site_scope.ts";
import { openOwnFile } from "../../own_file.ts";
import { webhookSecret } from "../../signed_webhook.ts";
import { Teller } from "./teller.ts";
import { insightOf } from "../standing_view.ts";
import { type Listener, LISTENERS_MAX, ToldStreams } from "./told_stream.ts";
import { ToldStore } from "./told_store.ts";
import { Webhook, type WebhookOptions } from "./webhook.ts";

/** Failing for so long, somebody has to look. */
const ALARM_MS = 10 * 60_000;

/** Changes that are listed at most. */
const LISTED_MAX = 1000;

interface Open {
  readonly store: ToldStore;
  readonly teller: Teller;
  readonly streams: ToldStreams;
  readonly over: AbortSignal;
}

const refusedChanges = z.object({
  changes: z.array(z.object({ site: z.string(), id: z.string(), reason: z.string() })),
});

export class ToldDesk {
  readonly #node: Node;
  readonly #webhook: WebhookOptions | null;
  readonly #isKept: boolean;
  #open: Open | null = null;

  constructor(node: Node, { webhook, changes }: PrescriptionConfig) {
    this.#node = node;
    this.#isKept = webhook !== undefined || (changes ?? node.config.role === "site");
    this.#webhook = webhook === undefined ? null : {
      url: webhook.url,
      sites: webhook.sites ?? "all",
      secret: webhookSecret("prescription.webhook.secretFile", webhook.secretFile),
      timeoutMs: webhook.timeoutSeconds * 1000,
      alarmMs: ALARM_MS,
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { config, journal, tables, keystore } = this.#node;
    await tables.caughtUp(journal, signal);
    if (!this.#isKept) await aborted(signal);
    if (signal.aborted) return;
    const [key] = keystore.storage.keys;
    using store = openOwnFile(join(config.dataDir, "told.db"), (path) => new ToldStore(path, key));
    const teller = new Teller({ journal, tables, store, authorities: centresOf(config) });
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const parts = [teller.run(either)];
    if (this.#webhook !== null) {
      parts.push(new Webhook(this.#node, store, teller, this.#webhook).run(either));
    }
    const streams = new ToldStreams(store, teller, LISTENERS_MAX[config.role]);
    this.#open = { store, teller, streams, over: either };
    try {
      await Promise.race(parts);
    } finally {
      this.#open = null;
      over.abort();
      await Promise.allSettled(parts);
    }
  }

  routes(): readonly ApiRoute[] {
    return [{
      method: "get",
      path: "/api/prescription-changes",
      right: "read",
      bySite: true,
      summary:
        "Server-sent events: where a prescription stands, whenever that changes. The header " +
        "Last-Event-ID, or after, goes on behind what was heard; an event `gap` says that some of " +
        "it is not kept any more, `ended` that the session or token is not good any more",
      query: z.object({
        site: z.string().regex(NODE_NAME).optional().describe(
          "Of one site; none: of all that the token is for",
        ),
        after: z.string().regex(/^\d{1,15}$/).optional(),
      }),
      answer: z.string(),
      contentType: "text/event-stream",
      handle: (_, { request, query, actor, again }) => {
        const site = query.site ?? null;
        const refused = refusalForSite(actor.sites, site);
        if (refused !== null) return Promise.resolve(problemResponse(refused));
        if (!this.#isKept) return Promise.resolve(problemResponse(NOT_KEPT));
        if (this.#open === null) return Promise.resolve(problemResponse(NOT_READY));
        const { streams, over } = this.#open;
        const header = request.headers.get("last-event-id") ?? query.after ?? "";
        const after = /^\d{1,15}$/.test(header) ? Number(header) : null;
        const name = nameOf(actor);
        const listening = { name, after, listener: () => listenerOf(again(), site) };
        return Promise.resolve(streams.respond(listening, request, over));
      },
    }, {
      method: "get",
      path: "/api/prescription-changes/refused",
      right: "read",
      summary: "Changes that the HIS at the webhook finds fault with, put aside; the oldest first",
      answer: refusedChanges,
      handle: () => {
        if (this.#open === null) return Promise.resolve(problemResponse(NOT_READY));
        const changes = this.#open.store.refused(LISTED_MAX)
          .map(({ site, number, reason }) => ({ site, id: number, reason }));
        return Promise.resolve(Response.json({ changes }));
      },
    }, {
      method: "post",
      path: "/api/prescription-changes/refused",
      right: "system.manage",
      summary: "Tells the HIS those again, unless it was told something newer of the prescription",
      answer: z.object({ told: z.int() }),
      handle: () => {
        if (this.#open === null) return Promise.resolve(problemResponse(NOT_READY));
        const told = this.#open.store.tellRefusedAgain();
        this.#open.teller.wake();
        return Promise.resolve(Response.json({ told }));
      },
    }];
  }
}

/** Who it is, wherever it asks from: `program his`, `person li`. */
function nameOf({ who, address }: Pick<Input["actor"], "who" | "address">): string {
  return who.slice(0, who.length - ` from ${address}`.length);
}

/** What who listens may hear now; `null`: nothing any more. */
function listenerOf(actor: Input["actor"] | null, site: string | null): Listener | null {
  if (actor === null || !actor.rights.has("read")) return null;
  if (refusalForSite(actor.sites, site) !== null) return null;
  return { sites: site === null ? actor.sites : [site], insight: insightOf(actor.rights) };
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve());
  return promise;
}

const NOT_KEPT: Problem = {
  status: 404,
  code: "changes-not-kept",
  title: "This node keeps no changes for listeners",
  hint: "set prescription.changes, or listen at the site",
};

const NOT_READY: Problem = {
  status: 503,
  code: "not-ready",
  title: "Nothing can be told yet",
  hint: "come back in a few seconds",
};
