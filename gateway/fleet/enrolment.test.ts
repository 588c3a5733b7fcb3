import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import { range, TemporaryFolder, until } from "../../sync/fixtures.ts";
import { NodeKey } from "../../sync/identity.ts";
import { enrollNode, enrollWith } from "../commands/enroll.ts";
import { invitationSchema } from "../commands/status.ts";
import { parseConfig } from "../config_file.ts";
import { centresFor, NodeProcess, startCentres } from "../fixtures.ts";
import { PeersFile } from "../keystore.ts";
import { firstHash } from "../../sync/chain.ts";
import { entriesOf } from "../../sync/run.ts";
import { ONE_BLOCK } from "../../sync/segments.ts";
import { streamTo } from "../../sync/stream.ts";
import { declareCentre } from "./centres.ts";
import { codeKey, newCode, proof } from "./code.ts";
import { enrol, EnrolmentError } from "./enrolment.ts";
import { Centre } from "./fixture_centre.ts";

const HOUR_MS = 3_600_000;
const title = { zh: "测试", en: "Test" };

describe("a code", () => {
  test("enrols its node: each learns the other's key", async () => {
    await using centre = await Centre.open();
    const key = NodeKey.create();
    const { members, latest } = await centre.enrol("site-1", await centre.invite("site-1"), key);
    expect(latest).toBeNull();
    const { publicKey } = centre.node.keystore.key;
    expect(members).toEqual(new Map([["county-a", { publicKey, role: "county" }]]));
    expect(centre.node.registry.member("site-1")).toEqual({
      publicKey: key.publicKey,
      role: "site",
    });
    expect(centre.lines).toEqual([{ kind: "enrolled", node: "site-1", role: "site" }]);
  });

  test("G2: brings a new site the words on centres that stand, in the order they were said", async () => {
    await using centre = await Centre.open();
    const speaker = { ...centre.node, clock: centre.clock };
    const word = { centre: "county-a", reason: "fire" };
    centre.aheadMs = 365 * 24 * HOUR_MS;
    await declareCentre(speaker, { ...word, lost: true });
    centre.aheadMs = 0;
    await declareCentre(speaker, { ...word, lost: false });
    await declareCentre(speaker, { ...word, lost: true });
    await declareCentre(speaker, { ...word, lost: false, reason: "new disks" });
    await centre.enrol("site-1", await centre.invite("site-1"));
    const { journal, tables, losses } = centre.node;
    await tables.caughtUp(journal);
    await losses.refresh();
    expect(losses.list()).toMatchObject([{ centre: "county-a", lost: false, number: 4 }]);
    const result = await journal.read(journal.origin, streamTo("site-1"), 0, ONE_BLOCK);
    if (result.kind !== "run") throw new Error(`the site is told nothing: ${result.kind}`);
    const told = [...entriesOf(result.run, firstHash())].map(({ kind, body }) => ({
      kind,
      ...JSON.parse(new TextDecoder().decode(body)),
    }));
    expect(told).toEqual([
      { kind: "centre-returned", centre: "county-a", reason: "new disks", number: 4 },
    ]);
  });

  test("works once: another key with it is refused", async () => {
    await using centre = await Centre.open();
    const [code, key] = [await centre.invite("site-1"), NodeKey.create()];
    await centre.enrol("site-1", code, key);
    await expect(centre.enrol("site-1", code)).rejects.toThrow(
      "refused: The code was used already; ask for a new code with `tributary invite`",
    );
    expect(centre.node.registry.member("site-1")?.publicKey).toBe(key.publicKey);
    expect(centre.lines.at(-1)).toEqual({
      kind: "sync-refused",
      from: "site-1",
      code: "code-used",
    });
  });

  test("asked with again by the same node gives the same answer: the first may have been lost", async () => {
    await using centre = await Centre.open();
    const [code, key] = [await centre.invite("site-1"), NodeKey.create()];
    const first = await centre.enrol("site-1", code, key);
    centre.aheadMs = 48 * HOUR_MS;
    expect(await centre.enrol("site-1", code, key)).toEqual(first);
  });

  test("that a centre asks with again does not bring back a key that it has replaced", async () => {
    await using centre = await Centre.open();
    const at = { url: centre.url, ca: undefined };
    const again = async (code: string, key: NodeKey) =>
      await enrol(at, { node: "county-b", role: "county", key }, code);
    const [code, first, second] = [
      await centre.invite("county-b", 24, "county"),
      NodeKey.create(),
      NodeKey.create(),
    ];
    await again(code, first);
    await again(code, first);
    const known = () => centre.node.registry.member("county-b");
    expect(known()).toEqual({ publicKey: first.publicKey, role: "county" });
    await centre.node.registry.learn(
      new Map([["county-b", { publicKey: second.publicKey, role: "county" }]]),
    );
    await expect(again(code, first)).rejects.toThrow("The code was used already");
    const earlierKeys = [first.publicKey];
    expect(known()).toEqual({ publicKey: second.publicKey, role: "county", earlierKeys });
  });

  test("asked with again counts as well when the centre's clock has gone back before it", async () => {
    await using centre = await Centre.open();
    const at = { url: centre.url, ca: undefined };
    const keys = [NodeKey.create(), NodeKey.create()];
    const codes = [
      await centre.invite("county-b", 72, "county"),
      await centre.invite("county-b", 72, "county"),
    ];
    const again = async (number: number) =>
      await enrol(at, { node: "county-b", role: "county", key: keys[number] }, codes[number]);
    centre.aheadMs = 48 * HOUR_MS;
    await again(0);
    centre.aheadMs = 0;
    const first = await again(1);
    expect(await again(1)).toEqual(first);
    expect(centre.node.registry.member("county-b")?.publicKey).toBe(keys[1].publicKey);
    await expect(again(0)).rejects.toThrow("The code was used already");
  });

  test("that two keys bring at one moment enrols one of them", async () => {
    await using centre = await Centre.open();
    const code = await centre.invite("site-1");
    const keys = range(1, 6).map(() => NodeKey.create());
    const tries = await Promise.allSettled(keys.map((key) => centre.enrol("site-1", code, key)));
    const enrolled = keys.filter((_key, index) => tries[index].status === "fulfilled");
    expect(enrolled).toHaveLength(1);
    expect(centre.node.registry.member("site-1")?.publicKey).toBe(enrolled[0].publicKey);
  });

  test("is for the node that it was given out for", async () => {
    await using centre = await Centre.open();
    const code = await centre.invite("site-1");
    await expect(centre.enrol("site-2", code)).rejects.toThrow(
      "refused: The code is not one that was given out for this node",
    );
    expect(centre.node.registry.member("site-2")).toBeUndefined();
  });

  test("is for the role that it was given out for", async () => {
    await using centre = await Centre.open();
    const code = await centre.invite("site-1");
    const self = { node: "site-1", role: "county", key: NodeKey.create() } as const;
    await expect(enrol({ url: centre.url, ca: undefined }, self, code)).rejects.toThrow(
      "The code was given out for a node of the other role",
    );
  });

  test("expires", async () => {
    await using centre = await Centre.open();
    const code = await centre.invite("site-1", 2);
    centre.aheadMs = 2 * HOUR_MS + 1000;
    await expect(centre.enrol("site-1", code)).rejects.toThrow("refused: The code has expired");
    expect(centre.node.registry.member("site-1")).toBeUndefined();
  });

  test("that was replaced by a new one still counts, and the later key stands", async () => {
    await using centre = await Centre.open();
    const [first, second] = [await centre.invite("site-1"), await centre.invite("site-1")];
    await centre.enrol("site-1", first);
    const key = NodeKey.create();
    // The wall clock tells which was later, in milliseconds.
    centre.aheadMs = 1000;
    await centre.enrol("site-1", second, key);
    expect(centre.node.registry.member("site-1")?.publicKey).toBe(key.publicKey);
  });

  test("stands nowhere on the county's disk or in its log: only what is derived from it", async () => {
    await using centre = await Centre.open();
    const code = await centre.invite("site-1");
    await centre.enrol("site-1", code);
    const { journal, tables } = centre.node;
    const limits = { entriesMax: 1e6, bytesMax: 1e9 };
    const run = await journal.read(journal.origin, "audit", 0, limits);
    if (run.kind !== "run") throw new Error("nothing was written");
    const text = new TextDecoder().decode(run.run.contents) + JSON.stringify(centre.lines);
    expect(text).toContain("invitation");
    for (const form of [code, code.replaceAll("-", "")]) expect(text).not.toContain(form);
    const [row] = await tables.rows("SELECT key FROM invitations");
    expect(row.text("key")).toBe(codeKey(code));
  });
});

