import { describe, expect, test } from "vitest";
import { keysOf } from "../../sync/desk.ts";
import { stampAt, until } from "../../sync/fixtures.ts";
import { entriesOf } from "../../sync/run.ts";
import { firstHash } from "../../sync/chain.ts";
import type { Timer } from "../../sync/timer.ts";
import { NodeKey } from "../../sync/identity.ts";
import { type Stream, streamTo } from "../../sync/stream.ts";
import { type Answering, CENTRE_KEY, SILENT_MS } from "../centre_key_words.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { PeersFile } from "../keystore.ts";
import { CENTRE_KEY_TAKEN, followCentreKeys } from "./centre_keys.ts";
import { Registry } from "./registry.ts";

const LIMITS = { entriesMax: 1000, bytesMax: 1 << 20 };

/** A site that follows what one centre says of the other's keys. */
class Listener implements AsyncDisposable {
  readonly registry: Registry;
  readonly #site: TablesDesk;
  readonly #centre: TablesDesk;
  readonly #stop = new AbortController();
  #following: Promise<void> = Promise.resolve();
  /** How county-b answers, and how far the links' timer is. */
  answering: Answering = { kind: "other-key" };
  nowMs = 0;
  /** Ends the pauses, so that it is looked again. */
  readonly #pauses = new Set<() => void>();

  private constructor(site: TablesDesk, centre: TablesDesk) {
    this.#site = site;
    this.#centre = centre;
    this.registry = new Registry(new PeersFile(site.folder.path), site.tables);
  }

  static async open(publicKey: string): Promise<Listener> {
    const centre = await TablesDesk.open({ node: "county-a" });
    const listener = new Listener(await TablesDesk.open({ node: "site-1" }), centre);
    await listener.registry.learn(
      new Map([
        ["county-a", { publicKey: centre.key.publicKey, role: "county" }],
        ["county-b", { publicKey, role: "county" }],
      ]),
    );
    return listener;
  }

  get keys(): readonly string[] {
    const pinned = this.registry.pinned.get("county-b");
    return pinned === undefined ? [] : keysOf(pinned);
  }

  /** What county-a says of county-b reaches the site. */
  async hear(publicKey: string, replaces: readonly string[]): Promise<void> {
    const word = { centre: "county-b", publicKey, replaces };
    await this.#centre.append(CENTRE_KEY, word, 0, streamTo("site-1"));
    await this.#centre.handOver(this.#site);
    await this.registry.refresh();
  }

  follow(): void {
    const { journal, tables } = this.#site;
    const clock = { now: () => stampAt(0) };
    const config = { node: "site-1", role: "site" } as const;
    const parts = { config, journal, tables, registry: this.registry, clock, log: () => {} };
    const answering = () => this.answering;
    const timer: Timer = {
      nowMs: () => this.nowMs,
      pause: (_ms, signal) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        if (signal.aborted) return Promise.resolve();
        this.#pauses.add(resolve);
        signal.addEventListener("abort", () => {
          this.#pauses.delete(resolve);
          resolve();
        });
        return promise;
      },
    };
    this.#following = followCentreKeys({ ...parts, timer, answering }, this.#stop.signal);
  }

  /** Looks at the words it has, and comes to rest again. */
  async look(): Promise<void> {
    await until("it rests", () => this.#pauses.size > 0);
    const [...pauses] = this.#pauses;
    this.#pauses.clear();
    for (const end of pauses) end();
  }

  /** Entries that say that a key was taken. */
  async taken(stream: Stream): Promise<string[]> {
    const { journal } = this.#site;
    const result = await journal.read(journal.origin, stream, 0, LIMITS);
    if (result.kind !== "run") return [];
    return Array.from(entriesOf(result.run, firstHash()), ({ kind }) => kind)
      .filter((kind) => kind === CENTRE_KEY_TAKEN);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
    await this.#site[Symbol.asyncDispose]();
    await this.#centre[Symbol.asyncDispose]();
  }
}

/** Keys in the order of their text. */
function sortedKeys(count: number): string[] {
  return Array.from({ length: count }, () => NodeKey.create().publicKey).toSorted();
}

describe("G4: a site that was away while a centre's key was replaced twice", () => {
  test.each([["in their order", [0, 1, 2]], ["in the other", [0, 2, 1]]])(
    "knows the key in between, with keys %s",
    async (_what, places) => {
      const sorted = sortedKeys(3);
      const [first, second, third] = places.map((place) => sorted[place]);
      await using site = await Listener.open(first);
      await site.hear(second, [first]);
      await site.hear(third, [second, first]);
      site.follow();
      await until("it pins the newest", () => site.keys[0] === third);
      expect(site.keys.toSorted()).toEqual(sorted);
    },
  );
});

describe("X4: a centre whose key the other one says is replaced", () => {
  const silent: Answering = { kind: "silent", sinceMs: 0 };

  test.each<[string, Answering, number]>([
    ["is not cut off while it answers", { kind: "answers" }, SILENT_MS],
    ["is not cut off before it was asked", { kind: "unknown" }, SILENT_MS],
    ["is not cut off while it starts anew", silent, SILENT_MS - 1],
  ])("%s", async (_what, answering, nowMs) => {
    const [pinned, told] = sortedKeys(2);
    await using site = await Listener.open(pinned);
    Object.assign(site, { answering, nowMs });
    await site.hear(told, [pinned]);
    site.follow();
    for (const _time of [1, 2, 3]) await site.look();
    expect(site.keys).toEqual([pinned]);
    expect(await site.taken("alarm")).toEqual([]);
  });

  test.each<[string, Answering]>([
    ["what answers has another key", { kind: "other-key" }],
    ["nothing has answered for long", silent],
  ])("has the new one here once %s; audit and an alarm say so", async (_what, answering) => {
    const [pinned, told] = sortedKeys(2);
    await using site = await Listener.open(pinned);
    site.answering = { kind: "answers" };
    site.nowMs = SILENT_MS;
    await site.hear(told, [pinned]);
    site.follow();
    await site.look();
    expect(site.keys).toEqual([pinned]);
    site.answering = answering;
    await site.look();
    await until("it has the new key", () => site.keys[0] === told);
    expect(site.keys).toEqual([told, pinned]);
    for (const stream of ["audit", "alarm"] as const) {
      expect(await site.taken(stream)).toEqual([CENTRE_KEY_TAKEN]);
    }
  });
});
