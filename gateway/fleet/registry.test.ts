import { describe, expect, test } from "vitest";
import { until } from "../../sync/fixtures.ts";
import { keysOf } from "../../sync/desk.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { PeersFile } from "../keystore.ts";
import { Registry } from "./registry.ts";

async function centre(): Promise<TablesDesk> {
  return await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
}

async function enrolled(desk: TablesDesk, node: string, publicKey: string, ms = 0, role = "site") {
  const body = { invitation: `i-${ms}`, node, role, publicKey };
  await desk.append("enrolment", body, ms, "audit");
  await desk.tables.caughtUp(desk.journal);
}

describe("a node is known", () => {
  test("from the entries of its county, once it enrolled", async () => {
    await using desk = await centre();
    const registry = new Registry(new PeersFile(desk.folder.path), desk.tables);
    await registry.refresh();
    expect(registry.member("site-1")).toBeUndefined();
    await enrolled(desk, "site-1", "key-1");
    await registry.refresh();
    expect(registry.member("site-1")).toEqual({ publicKey: "key-1", role: "site" });
  });

  test("by the key that it enrolled with last: a replaced box has a new one", async () => {
    await using desk = await centre();
    await enrolled(desk, "site-1", "key-2", 2000);
    await enrolled(desk, "site-1", "key-1", 1000);
    const registry = new Registry(new PeersFile(desk.folder.path), desk.tables);
    await registry.refresh();
    expect(registry.member("site-1")?.publicKey).toBe("key-2");
  });

  test("from this node's own enrolment, which nobody else's word overrules", async () => {
    await using desk = await centre();
    const peers = new PeersFile(desk.folder.path);
    peers.learn(new Map([["county-b", { publicKey: "with a code in hand", role: "county" }]]));
    await enrolled(desk, "county-b", "another", 1, "county");
    await enrolled(desk, "site-1", "key-1", 2);
    const registry = new Registry(peers, desk.tables);
    await registry.refresh();
    expect(registry.list()).toEqual([
      { node: "county-b", member: { publicKey: "with a code in hand", role: "county" } },
      { node: "site-1", member: { publicKey: "key-1", role: "site" } },
    ]);
  });

  test("by all keys that a centre had before, also where its new one is learnt with a code", async () => {
    await using desk = await centre();
    await enrolled(desk, "county-b", "key-0", 1, "county");
    await enrolled(desk, "county-b", "key-1", 2, "county");
    const registry = new Registry(new PeersFile(desk.folder.path), desk.tables);
    await registry.refresh();
    const known = () => keysOf(registry.member("county-b") ?? { publicKey: "", role: "county" });
    expect(known()).toEqual(["key-1", "key-0"]);
    await registry.learn(new Map([["county-b", { publicKey: "key-2", role: "county" }]]));
    expect(known()).toEqual(["key-2", "key-1", "key-0"]);
    // They stand in the file, whatever becomes of the tables.
    expect(registry.pinned.get("county-b")?.earlierKeys).toEqual(["key-1", "key-0"]);
  });

  test("by the keys of before in entries, where a command has pinned another in the file", async () => {
    await using desk = await centre();
    await enrolled(desk, "county-b", "key-1", 1, "county");
    await enrolled(desk, "county-b", "key-2", 2, "county");
    const peers = new PeersFile(desk.folder.path);
    const registry = new Registry(peers, desk.tables);
    peers.learn(new Map([["county-b", { publicKey: "key-2", role: "county" }]]));
    await registry.refresh();
    const member = { publicKey: "key-2", role: "county", earlierKeys: ["key-1"] };
    expect(registry.member("county-b")).toEqual(member);
    // One that it has enrolled with since, and that is about to be pinned, is no key of before.
    await enrolled(desk, "county-b", "key-3", 3, "county");
    await registry.refresh();
    expect(registry.member("county-b")).toEqual(member);
  });

  test("only in a role that there is", async () => {
    await using desk = await centre();
    await enrolled(desk, "site-1", "key-1", 1, "owner");
    const registry = new Registry(new PeersFile(desk.folder.path), desk.tables);
    await registry.refresh();
    expect(registry.list()).toEqual([]);
  });
});

test("the registry is outdated when a command has enrolled the node anew", async () => {
  await using desk = await centre();
  const peers = new PeersFile(desk.folder.path);
  const registry = new Registry(peers, desk.tables);
  await registry.refresh();
  expect(registry.outdated).toBe(false);
  const members = new Map([["county-b", { publicKey: "key-b", role: "county" as const }]]);
  peers.learn(members);
  expect(registry.outdated).toBe(true);
  await registry.refresh();
  expect(registry.outdated).toBe(false);
  expect(registry.member("county-b")?.publicKey).toBe("key-b");
  // Files are told apart by their time, which the disk keeps no finer than it likes.
  await until("the file has another time", () => {
    peers.learn(members);
    return registry.outdated;
  });
});

test("a file of peers that is damaged says what to do", async () => {
  await using desk = await centre();
  Deno.writeTextFileSync(`${desk.folder.path}/peers.json`, "{");
  const registry = new Registry(new PeersFile(desk.folder.path), desk.tables);
  await expect(registry.refresh()).rejects.toThrow("enrol again to make it anew");
});