describe("a wrong code", () => {
  test("is refused, and logged", async () => {
    await using centre = await Centre.open();
    await centre.invite("site-1");
    await expect(centre.enrol("site-1", newCode())).rejects.toThrow(EnrolmentError);
    expect(centre.lines).toEqual([{ kind: "sync-refused", from: "site-1", code: "not-invited" }]);
  });

  test("brought too often makes its node wait, also with the right one, and no other", async () => {
    await using centre = await Centre.open();
    const [right, others] = [await centre.invite("site-1"), await centre.invite("site-2")];
    for (const _try of range(1, 10)) {
      await expect(centre.enrol("site-1", newCode())).rejects.toThrow("not one that was given out");
    }
    await expect(centre.enrol("site-1", right)).rejects.toThrow(
      "refused: Too many wrong codes for this node; wait ten minutes",
    );
    await centre.enrol("site-2", others);
    expect(centre.node.registry.member("site-2")?.role).toBe("site");
    const body = JSON.stringify({ node: "site-1", role: "site", publicKey: key(), proof: "00" });
    expect((await centre.post(body)).status).toBe(429);
  });

  test("that is none is not even sent", async () => {
    await using centre = await Centre.open();
    await expect(centre.enrol("site-1", "1234")).rejects.toThrow(
      '"1234" is no code: want 16 letters and digits',
    );
    expect(centre.lines).toEqual([]);
  });

  const key = () => NodeKey.create().publicKey;
  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["no key", JSON.stringify({ node: "site-1", role: "site", publicKey: "", proof: "" })],
    ["no role of ours", JSON.stringify({ node: "a", role: "owner", publicKey: key(), proof: "" })],
    [
      "more than is asked",
      JSON.stringify({ node: "a", role: "site", publicKey: key(), proof: "", x: 1 }),
    ],
    ["far too much", JSON.stringify({ node: "a".repeat(100_000) })],
  ])("request with %s is refused as none", async (_what, body) => {
    await using centre = await Centre.open();
    expect(await centre.post(body)).toEqual({ status: 400, code: "bad-enrolment" });
  });
});

