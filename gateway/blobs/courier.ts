/** Ships files to one centre, behind the entries: waits until this node is enrolled there. */
import { BlobLink, type BlobLinkStatus } from "../../sync/blobs/blob_link.ts";
import type { Pacer } from "../../sync/pacing.ts";
import { Peer } from "../../sync/peer.ts";
import { pause, systemTimer } from "../../sync/timer.ts";
import type { CentreLink } from "../centre_link.ts";
import type { Centre } from "../config.ts";
import type { Node } from "../node.ts";
import { withKeyOf } from "../with_key_of.ts";

/** How often a node that is not enrolled looks whether it is now. */
const LOOK_MS = 1000;
/** How often the centre is asked whether it lost files. */
const REFRESH_MS = 60_000;
/** A site ships to both centres; what one lacks for so long is handed on by the other. */
const RELAY_AFTER_MS = 10_000;
/** More entries than leave in one batch: then they have the line. */
const BUSY_ENTRIES = 4096;

export class BlobCourier {
  readonly #node: Node;
  readonly #centre: Centre;
  readonly #link: Pick<CentreLink, "status" | "reachable">;
  readonly #pacer: Pacer;
  #files: BlobLink | null = null;

  constructor(
    node: Node,
    centre: Centre,
    { link, pacer }: { link: Pick<CentreLink, "status" | "reachable">; pacer: Pacer },
  ) {
    this.#node = node;
    this.#centre = centre;
    this.#link = link;
    this.#pacer = pacer;
  }

  get centre(): string {
    return this.#centre.node;
  }

  /** `null` before the first connection: what waits is in the store. */
  status(): BlobLinkStatus | null {
    return this.#files?.status() ?? null;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const known = this.#node.registry.member(this.#centre.node);
      const ca = this.#authority();
      if (known?.role === "county" && ca !== null) {
        await withKeyOf(
          this.#node.registry,
          this.#centre.node,
          signal,
          (key, pinned) => this.#ship(key, ca, pinned),
        );
        continue;
      }
      await pause(LOOK_MS, signal);
    }
  }

  /** The centre's authority in PEM where one is configured; `null` where it cannot be read. */
  #authority(): { ca?: string } | null {
    const { ca } = this.#centre;
    try {
      return ca === undefined ? {} : { ca: Deno.readTextFileSync(ca) };
    } catch {
      // The link says so.
      return null;
    }
  }

  async #ship(publicKey: string, ca: { ca?: string }, signal: AbortSignal): Promise<void> {
    const { config, keystore, blobs, log } = this.#node;
    const { node: to, url } = this.#centre;
    using peer = new Peer({
      url: new URL(url),
      node: to,
      publicKey,
      self: config.node,
      key: keystore.key,
      ...ca,
    });
    this.#files = new BlobLink({
      store: blobs,
      peer,
      peerPublicKey: publicKey,
      relayAfterMs: RELAY_AFTER_MS,
      refreshMs: REFRESH_MS,
      pace: (bytes, signal) => this.#pace(bytes, signal),
      reachable: (signal) => this.#link.reachable(signal),
      busy: () => this.#isBusy(),
      timer: systemTimer,
      random: Math.random,
      onEvent: (event) => {
        if (event.kind !== "set-aside") return;
        const { hash, reason } = event;
        log({ kind: "blob-set-aside", destination: to, hash, reason });
      },
    });
    await this.#files.run(signal);
  }

  async #pace(bytes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = this.#pacer.waitMs();
      if (waitMs <= 0) break;
      await pause(waitMs, signal);
    }
    this.#pacer.spent(bytes);
  }

  #isBusy(): boolean {
    const status = this.#link.status();
    return status.state === "up" && status.waitingEntries > BUSY_ENTRIES;
  }
}
