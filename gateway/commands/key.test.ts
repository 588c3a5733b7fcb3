import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { Database } from "../../sync/database.ts";
import { range, TemporaryFolder, until } from "../../sync/fixtures.ts";
import { bothEqual, consortium } from "../whole_way/fixtures.ts";
import { atOnce } from "../whole_way/kills.ts";
import { NodeProcess } from "../fixtures.ts";

const A = "a".repeat(64);
const B = "b".repeat(64);

const folders: TemporaryFolder[] = [];
afterEach(() => folders.splice(0).forEach((folder) => folder[Symbol.dispose]()));

function newFolder(): string {
  const folder = new TemporaryFolder();
  folders.push(folder);
  return folder.path;
}

function keyFileOf(node: NodeProcess): string {
  return join(node.dataDir, "keys", "storage.key");
}

function keysOf(node: NodeProcess): string[] {
  return Deno.readTextFileSync(keyFileOf(node)).trim().split("\n");
}

/** Every database of a node, and whether it can be read with this key. */
function databases(node: NodeProcess): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      if (isDirectory) walk(path);
      else if (/\.(journal|db)$/.test(name)) found.push(path);
    }
  };
  walk(node.dataDir);
  return found.sort();
}

function opensWith(path: string, encryptionKey: string): boolean {
  try {
    using database = new Database({
      path,
      encryptionKey,
      readOnly: true,
      synchronous: "FULL",
      checkpointPages: 0,
    });
    return database.rows("SELECT name FROM sqlite_schema").length > 0;
  } catch {
    return false;
  }
}

const rotation = z.object({ state: z.string(), keys: z.number() });

async function isDone(node: NodeProcess): Promise<boolean> {
  const { state, keys } = rotation.parse(await node.ask("/api/key-rotation"));
  return state === "idle" && keys === 1;
}

async function written(path: string, entries: number, more = {}): Promise<NodeProcess> {
  const node = await new NodeProcess(path, {
    name: "county-a",
    role: "county",
    more: { journal: { segmentMiB: 1 }, ...more },
  }).start();
  for (const n of range(1, entries)) await node.ask("/api/invitations", { node: `site-${n}` });
  return node;
}

async function invitations(node: NodeProcess): Promise<number> {
  const entries = await node.entriesOf("county-a", "audit");
  return entries.filter(({ kind }) => kind === "invitation").length;
}