/** Whoever answers in a county's place. */
async function impostor(
  answer: (request: { proof: string }) => Response | Promise<Response>,
  run: (url: string) => Promise<void>,
): Promise<void> {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using server = Deno.serve(options, async (request) => answer(await request.json()));
  await run(`http://127.0.0.1:${server.addr.port}`);
}

describe("a county that does not know the code", () => {
  const self = { node: "site-1", role: "site", key: NodeKey.create() } as const;
  const impostorKey = NodeKey.create().publicKey;
  const members = { "county-a": { publicKey: impostorKey, role: "county" } };

  test.each<[string, (asked: { proof: string }) => object]>([
    ["no proof", () => ({ node: "county-a", members, latest: null, proof: "" })],
    ["the proof it was sent", ({ proof }) => ({ node: "county-a", members, latest: null, proof })],
    ["a proof with another code", ({ proof: asked }) => {
      const fields = ["enrolled", "county-a", asked, `county-a county ${impostorKey}`];
      return {
        node: "county-a",
        members,
        latest: null,
        proof: proof(codeKey(newCode()) ?? "", fields),
      };
    }],
  ])("cannot pretend to be it with %s", async (_what, answer) => {
    await impostor((asked) => Response.json(answer(asked)), async (url) => {
      await expect(enrol({ url, ca: undefined }, self, newCode())).rejects.toThrow(
        `${url} does not know the code: it is not the county`,
      );
    });
  });

  test("cannot slip a key of its own into the county's answer", async () => {
    await using centre = await Centre.open();
    const code = await centre.invite("site-1");
    const relay = async (asked: { proof: string }) => {
      const sent = { method: "POST", body: JSON.stringify(asked) };
      const answer = await (await fetch(`${centre.url}/sync/enrolment`, sent)).json();
      return Response.json({ ...answer, members: { ...answer.members, ...members } });
    };
    await impostor(relay, async (url) => {
      await expect(enrol({ url, ca: undefined }, self, code)).rejects.toThrow(
        "it is not the county",
      );
    });
  });

  test.each([
    [
      "a page",
      new Response("<html>", { headers: { "content-type": "text/html" } }),
      "did not answer as a county does",
    ],
    ["other JSON", Response.json({ ok: true }), "did not answer as a county does"],
    ["an error without a reason", new Response("?", { status: 502 }), "answered with status 502"],
    ["an odd error", Response.json(null, { status: 500 }), "answered with status 500"],
    ["far too much", new Response("x".repeat(2 << 20)), "the answer is too large"],
  ])("is told when it answers with %s", async (_what, response, message) => {
    await impostor(() => response, async (url) => {
      const trying = enrol({ url, ca: undefined }, self, newCode());
      await expect(trying).rejects.toThrow(EnrolmentError);
      await expect(trying).rejects.toThrow(message);
    });
  });
});

