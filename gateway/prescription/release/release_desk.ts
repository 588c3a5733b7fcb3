/** At a county: writes releases, and tells each site what it has to have of them. */
import { canonicalHash } from "../canonical_hash.ts";
import { parseOrigin } from "../../../sync/origin.ts";
import { type Stream, streamTo } from "../../../sync/stream.ts";
import { newEntry } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { whenChanged } from "../../when_changed.ts";
import { partsOf } from "./parts.ts";
import { documentsOf, RULES_PART, RULES_SWITCH, type SwitchBody } from "./release_entries.ts";
import { checkedRelease, type ReleaseRequest } from "./release_request.ts";
import {
  documentKind,
  documentText,
  hasDocument,
  type Release,
  releaseNames,
  storedReleases,
  toldSites,
} from "./stored_releases.ts";

type ReleaseNode = Pick<
  Node,
  "clock" | "config" | "disk" | "journal" | "log" | "tables"
>;

export class ReleaseDesk {
  readonly #node: ReleaseNode;
  readonly #signers: readonly string[];
  #last: Promise<unknown> = Promise.resolve();
  #told = "";

  constructor(node: ReleaseNode, signers: readonly string[]) {
    this.#node = node;
    this.#signers = signers;
  }

  /** One at a time. Resolves when it is on disk; throws `ReleaseError` before anything is. */
  release(request: ReleaseRequest, who: string): Promise<SwitchBody> {
    const turn = this.#last.then(() => this.#release(request, who));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #release(request: ReleaseRequest, who: string): Promise<SwitchBody> {
    const { tables, journal, clock, log } = this.#node;
    await tables.caughtUp(journal);
    const before = (await storedReleases(tables, 1)).at(0) ?? null;
    const { named, documents } = await checkedRelease(request, {
      signers: this.#signers,
      before,
      textOf: (document) => documentText(tables, document),
    });
    for (const [document, { what, text }] of documents) {
      if (!await hasDocument(tables, document)) {
        for (const part of partsOf(what, text)) await this.#write("record", RULES_PART, part);
      }
    }
    const number = (before?.number ?? 0) + 1;
    const { wallMs } = clock.now();
    const fromMs = request.from === undefined ? wallMs : Math.max(wallMs, Date.parse(request.from));
    const what = { number, ...named, fromMs, by: who, note: request.note };
    const body: SwitchBody = { id: canonicalHash(what), ...what };
    await this.#write("record", RULES_SWITCH, body);
    // The next one counts on, and this node's own reviews follow it.
    await tables.caughtUp(journal);
    log({ kind: "rules-released", release: body.id, number });
    return body;
  }

  async #write(stream: Stream, kind: string, body: object): Promise<void> {
    const time = this.#node.clock.now();
    await this.#node.disk.append([newEntry(stream, kind, time, body)], time);
  }

  /** Tells sites what was released here, those too that come later, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#node.tables.caughtUp(this.#node.journal, signal);
    this.#told = "";
    await whenChanged(this.#node.tables, signal, () => this.#tell(signal));
  }

  async #tell(signal: AbortSignal): Promise<false> {
    const { tables, clock, journal } = this.#node;
    // Of the tables that have changed: the registry may follow them a little later.
    const rows = await tables.rows("SELECT node FROM members WHERE role = 'site' ORDER BY node");
    const sites = rows.map((row) => row.text("node"));
    const state = `${await releaseNames(tables)}\n${sites.join()}`;
    if (state === this.#told) return false;
    await tables.caughtUp(journal, signal);
    const releases = toBeTold(await storedReleases(tables), clock.now().wallMs)
      .filter(({ origin }) => parseOrigin(origin)?.node === this.#node.config.node);
    const told = await toldSites(tables);
    for (const site of sites) {
      for (const release of releases) {
        if (signal.aborted) return false;
        await this.#tellSite(site, release, told.get(site) ?? new Set());
      }
    }
    this.#told = state;
    return false;
  }

  /** Its own mapping and no other site's; nothing that it has already. */
  async #tellSite(site: string, release: Release, told: Set<string>): Promise<void> {
    const { origin: _origin, toldMs: _toldMs, ...body } = release;
    if (told.has(body.id)) return;
    const mappings = body.mappings.filter((one) => one.site === site);
    const own: SwitchBody = { ...body, mappings };
    for (const document of documentsOf(own)) {
      if (told.has(document)) continue;
      const { tables } = this.#node;
      const text = await documentText(tables, document);
      for (const part of partsOf(await documentKind(tables, document), text)) {
        await this.#write(streamTo(site), RULES_PART, part);
      }
      told.add(document);
    }
    await this.#write(streamTo(site), RULES_SWITCH, own);
    told.add(body.id);
  }
}

/** The one in force and those to come, oldest first; the releases are given latest first. */
function toBeTold(releases: readonly Release[], wallMs: number): Release[] {
  const inForce = releases.findIndex(({ fromMs }) => fromMs <= wallMs);
  return releases.slice(0, inForce < 0 ? releases.length : inForce + 1).toReversed();
}
