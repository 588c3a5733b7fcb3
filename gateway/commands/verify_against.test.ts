import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { Chain } from "../../sync/chain.ts";
import { contentEnds } from "../../sync/entry.ts";
import { Database } from "../../sync/database.ts";
import { range, TemporaryFolder, until } from "../../sync/fixtures.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { againstText, type SoFar, verifyAgainst } from "./verify_against.ts";

let folder: TemporaryFolder;
let a: NodeProcess;
let b: NodeProcess;
let site: NodeProcess;

beforeAll(async () => {
  folder = new TemporaryFolder();
  [a, b] = await startCentres(folder.path);
  const more = { counties: centresFor([a, b]) };
  site = await new NodeProcess(folder.path, { name: "site-1", role: "site", more }).start();
  await enrol(a, site);
  for (const n of range(1, 5)) await a.ask("/api/invitations", { node: `site-${n + 1}` });
});

afterAll(async () => {
  for (const node of [site, a, b]) await node?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const againstSchema = z.object({
  centre: z.string(),
  different: z.number(),
  streams: z.array(z.object({ origin: z.string(), stream: z.string(), state: z.string() })),
});

describe("G6, exit code 0:", () => {
  test("each centre against the other, by address or name, day by day", async () => {
    for (const [node, against] of [[a, b.url], [b, "county-a"]] as const) {
      const { code, printed } = await node.run("verify", "--against", against, "--wait", "30");
      expect(printed).toMatch(/equal: \d+ streams\n$/);
      for (const name of ["county-a.", "county-b.", "site-1."]) expect(printed).toContain(name);
      expect(code).toBe(0);
    }
  });

  test("a site against its county, of its own entries and no others", async () => {
    const { code, printed } = await site.run("verify", "--against", a.url, "--json");
    const found = againstSchema.parse(JSON.parse(printed));
    expect(found).toMatchObject({ centre: "county-a", different: 0 });
    expect(found.streams.map(({ stream, state }) => [stream, state])).toContainEqual([
      "audit",
      "equal",
    ]);
    expect(found.streams.every(({ origin }) => origin.startsWith("site-1."))).toBe(true);
    expect(code).toBe(0);
  });
});

describe("exit code 2:", () => {
  test.each([
    ["an address that is no centre of this node", ["--against", "https://elsewhere.example"]],
    ["what needs --against", ["--repair"]],
  ])("%s", async (_what, options) => {
    const { code, printed } = await a.run("verify", ...options);
    expect(printed).toMatch(/is no centre of this node; configured: county-b at|needs --against/);
    expect(code).toBe(2);
  });
});

describe("what ends before all is compared", () => {
  test("by a person's will tells what was compared so far, node by node", async () => {
    const interruption = new AbortController();
    const seen: SoFar[] = [];
    const found = await verifyAgainst(a.config, { against: b.url }, {
      onProgress: (soFar) => {
        seen.push(soFar);
        if (soFar.done === 1) interruption.abort();
      },
      signal: interruption.signal,
    });
    expect(seen.map(({ node, done, of }) => [node, done, of]))
      .toEqual([["county-a", 0, 3], ["county-b", 1, 3]]);
    expect(found.streams.length).toBeGreaterThan(0);
    expect(found.streams.every(({ node }) => node === "county-a")).toBe(true);
    expect(againstText(found)).toMatch(
      /NOT complete: It was interrupted; compared so far: 1 of 3 nodes, equal: \d+ streams$/,
    );
  });

  const progress = (done: number) => ({ progress: { node: `site-${done + 1}`, done, of: 400 } });
  const view = {
    ...{ node: "site-1", origin: "site-1.1-0123456789abcdef", stream: "audit", state: "equal" },
    ...{ here: null, there: null, firstDifference: null, days: 0, differing: [] },
  };
  const error = 'Cannot ask "county-b": no answer within 60 s';
  test.each<[string, object[], string, string]>([
    [
      "by an answer that did not come",
      [progress(0), view, progress(1), { compared: 1, different: 0, error }],
      "",
      `NOT complete: ${error}; compared so far: 1 of 400 nodes, equal: 1 streams`,
    ],
    [
      "by the end of the node",
      [progress(0), view, progress(1), view],
      '{"node":"site-2","orig',
      "NOT complete: The node ended in the middle of its answer; " +
      "compared so far: 1 of 400 nodes, equal: 2 streams",
    ],
    [
      "before anything was told",
      [{ compared: 0, different: 0, error }],
      "",
      `NOT complete: ${error}; compared so far: nothing, equal: 0 streams`,
    ],
  ])("%s is told with its reason, exit code 1", async (_what, lines, rest, expected) => {
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("") + rest;
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    await using server = Deno.serve(options, () => new Response(body));
    const { port } = server.addr;
    const more = { peer: { node: "county-b", url: b.url } };
    const node = new NodeProcess(folder.path, { name: "county-x", role: "county", port, more });
    const { code, printed } = await node.run("verify", "--against", "county-b");
    expect(printed).toContain(`${expected}\nNot all was compared\n`);
    expect(code).toBe(1);
  });
});

test(
  "G5, exit code 1: an entry that was forged at one centre, hash and position too, is named",
  async () => {
    const origin = await a.origin();
    await b.kill("SIGTERM");
    const seq = forge(b, origin);
    await b.start();
    await until("the centres are connected", async () => {
      return (await a.run("verify", "--against", b.url, "--node", "site-1")).code === 0;
    });
    const { code, printed } = await a.run("verify", "--against", b.url, "--repair", "--wait", "0");
    expect(printed).toContain(`DIFFERENT: first differing entry ${seq}`);
    expect(printed).toContain("1 streams are forks, which it cannot mend");
    expect(printed).toMatch(/NOT equal: 1 of \d+ streams/);
    expect(code).toBe(1);
    // The centre where it was done finds it by itself: the origin's signature does not hold there.
    const own = await b.run("verify");
    expect(own.printed).toContain(`seq ${seq}`);
    expect(own.code).toBe(1);
  },
  300_000,
);

/** Changes the last entry of an origin's audit, as whoever has the disk and the at-rest key. */
function forge(node: NodeProcess, origin: string): number {
  const journal = join(node.dataDir, "journal");
  const [segment] = Array.from(Deno.readDirSync(journal), ({ name }) => name)
    .filter((name) => name.endsWith(".journal"));
  using database = new Database({
    path: join(journal, segment),
    encryptionKey: Deno.readTextFileSync(join(node.dataDir, "keys", "storage.key")).trim(),
    synchronous: "FULL",
    checkpointPages: 1000,
  });
  const [row, before] = database.rows(
    `SELECT id, last, contents, hashes FROM blocks JOIN streams ON streams.id = blocks.stream
     WHERE origin = ? AND streams.stream = 'audit' ORDER BY last DESC LIMIT 2`,
    [origin],
  );
  const [id, seq] = [row.number("id"), row.number("last")];
  const [contents, hashes] = [row.blob("contents").slice(), row.blob("hashes").slice()];
  const from = contentEnds(contents).at(-2) ?? 0;
  const previous = from > 0 ? hashes.slice(-64, -32) : before.blob("hashes").slice(-32);
  // A letter or digit within the body: it stays JSON.
  contents[contents.length - 3] ^= 1;
  const chain = new Chain(origin, "audit", seq - 1, previous);
  const hash = chain.next(contents.subarray(from)).slice();
  hashes.set(hash, hashes.length - 32);
  const update = "UPDATE blocks SET contents = ?, hashes = ? WHERE stream = ? AND last = ?";
  database.run(update, [contents, hashes, id, seq]);
  database.run("UPDATE streams SET hash = ? WHERE id = ?", [hash, id]);
  return seq;
}
