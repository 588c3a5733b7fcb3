/** The link to one centre: waits until this node is enrolled there, then ships. */
import { keysOf } from "../sync/desk.ts";
import { GAP_AFTER_MS } from "../sync/gaps.ts";
import { Link, type LinkEvent, type LinkStatus } from "../sync/link.ts";
import { nodeOf } from "../sync/origin.ts";
import { Peer } from "../sync/peer.ts";
import { Pull } from "../sync/pull.ts";
import { streamTo } from "../sync/stream.ts";
import { pause, systemTimer } from "../sync/timer.ts";
import type { Standing } from "../sync/answers.ts";
import type { Answering } from "./centre_key_words.ts";
import type { Centre } from "./config.ts";
import { readLatestLife } from "./keystore.ts";
import type { Node } from "./node.ts";
import type { Replication } from "./replication.ts";
import { withKeyOf } from "./with_key_of.ts";

/** How a link is doing; before enrolment there is none. */
export type CentreStatus = LinkStatus | {
  readonly destination: string;
  readonly state: "not-enrolled";
  readonly hint: string;
};

/** How often a node that is not enrolled looks whether it is now. */
const LOOK_MS = 250;
/** How often a file that cannot be read is tried again. */
const FILE_MS = 5000;
/**
 * A site's own entries are shipped as they come: one that says something once a minute never has
 * to ask as well, which would cost it as much again.
 */
const SITE_REFRESH_MS = 75_000;
/** The other centre moves by itself as well: its positions are asked for, for the equality page. */
const COUNTY_REFRESH_MS = 2000;
/** Also while it is shipped to, and so is never quiet for so long. */
const COUNTY_ASK_MS = 3000;
/** A site ships to both centres; what one lacks for so long is handed on by the other. */
const RELAY_AFTER_MS = 5000;

export class CentreLink {
  readonly #node: Node;
  readonly #centre: Centre;
  readonly #replication: Replication;
  #link: Link | null = null;
  #pull: Pull | null = null;
  /** A connection of its own: questions of people do not wait behind a batch. */
  #questions: Peer | null = null;
  /** Why there can be no link for now. */
  #unusable: LinkStatus | null = null;

  constructor(node: Node, centre: Centre, replication: Replication) {
    this.#node = node;
    this.#centre = centre;
    this.#replication = replication;
  }

  get centre(): string {
    return this.#centre.node;
  }

