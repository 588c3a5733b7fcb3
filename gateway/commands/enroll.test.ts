import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { centresFor, NodeProcess } from "../fixtures.ts";
import { nodeStatusSchema } from "./status.ts";

const CODE = /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/;

function startCounty(folder: TemporaryFolder): Promise<NodeProcess> {
  return new NodeProcess(folder.path, { name: "county-a", role: "county" }).start();
}

function siteOf(folder: TemporaryFolder, counties: readonly NodeProcess[], name = "site-1") {
  const more = { counties: centresFor(counties) };
  return new NodeProcess(folder.path, { name, role: "site", more });
}

test("a technician enrols a site with two commands, and status shows that it ships", async () => {
  using folder = new TemporaryFolder();
  await using county = await startCounty(folder);
  await using site = siteOf(folder, [county]);
  const invited = await county.run("invite", "site-1", "--hours", "2");
  expect(invited.code).toBe(0);
  const [code, until2, command] = invited.printed.split("\n");
  expect(code).toMatch(CODE);
  expect(until2).toMatch(/^site-1 may enrol with it until \d{4}-\d\d-\d\dT.*Z:$/);
  expect(command).toBe(`  tributary enroll ${code}`);

  await site.start();
  const before = await site.run("status");
  expect(before.code).toBe(0);
  expect(before.printed).toMatch(/county-a +not-enrolled .*`tributary enroll CODE`/);
  expect(await site.run("enroll", code.toLowerCase())).toEqual({
    code: 0,
    printed: "site-1 is enrolled at county-a\n",
  });
  await until("the site has shipped all", async () => {
    const [{ state, waitingEntries }] = await linksOf(site);
    return state === "up" && waitingEntries === 0;
  });
  expect(await county.positionsOf("site-1")).not.toEqual([]);
});

async function linksOf(node: NodeProcess) {
  const { code, printed } = await node.run("status", "--json");
  expect(code).toBe(0);
  return nodeStatusSchema.parse(JSON.parse(printed)).links;
}

describe("exit code 1, saying what to do:", () => {
  test("a code that is wrong, and one that is none", async () => {
    using folder = new TemporaryFolder();
    await using county = await startCounty(folder);
    const site = siteOf(folder, [county]);
    const wrong = await site.run("enroll", "0000-0000-0000-0000");
    expect(wrong.code).toBe(1);
    expect(wrong.printed).toContain("The code is not one that was given out for this node; check");
    const none = await site.run("enroll", "0000");
    expect(none.code).toBe(1);
    expect(none.printed).toContain('"0000" is no code: want 16 letters and digits');
  });

  test("no centre can be reached: each is named with its reason", async () => {
    using folder = new TemporaryFolder();
    const more = {
      counties: ["county-a", "county-b"].map((node) => ({
        node,
        url: `http://127.0.0.1:${freePort()}`,
      })),
    };
    const site = new NodeProcess(folder.path, { name: "site-1", role: "site", more });
    const { code, printed } = await site.run("enroll", "K7QX-2M4P-9TRA-HW3C");
    expect(code).toBe(1);
    expect(printed).toMatch(
      /^Cannot enrol:\n {2}Cannot reach http:\S+: .*\n {2}Cannot reach http:\S+: .*\n$/,
    );
  });

  test("no centre is configured", async () => {
    using folder = new TemporaryFolder();
    const { code, printed } = await siteOf(folder, []).run("enroll", "K7QX-2M4P-9TRA-HW3C");
    expect({ code, printed }).toEqual({
      code: 1,
      printed: "No centre is configured: set counties (or, at a county, peer) first\n",
    });
  });

  test("a code is asked for at a site", async () => {
    using folder = new TemporaryFolder();
    const { code, printed } = await siteOf(folder, []).run("invite", "site-2");
    expect({ code, printed }).toEqual({
      code: 1,
      printed: '"site-1" is a site: codes are given out at a county\n',
    });
  });

  test("a code is asked for a node that cannot be called so", async () => {
    using folder = new TemporaryFolder();
    await using county = await startCounty(folder);
    const { code, printed } = await county.run("invite", "Clinic 7");
    expect(code).toBe(1);
    expect(printed).toMatch(/^The node refused \/api\/invitations: .*node: .*\n$/);
    expect(printed).not.toContain("urn:");
  });

  test.each([["status"], ["invite", "site-1"]])(
    "%s of a node that does not run",
    async (...args) => {
      using folder = new TemporaryFolder();
      const county = new NodeProcess(folder.path, { name: "county-a", role: "county" });
      expect(await county.run(...args)).toEqual({
        code: 1,
        printed: `Cannot reach the node at ${county.url}: is it running? ` +
          "Start it with `tributary run`\n",
      });
    },
  );

  test("another program answers on the node's port", async () => {
    using folder = new TemporaryFolder();
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    await using other = Deno.serve(options, () => new Response("<html>It works!</html>"));
    const { port } = other.addr;
    const node = new NodeProcess(folder.path, { name: "county-a", role: "county", port });
    Deno.mkdirSync(join(node.dataDir, "keys"), { recursive: true });
    expect(await node.run("status")).toEqual({
      code: 1,
      printed: `What answers at ${node.url} is not Tributary: is another program on http.port?\n`,
    });
  });

  test("the token is not that of the node that runs", async () => {
    using folder = new TemporaryFolder();
    await using county = await startCounty(folder);
    Deno.mkdirSync(join(folder.path, "other", "county-a", "keys"), { recursive: true });
    const { port } = county;
    const other = new NodeProcess(join(folder.path, "other"), {
      name: "county-a",
      role: "county",
      port,
    });
    const { code, printed } = await other.run("status");
    expect(code).toBe(1);
    expect(printed).toMatch(/^The node refused \/api\/status: This needs the node's token; /);
  });
});

test("status shows how the node is doing, and gives a one-time link to its console", async () => {
  using folder = new TemporaryFolder();
  await using county = await startCounty(folder);
  const { code, printed } = await county.run("status");
  expect(code).toBe(0);
  expect(printed).toMatch(/^county-a \(county\), Tributary \S+, up \d+ s, clock \w+\n/);
  expect(printed).toMatch(/ORIGIN +STREAM +SEQ +HASH\n/);
  for (const { origin, stream, seq, hash } of await county.positions()) {
    expect(printed).toMatch(new RegExp(`${origin} +${stream} +${seq} +${hash.slice(0, 16)}`));
  }
  const link = await county.run("status", "--owner-link");
  const url = z.url().parse(link.printed.trim());
  const open = async () => {
    const answer = await fetch(url, { method: "POST", redirect: "manual" });
    await answer.body?.cancel();
    return answer.status;
  };
  expect([await open(), await open()]).toEqual([303, 403]);
});
