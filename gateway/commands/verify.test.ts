import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { Database } from "../../sync/database.ts";
import { range, TemporaryFolder } from "../../sync/fixtures.ts";
import { NodeProcess } from "../fixtures.ts";

/** A county that ran, gave out eight codes, which are entries 2 to 9, and was stopped. */
let ran: { folder: TemporaryFolder; node: NodeProcess; origin: string };

beforeAll(async () => {
  const folder = new TemporaryFolder();
  const node = await new NodeProcess(folder.path, { name: "county-a", role: "county" }).start();
  for (const n of range(1, 8)) await node.ask("/api/invitations", { node: `site-${n}` });
  const origin = await node.origin();
  await node.kill("SIGTERM");
  ran = { folder, node, origin };
});

afterAll(() => ran.folder[Symbol.dispose]());

/** What `verify` says of a copy of that county's data to which this was done. */
async function verified(damage: (copy: NodeProcess) => void, ...more: string[]) {
  using folder = new TemporaryFolder();
  const copy = new NodeProcess(folder.path, { name: "county-a", role: "county" });
  cpSync(ran.node.dataDir, copy.dataDir, { recursive: true });
  damage(copy);
  return await copy.run("verify", ...more);
}

/** Does something to the encrypted file of the journal, as whoever has the node's disk and keys. */
function tamper(copy: NodeProcess, change: (database: Database) => void): void {
  const folder = join(copy.dataDir, "journal");
  const [segment] = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.endsWith(".journal"));
  using database = new Database({
    path: join(folder, segment),
    encryptionKey: Deno.readTextFileSync(join(copy.dataDir, "keys", "storage.key")).trim(),
    synchronous: "FULL",
    checkpointPages: 1000,
  });
  change(database);
}

/** The row that holds one entry alone. */
function rowOf(database: Database, seq: number) {
  const row = database.row("SELECT contents, hashes FROM blocks WHERE first = ? AND last = ?", [
    seq,
    seq,
  ]);
  if (row === undefined) throw new Error(`Entry ${seq} has no row of its own`);
  return { contents: row.blob("contents").slice(), hashes: row.blob("hashes").slice() };
}

const UPDATE = "UPDATE blocks SET contents = ?, hashes = ? WHERE last = ?";

describe("G5, exit code 1, naming origin, stream and seq:", () => {
  test.each<[string, (database: Database) => void]>([
    ["a changed byte", (database) => {
      const { contents, hashes } = rowOf(database, 5);
      contents[contents.length - 3] ^= 1;
      database.run(UPDATE, [contents, hashes, 5]);
    }],
    ["a removed row", (database) => database.run("DELETE FROM blocks WHERE last = 5")],
    ["a swapped pair", (database) => {
      const [a, b] = [rowOf(database, 5), rowOf(database, 6)];
      database.run(UPDATE, [b.contents, b.hashes, 5]);
      database.run(UPDATE, [a.contents, a.hashes, 6]);
    }],
    ["all rows from one on removed", (database) => {
      database.run("DELETE FROM blocks WHERE last >= 5");
    }],
  ])("%s", async (_what, change) => {
    const { code, printed } = await verified((copy) => tamper(copy, change));
    expect(code).toBe(1);
    expect(printed).toContain(`first bad entry: origin ${ran.origin}, stream audit, seq 5`);
    expect(printed).toContain("NOT sound");
    expect(printed.trimEnd().split("\n").at(-1)).toBe("The journal is not sound");
  });

  test("for programs as JSON", async () => {
    const { code, printed } = await verified(
      (copy) => tamper(copy, (database) => database.run("DELETE FROM blocks WHERE last = 5")),
      "--json",
    );
    expect(code).toBe(1);
    const json = printed.slice(0, printed.lastIndexOf("}") + 1);
    const { findings, unreadable } = verificationSchema.parse(JSON.parse(json));
    expect(unreadable).toEqual([]);
    expect(findings.filter(({ bad }) => bad !== null)).toEqual([
      { origin: ran.origin, stream: "audit", bad: { seq: 5, reason: "it is missing" } },
    ]);
  });
});

const verificationSchema = z.object({
  findings: z.array(z.object({
    origin: z.string(),
    stream: z.string(),
    bad: z.object({ seq: z.number(), reason: z.string() }).nullable(),
  })),
  unreadable: z.array(z.unknown()),
});

describe("exit code 1:", () => {
  test("a segment that is no database is named", async () => {
    const { code, printed } = await verified((copy) => {
      const path = join(copy.dataDir, "journal", "00000001.journal");
      Deno.writeFileSync(path, new Uint8Array(8192).fill(65));
    });
    expect(code).toBe(1);
    expect(printed).toContain("segment 00000001: file is not a database");
  });

  test("another at-rest key reads nothing, which is told with what to do", async () => {
    const { code, printed } = await verified((copy) => {
      Deno.writeTextFileSync(join(copy.dataDir, "keys", "storage.key"), "0".repeat(64));
    });
    expect(code).toBe(1);
    expect(printed.trimEnd().split("\n")).toHaveLength(1);
    expect(printed).toMatch(/file is not a database; is the at-rest key the node's\?/);
  });

  test("members that cannot be read are told: without their keys no head is checked", async () => {
    const { code, printed } = await verified((copy) => {
      for (const tail of ["-wal", "-shm"]) {
        rmSync(join(copy.dataDir, `tables.db${tail}`), { force: true });
      }
      Deno.writeFileSync(join(copy.dataDir, "tables.db"), new Uint8Array(8192).fill(65));
    });
    expect(code).toBe(1);
    expect(printed).toMatch(/^Cannot read the members in ".*tables\.db": .*makes it anew\n$/);
  });

  test("a folder without a journal is told, and nothing is made in it", async () => {
    using folder = new TemporaryFolder();
    const node = new NodeProcess(folder.path, { name: "county-a", role: "county" });
    const { code, printed } = await node.run("verify");
    const journal = join(node.dataDir, "journal");
    expect({ code, printed }).toEqual({
      code: 1,
      printed: `There is no journal in "${journal}": is dataDir that of the node?\n`,
    });
    expect(Array.from(Deno.readDirSync(folder.path), ({ name }) => name)).toEqual([
      "county-a.yaml",
    ]);
  });
});

describe("exit code 0:", () => {
  test("an untouched journal is sound, entry by entry, and is left as it was", async () => {
    const names = (copy: NodeProcess) =>
      Array.from(Deno.readDirSync(join(copy.dataDir, "keys")), ({ name }) => name).sort();
    let before: string[] = [];
    const { code, printed } = await verified((copy) => before = names(copy));
    expect(before).toEqual(names(ran.node));
    expect(code).toBe(0);
    expect(printed).toContain(ran.origin);
    expect(printed.trimEnd().split("\n").at(-1)).toMatch(/^(9|1\d) entries, all sound$/);
  });

  test("a journal is verified beside the node that writes it", async () => {
    using folder = new TemporaryFolder();
    await using node = await new NodeProcess(folder.path, { name: "county-a", role: "county" })
      .start();
    await node.ask("/api/invitations", { node: "site-1" });
    const { code, printed } = await node.run("verify");
    expect(code).toBe(0);
    expect(printed).toMatch(/\d+ entries, all sound/);
    await node.ask("/api/invitations", { node: "site-2" });
  });
});