test("a centre's word with the code is on its own key: the other's stays as it is pinned", async () => {
  await using centre = await Centre.open();
  using folder = new TemporaryFolder();
  const [outdated, newer, before] = range(1, 3).map(() => NodeKey.create().publicKey);
  await centre.node.registry.learn(
    new Map([["county-b", { publicKey: outdated, role: "county" }]]),
  );
  const dataDir = join(folder.path, "site-1");
  Deno.mkdirSync(dataDir);
  const counties = [{ node: "county-a", url: centre.url }];
  const config = parseConfig(stringify({ role: "site", node: "site-1", title, dataDir, counties }));
  const keysOf = (node: string) => new PeersFile(dataDir).read().get(node);
  await enrollNode(config, await centre.invite("site-1"));
  expect(keysOf("county-b")?.publicKey).toBe(outdated);
  new PeersFile(dataDir).learn(
    new Map([
      ["county-a", { publicKey: before, role: "county" }],
      ["county-b", { publicKey: newer, role: "county" }],
    ]),
  );
  await enrollNode(config, await centre.invite("site-1"));
  expect(keysOf("county-b")?.publicKey).toBe(newer);
  expect(keysOf("county-a")?.publicKey).toBe(centre.node.keystore.key.publicKey);
});

test("a centre that enrols with another key knows itself by that one", async () => {
  await using centre = await Centre.open();
  using folder = new TemporaryFolder();
  const dataDir = join(folder.path, "county-b");
  Deno.mkdirSync(dataDir);
  const peer = { node: "county-a", url: centre.url };
  const config = parseConfig(stringify({ role: "county", node: "county-b", title, dataDir, peer }));
  for (const key of [NodeKey.create(), NodeKey.create()]) {
    await enrollWith(config, await centre.invite("county-b", 24, "county"), key);
    expect(new PeersFile(dataDir).read().get("county-b")?.publicKey).toBe(key.publicKey);
  }
});

test("a member is known at both centres, and its code is used up at both", async () => {
  using folder = new TemporaryFolder();
  const [a, b] = await startCentres(folder.path);
  await using _a = a;
  await using _b = b;
  const atOne = (centre: NodeProcess, name: string) =>
    new NodeProcess(join(folder.path, name), {
      name: "site-1",
      role: "site",
      more: { counties: centresFor([centre]) },
    });
  for (const name of ["box", "thief"]) Deno.mkdirSync(join(folder.path, name));
  const answer = await a.ask("/api/invitations", { node: "site-1" });
  const { code } = invitationSchema.parse(answer);
  await until(
    "the other centre holds the invitation",
    async () =>
      (await a.positionsOf("county-a")).join() === (await b.positionsOf("county-a")).join(),
  );
  // Given out at one centre, honoured by the other.
  expect(await enrollNode(atOne(b, "box").config, code)).toBe("county-b");
  const member = async (centre: NodeProcess) =>
    membersSchema.parse(await centre.ask("/api/members")).find(({ node }) => node === "site-1");
  await until("the first centre knows it", async () => await member(a) !== undefined);
  expect(await member(a)).toEqual(await member(b));
  await expect(enrollNode(atOne(a, "thief").config, code)).rejects.toThrow(
    "The code was used already",
  );
  expect(await member(a)).toEqual(await member(b));
});

const membersSchema = z.array(
  z.object({ node: z.string(), role: z.string(), publicKey: z.string() }),
);
