/**
 * What reviews rest on at this node: what the county has released, or the configuration's files as
 * long as it has released nothing. A release is made ready beside the reviews and put in force as
 * a whole; what cannot be read leaves the one before in force.
 */
import { pause } from "../../../sync/timer.ts";
import { newEntry } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { DataFileError } from "../data_file.ts";
import { type DrugList, parseDrugList } from "../drug_list.ts";
import { type Mapping, parseMapping } from "../mapping.ts";
import { PackError } from "../pack/document.ts";
import { loadPack } from "../pack/signed_pack.ts";
import { whenChanged } from "../../when_changed.ts";
import { parseRegistry, type Registry } from "../registry.ts";
import type { ReviewSources, SourcesInForce } from "../review_sources.ts";
import { MissingPart, ReleaseError } from "./parts.ts";
import { RULES_REFUSED } from "./release_entries.ts";
import { documentText, type Release, releaseNames, storedReleases } from "./stored_releases.ts";

/** A part may come from the other centre, later than the switch; then it is an alarm. */
const MISSING_MS = 60_000;

export type RuleNode = Pick<
  Node,
  "clock" | "disk" | "journal" | "log" | "tables"
>;

export interface RefusedRelease {
  readonly id: string;
  readonly number: number;
  readonly reason: string;
}

export interface RuleBookView {
  /** `null`: the configuration's files are in force. */
  readonly release: Release | null;
  /** Packs by their identities, and versions of drug list and registry. */
  readonly sources: ReviewSources;
  /** Newer ones that cannot be read, and why; the latest first. */
  readonly refused: readonly RefusedRelease[];
  /** Released, and in force from later on. */
  readonly coming: readonly Release[];
}

/** What was read of documents, by their hashes; of a mapping with that of the drug list. */
interface Read {
  readonly drugs: Map<string, DrugList>;
  readonly mappings: Map<string, Mapping>;
  readonly registries: Map<string, Registry>;
}

export class RuleBook implements SourcesInForce {
  readonly #node: RuleNode;
  readonly #signers: readonly string[];
  #now: ReviewSources;
  #release: Release | null = null;
  #coming: readonly Release[] = [];
  #read: Read = { drugs: new Map(), mappings: new Map(), registries: new Map() };
  /** By the id of the release; whether it may yet become readable, and since when. */
  readonly #refused = new Map<string, RefusedRelease & { missingSinceMs: number | null }>();
  readonly #alarmed = new Set<string>();
  #looked: string | null = null;
  #signal = new AbortController().signal;
  readonly #begun = Promise.withResolvers<void>();

  /** `files`: what the configuration names. */
  constructor(files: ReviewSources, node: RuleNode, signers: readonly string[]) {
    this.#now = files;
    this.#node = node;
    this.#signers = signers;
  }

  get now(): ReviewSources {
    return this.#now;
  }

  /** Resolves once what was in force before a start is so again. */
  get ready(): Promise<void> {
    return this.#begun.promise;
  }

