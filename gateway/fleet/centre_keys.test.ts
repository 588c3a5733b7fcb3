import { describe, expect, test } from "vitest";
import { keysOf } from "../../sync/desk.ts";
import { stampAt, until } from "../../sync/fixtures.ts";
import { NodeKey } from "../../sync/identity.ts";
import { streamTo } from "../../sync/stream.ts";
import { CENTRE_KEY } from "../centre_key_words.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { PeersFile } from "../keystore.ts";
import { followCentreKeys } from "./centre_keys.ts";
import { Registry } from "./registry.ts";

/** A site that follows what one centre says of the other's keys. */
class Listener implements AsyncDisposable {
  readonly registry: Registry;
  readonly #site: TablesDesk;
  readonly #centre: TablesDesk;
  readonly #stop = new AbortController();
  #following: Promise<void> = Promise.resolve();

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
    this.#following = followCentreKeys(parts, this.#stop.signal);
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
