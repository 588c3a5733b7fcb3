/** The link to one centre: waits until this node is enrolled there, then ships. */
import { Link, type LinkStatus } from "../sync/link.ts";
import { isOvertaken, nodeOf } from "../sync/origin.ts";
import { Peer } from "../sync/peer.ts";
import { pause, systemTimer } from "../sync/timer.ts";
import type { Standing } from "../sync/answers.ts";
import type { Centre } from "./config.ts";
import { readLatestLife } from "./keystore.ts";
import type { Node } from "./node.ts";

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
/** A site's own entries are shipped as they come; this is how soon a dead line shows. */
const SITE_REFRESH_MS = 20_000;
/** The other centre moves by itself as well: its positions are asked for, for the equality page. */
const COUNTY_REFRESH_MS = 2000;
/** A site ships to both centres; what one lacks for so long is handed on by the other. */
const RELAY_AFTER_MS = 5000;

export class CentreLink {
  readonly #node: Node;
  readonly #centre: Centre;
  #link: Link | null = null;
  /** A connection of its own: questions of people do not wait behind a batch. */
  #questions: Peer | null = null;
  /** Why there can be no link for now. */
  #unusable: LinkStatus | null = null;

  constructor(node: Node, centre: Centre) {
    this.#node = node;
    this.#centre = centre;
  }

  get centre(): string {
    return this.#centre.node;
  }

  status(): CentreStatus {
    const status = this.#link?.status() ?? this.#unusable;
    if (status !== null) return status;
    const hint = `ask ${this.#centre.node} for a code and run \`tributary enroll CODE\``;
    return { destination: this.#centre.node, state: "not-enrolled", hint };
  }

  /** Where the centre is known to stand, by (origin, stream). */
  get positions(): ReadonlyMap<string, Standing> {
    return this.#link?.peerPositions ?? new Map();
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
    for (;;) {
      const known = registry.member(this.#centre.node);
      if (known?.role === "county" && this.#hasAuthority()) {
        this.#requireLatestLife();
        return await this.#ship(known.publicKey, signal);
      }
      await pause(this.#unusable === null ? LOOK_MS : FILE_MS, signal);
      if (signal.aborted) return;
      if (registry.outdated) await registry.refresh();
    }
  }

  /** A replaced box that has just enrolled begins a life after those of the old one. */
  #requireLatestLife(): void {
    const { config, journal } = this.#node;
    const latest = readLatestLife(config.dataDir);
    if (!isOvertaken(journal.origin, journal.positions(), latest)) return;
    throw new Error(`The county holds ${latest} of this node, so it has to start anew after that`);
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

  async #ship(publicKey: string, signal: AbortSignal): Promise<void> {
    const { config, keystore, journal, counters, log } = this.#node;
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
    using questions = new Peer(options);
    this.#questions = questions;
    const site = config.role === "site";
    this.#link = new Link({
      journal,
      peer,
      peerPublicKey: publicKey,
      key: keystore.key,
      // A node's own entries are with itself; a site has none of others.
      carries: (origin) => nodeOf(origin) !== to,
      relayAfterMs: site ? 0 : RELAY_AFTER_MS,
      refreshMs: site ? SITE_REFRESH_MS : COUNTY_REFRESH_MS,
      timer: systemTimer,
      random: Math.random,
      onEvent: (event) => {
        switch (event.kind) {
          case "up":
            return log({ kind: "link-up", destination: to });
          case "down":
            counters.add("tributary_link_failures_total", { to });
            return log({ ...event, kind: "link-down", destination: to });
          case "shipped":
            return counters.add("tributary_shipped_entries_total", { to }, event.entries);
          case "blocked":
            return log({ ...event, kind: "stream-blocked", destination: to });
        }
      },
    });
    await this.#link.run(signal);
  }
}