describe("X4: the at-rest key", () => {
  test("rotates beside a running node, and nothing is left that the old one opens", async () => {
    await using node = await written(newFolder(), 20);
    const [old] = keysOf(node);
    const { code, printed } = await node.run("key", "rotate");
    expect(printed).toContain("done: the old key is forgotten");
    expect(code).toBe(0);
    await node.ask("/api/invitations", { node: "site-99" });
    expect(await invitations(node)).toBe(21);
    const [newest, ...others] = keysOf(node);
    expect(others).toEqual([]);
    expect(newest).not.toBe(old);
    await node.kill("SIGTERM");
    const files = databases(node);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      expect(opensWith(file, newest), file).toBe(true);
      expect(opensWith(file, old), file).toBe(false);
    }
    await node.start();
    expect(await invitations(node)).toBe(21);
    expect((await node.run("verify")).code).toBe(0);
    const kinds = (await node.entriesOf("county-a", "audit")).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "key-rotation")).toHaveLength(1);
  }, 300_000);

  test("rotates over kills at any instant, and loses nothing", async () => {
    await using node = await written(newFolder(), 20);
    const [old] = keysOf(node);
    let interrupted = 0;
    for (const round of range(1, 5)) {
      const before = keysOf(node);
      // What was begun goes on after the start; the kill comes at another step each time.
      node.ask("/api/key-rotation", {}).catch(() => {});
      // Seen at once, so that the first kills come long before the last step, whoever is slow.
      await atOnce(() => keysOf(node).length === 2 || keysOf(node)[0] !== before[0]);
      const goOn = performance.now() + (round - 1) * 14;
      await until("the instant has come", () => performance.now() >= goOn);
      await node.kill();
      if (keysOf(node).length === 2) interrupted++;
      await node.start();
      expect(await invitations(node), `round ${round}`).toBe(20);
      await until("it is done", async () => await isDone(node), 60_000);
    }
    expect(interrupted).toBeGreaterThan(0);
    const [newest] = keysOf(node);
    await node.kill("SIGTERM");
    for (const file of databases(node)) {
      expect(opensWith(file, newest), file).toBe(true);
      expect(opensWith(file, old), file).toBe(false);
    }
    await node.start();
    expect(await invitations(node)).toBe(20);
    expect((await node.run("verify")).code).toBe(0);
  }, 300_000);

  test("is taken from the first line of the file that the configuration names", async () => {
    const folder = newFolder();
    const keyFile = join(folder, "at-rest.key");
    Deno.writeTextFileSync(keyFile, A);
    await using node = await written(folder, 5, { keyFile });
    expect(existsSync(keyFileOf(node))).toBe(false);
    const same = await node.run("key", "rotate");
    expect(same.printed).toContain("put a new key of 64 hexadecimal digits on the first line");
    expect(same.code).toBe(1);
    Deno.writeTextFileSync(keyFile, `${B}\n${A}\n`);
    const { code, printed } = await node.run("key", "rotate");
    expect(printed).toContain(`done: nothing is under the old key; remove it from ${keyFile}`);
    expect(code).toBe(0);
    await node.kill("SIGTERM");
    Deno.writeTextFileSync(keyFile, B);
    await node.start();
    expect(await invitations(node)).toBe(5);
    for (const file of databases(node)) expect(opensWith(file, A), file).toBe(false);
  }, 300_000);

  test("comes from systemd, and what was under the node's own is written anew", async () => {
    const folder = newFolder();
    const credentials = join(folder, "credentials");
    Deno.mkdirSync(credentials);
    const before = await written(folder, 5);
    await before.kill("SIGTERM");
    const [own] = keysOf(before);
    Deno.writeTextFileSync(join(credentials, "storage.key"), A);
    await using node = new NodeProcess(folder, {
      name: "county-a",
      role: "county",
      env: { CREDENTIALS_DIRECTORY: credentials },
      more: { journal: { segmentMiB: 1 } },
    });
    await node.start();
    await until("it is done", () => node.log.includes('"kind":"rekeyed"'), 60_000);
    expect(existsSync(keyFileOf(node))).toBe(false);
    expect(await invitations(node)).toBe(5);
    await node.kill("SIGTERM");
    for (const file of databases(node)) expect(opensWith(file, own), file).toBe(false);
  }, 300_000);

  test("is never in the configuration", async () => {
    const folder = newFolder();
    const node = new NodeProcess(folder, {
      name: "county-a",
      role: "county",
      more: { storageKey: A },
    });
    const { code, printed } = await node.run("check");
    expect(code).toBe(2);
    expect(printed).toContain("storageKey");
  });
});

test(
  "X4: a node's own key is made anew with a code; what it signed before still holds",
  async () => {
    await using all = await consortium(() => ({}));
    const { a, b, site } = all;
    await site.start();
    await bothEqual(all);
    const pem = join(site.dataDir, "keys", "node.pem");
    const old = Deno.readTextFileSync(pem);
    const code = async () =>
      z.object({ code: z.string() }).parse(
        await a.ask("/api/invitations", { node: "site-1", role: "site" }),
      ).code;
    const wrong = await site.run("key", "rotate", "--identity", "AAAA-AAAA-AAAA-AAAA");
    expect(wrong.code).toBe(1);
    expect(Deno.readTextFileSync(pem)).toBe(old);
    const { printed } = await site.run("key", "rotate", "--identity", await code());
    expect(printed).toContain("site-1 has a new key, which county-a knows; restart it now");
    expect(Deno.readTextFileSync(pem)).not.toBe(old);
    expect(existsSync(`${pem}.next`)).toBe(false);
    await site.kill("SIGTERM");
    await site.start();
    await bothEqual(all);
    for (const county of [a, b]) expect((await county.run("verify")).code).toBe(0);
    // Whoever has the old key is nobody any more.
    const thief = new TemporaryFolder();
    folders.push(thief);
    cpSync(site.dataDir, join(thief.path, "site-1"), { recursive: true });
    Deno.writeTextFileSync(join(thief.path, "site-1", "keys", "node.pem"), old);
    await site.kill("SIGTERM");
    const more = { counties: [{ node: a.name, url: a.url }, { node: b.name, url: b.url }] };
    await using other = new NodeProcess(thief.path, { name: "site-1", role: "site", more });
    await other.start();
    await until("it is refused", () => other.log.includes("not that of the node it names"));
  },
  300_000,
);