  view(): RuleBookView {
    const since = this.#release?.number ?? 0;
    const refused = [...this.#refused.values()].filter(({ number }) => number >= since)
      .toSorted((one, other) => other.number - one.number)
      .map(({ id, number, reason }) => ({ id, number, reason }));
    return { release: this.#release, sources: this.#now, refused, coming: this.#coming };
  }

  /** Of those refused the ones that no part on its way will mend. */
  get alarmed(): readonly RefusedRelease[] {
    return this.view().refused.filter(({ id }) => this.#alarmed.has(id));
  }

  /** Follows releases until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#node;
    // What tables that were made anew do not show yet was in force before.
    if (tables.madeAnew !== null) await tables.caughtUp(journal, signal);
    this.#looked = null;
    this.#signal = signal;
    await whenChanged(tables, signal, () => this.#look());
  }

  /** When to look again, in milliseconds, where that is not only when tables change. */
  async #look(): Promise<number | false> {
    const names = await releaseNames(this.#node.tables);
    if (names === this.#looked) return false;
    const { wallMs } = this.#node.clock.now();
    const releases = await storedReleases(this.#node.tables);
    const due = releases.filter((one) => one.fromMs <= Math.max(wallMs, one.toldMs));
    this.#coming = releases.filter((one) => !due.includes(one));
    for (const release of due) {
      if (release.id === this.#release?.id || await this.#takeOver(release)) break;
    }
    this.#begun.resolve();
    const missing = [...this.#refused.values()].some((one) => one.missingSinceMs !== null);
    if (!missing && this.#coming.length === 0) this.#looked = names;
    return missing ? 1000 : this.#coming.length > 0 ? this.#untilNextMs(wallMs) : false;
  }

  #untilNextMs(wallMs: number): number {
    const nextMs = Math.min(...this.#coming.map(({ fromMs }) => fromMs - wallMs));
    // The wall clock may be set meanwhile.
    return Math.min(Math.max(nextMs, 1), 10_000);
  }

  /** Whether it is in force now. */
  async #takeOver(release: Release): Promise<boolean> {
    const before = this.#refused.get(release.id);
    if (before !== undefined && before.missingSinceMs === null) return false;
    try {
      const { sources, read } = await this.#made(release);
      switchTo(sources);
      this.#now = { ...sources, packs: sources.shelf.inForce };
      this.#release = release;
      this.#read = read;
      this.#refused.delete(release.id);
      const { id, number } = release;
      this.#node.log({ kind: "rules-switched", release: id, number });
      return true;
    } catch (error) {
      if (!isFault(error)) throw error;
      await this.#refuse(release, error);
      return false;
    }
  }

  async #refuse({ id, number }: Release, fault: Fault): Promise<void> {
    const { message } = fault;
    const nowMs = performance.now();
    const sinceMs = this.#refused.get(id)?.missingSinceMs ?? nowMs;
    const missingSinceMs = fault instanceof MissingPart ? sinceMs : null;
    this.#refused.set(id, { id, number, reason: message, missingSinceMs });
    const isEarly = missingSinceMs !== null && nowMs - missingSinceMs < MISSING_MS;
    if (isEarly || this.#alarmed.has(id)) return;
    const time = this.#node.clock.now();
    const body = { release: id, number, reason: message.slice(0, 2000) };
    // Once for all starts of this node.
    const key = { channel: RULES_REFUSED, id, digest: Uint8Array.fromHex(id), windowMs: null };
    await this.#node.disk.append([{ ...newEntry("alarm", RULES_REFUSED, time, body), key }], time);
    this.#alarmed.add(id);
    this.#node.log({ kind: "rules-refused", release: id, number, reason: message });
  }

  /** Reads and compiles what is not here yet, document by document, between other work. */
  async #made(release: Release): Promise<{ sources: ReviewSources; read: Read }> {
    const { shelf, patientKey } = this.#now;
    for (const { identity, document } of release.packs) {
      if (shelf.get(identity) !== undefined) continue;
      const pack = loadPack(await this.#text(document), (key) => this.#signers.includes(key));
      if (pack.identity !== identity) {
        throw new ReleaseError(`Cannot use the pack ${identity.slice(0, 12)}: it is another`);
      }
      shelf.add(pack);
    }
    const drugs = this.#read.drugs.get(release.drugs) ??
      parseDrugList(await this.#text(release.drugs));
    const mappings = new Map<string, Mapping>();
    const readMappings: Read["mappings"] = new Map();
    for (const { site, document } of release.mappings) {
      const name = `${document} ${release.drugs}`;
      const mapping = this.#read.mappings.get(name) ??
        parseMapping(await this.#text(document), drugs, `mapping of ${site}`);
      if (mapping.site !== site) {
        throw new ReleaseError(`Cannot use the mapping of "${site}": it is of "${mapping.site}"`);
      }
      mappings.set(site, mapping);
      readMappings.set(name, mapping);
    }
    const { registry: document } = release;
    const registry = document === null
      ? null
      : this.#read.registries.get(document) ?? parseRegistry(await this.#text(document));
    const packs = release.packs.map(({ identity }) => identity);
    return {
      sources: { shelf, packs, drugs, mappings, registry, patientKey },
      read: {
        drugs: new Map([[release.drugs, drugs]]),
        mappings: readMappings,
        registries: new Map(document === null || registry === null ? [] : [[document, registry]]),
      },
    };
  }

  /** Lets reviews that wait go first. */
  async #text(document: string): Promise<string> {
    const text = await documentText(this.#node.tables, document);
    this.#signal.throwIfAborted();
    await pause(0, this.#signal);
    return text;
  }
}

function switchTo({ shelf, packs }: ReviewSources): void {
  try {
    shelf.switchTo(packs);
  } catch (cause) {
    throw new ReleaseError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

type Fault = ReleaseError | PackError | DataFileError;

/** What makes a release unreadable; anything else is no fault of it. */
function isFault(error: unknown): error is Fault {
  return error instanceof ReleaseError || error instanceof PackError ||
    error instanceof DataFileError;
}