  status(): CentreStatus {
    const status = this.#link?.status() ?? this.#unusable;
    if (status !== null) {
      return { ...status, blocked: [...status.blocked, ...this.#pull?.blocked ?? []] };
    }
    const hint = `ask ${this.#centre.node} for a code and run \`tributary enroll CODE\``;
    return { destination: this.#centre.node, state: "not-enrolled", hint };
  }

  /** Resolves once the centre has answered since it last failed, or at the abort. */
  async reachable(signal: AbortSignal): Promise<void> {
    await this.#link?.reachable(signal);
  }

  /** How the centre answers with the key that is pinned. */
  get answering(): Answering {
    if (this.#link === null) return { kind: "unknown" };
    const { state, sinceMs } = this.#link.status();
    if (state !== "down") return { kind: state === "up" ? "answers" : "unknown" };
    return this.#link.isUnbelieved ? { kind: "other-key" } : { kind: "silent", sinceMs };
  }

  /** Milliseconds since it last said anything; infinite where it is not there. */
  get silentMs(): number {
    return this.#link?.silentMs ?? Infinity;
  }

  /** Where the centre is known to stand, by (origin, stream). */
  get positions(): ReadonlyMap<string, Standing> {
    return this.#link?.peerPositions ?? new Map();
  }

  /** As of when `positions` are known, by the steady clock; minus infinity: of no moment. */
  get toldMs(): number {
    return this.#link?.toldMs ?? -Infinity;
  }

  /** For questions about what the centre holds; `null` before enrolment. */
  get questions(): Peer | null {
    return this.#questions;
  }

  /** Forgets where the centre is believed to stand; it is asked anew at once. */
  askAgain(): void {
    this.#link?.askAgain();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { registry } = this.#node;
    while (!signal.aborted) {
      const known = registry.member(this.#centre.node);
      if (known?.role === "county" && this.#hasAuthority()) {
        // A replaced box that has just enrolled begins a life after those of the old one.
        const latest = readLatestLife(this.#node.config.dataDir);
        const begun = this.#replication.lives.overtaken(latest);
        // A disk that takes nothing now may take it later.
        if (await begun.then(() => true, () => false)) {
          await withKeyOf(
            registry,
            this.#centre.node,
            signal,
            (key, pinned) => this.#connect(key, pinned),
          );
          continue;
        }
      }
      await pause(this.#unusable === null ? LOOK_MS : FILE_MS, signal);
      if (signal.aborted) return;
      if (registry.outdated) await registry.refresh();
    }
  }

  /** Whether the file with the centre's authority can be read, where one is configured. */
  #hasAuthority(): boolean {
    const { node: destination, ca } = this.#centre;
    try {
      if (ca !== undefined) Deno.readTextFileSync(ca);
      return true;
    } catch (error) {
      const reason = `Cannot read the authority's certificate ${ca}: ${error}`;
      const hint = "set ca to a file that this program may read";
      if (this.#unusable === null) {
        this.#node.log({ kind: "link-down", destination, reason, hint });
      }
      this.#unusable = {
        destination,
        state: "down",
        sinceMs: this.#unusable?.sinceMs ?? performance.now(),
        reason,
        hint,
        attempts: (this.#unusable?.attempts ?? 0) + 1,
        nextTryMs: performance.now() + FILE_MS,
        waitingEntries: 0,
        sentBytes: 0,
        receivedBytes: 0,
        oldestWaitingMs: null,
        blocked: [],
      };
      return false;
    }
  }

  async #connect(publicKey: string, signal: AbortSignal): Promise<void> {
    const { config, keystore, journal } = this.#node;
    const { node: to, url, ca } = this.#centre;
    const options = {
      url: new URL(url),
      node: to,
      publicKey,
      self: config.node,
      key: keystore.key,
      ...(ca === undefined ? {} : { ca: Deno.readTextFileSync(ca) }),
    };
    using peer = new Peer(options);
    // Connections of their own: a question that waits for an answer holds up nothing.
    using questions = new Peer(options);
    this.#questions = questions;
    using pulled = new Peer(options);
    const site = config.role === "site";
    const { lives, wants, pacer, others, links } = this.#replication;
    const shared = { journal, wants, timer: systemTimer, random: Math.random };
    const link = new Link({
      ...shared,
      lives,
      pacer,
      others: () => others(to),
      peer,
      peerPublicKey: publicKey,
      key: keystore.key,
      // A site ships nothing of others; a centre may have lost what it wrote itself as well.
      carries: (origin) => !site || nodeOf(origin) === config.node,
      relayAfterMs: site ? 0 : RELAY_AFTER_MS,
      refreshMs: site ? SITE_REFRESH_MS : COUNTY_REFRESH_MS,
      // Whether all that the other centre has is here is to be known under load, too.
      askEveryMs: site ? Infinity : COUNTY_ASK_MS,
      gapAfterMs: GAP_AFTER_MS,
      onEvent: (event) => this.#note(event),
    });
    this.#link = link;
    links.set(to, link);
    this.#pull = this.#pullFrom(shared, pulled);
    await Promise.all([link.run(signal), this.#pull.run(signal)]);
  }

  #pullFrom(
    shared: Pick<ConstructorParameters<typeof Pull>[0], "journal" | "wants" | "timer" | "random">,
    peer: Peer,
  ): Pull {
    const { config, registry, clock, keystore, log, counters } = this.#node;
    return new Pull({
      ...shared,
      peer,
      follow: config.role === "site" ? streamTo(config.node) : null,
      reachable: (signal) => this.reachable(signal),
      member: (name) => {
        const own = { publicKey: keystore.key.publicKey, role: config.role };
        const member = registry.member(name) ?? (name === config.node ? own : undefined);
        return member && { role: member.role, publicKeys: keysOf(member) };
      },
      stamp: () => clock.now(),
      onEvent: (event) => {
        const { from } = event;
        if (event.kind === "pull-failed") this.#link?.doubt();
        if (event.kind !== "pulled") return log(event);
        counters.add("tributary_received_entries_total", { from }, event.entries);
      },
    });
  }

  #note(event: LinkEvent): void {
    const { counters, log } = this.#node;
    const to = this.#centre.node;
    switch (event.kind) {
      case "up":
        return log({ kind: "link-up", destination: to });
      case "down":
        counters.add("tributary_link_failures_total", { to });
        return log({ ...event, kind: "link-down", destination: to });
      case "shipped":
        return counters.add("tributary_shipped_entries_total", { to }, event.entries);
      case "gap":
        return log({ ...event, kind: "gap-told", destination: to });
      case "blocked":
        return log({ ...event, kind: "stream-blocked", destination: to });
    }
  }
}
