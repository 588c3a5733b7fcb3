import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../../sync/fixtures.ts";
import { invitationSchema, nodeStatusSchema } from "../commands/status.ts";
import { NodeProcess } from "../fixtures.ts";
import { bothEqual, consortium } from "./fixtures.ts";

async function linkOf(site: NodeProcess, centre: NodeProcess) {
  const { links } = nodeStatusSchema.parse(await site.ask("/api/status"));
  return links.find(({ destination }) => destination === centre.name);
}

async function isUp(site: NodeProcess, centre: NodeProcess): Promise<boolean> {
  return (await linkOf(site, centre))?.state === "up";
}

/** What a site has been told of the keys of centres, by one of them. */
async function words(site: NodeProcess, by: NodeProcess): Promise<number> {
  const told = await site.entriesOf(by.name, `to:${site.name}`);
  return told.filter(({ kind }) => kind === "centre-key").length;
}

async function taken(node: NodeProcess) {
  const audit = await node.entriesOf(node.name, "audit");
  return audit.filter(({ kind }) => kind === "centre-key-taken").map(({ body }) => body);
}

test(
  "X4: a centre's new key reaches sites in the other's words, each time it is made anew",
  async () => {
    await using all = await consortium(() => ({}));
    const { a, b, site } = all;
    await site.start();
    await bothEqual(all);
    // A is known to B from the code that B enrolled with, B to A from its entries: both ways.
    for (const [centre, other] of [[a, b], [b, a], [a, b]]) {
      const [before, known] = [(await taken(site)).length, await words(site, other)];
      const asked = { node: centre.name, role: "county" };
      const { code } = invitationSchema.parse(await other.ask("/api/invitations", asked));
      const rotated = await centre.run("key", "rotate", "--identity", code);
      expect(rotated.printed).toContain(`which ${other.name} knows; restart it now`);
      await until("the site has the word", async () => await words(site, other) > known);
      // No word cuts off a centre that answers with the key it had.
      expect(await taken(site)).toHaveLength(before);
      expect(await isUp(site, centre)).toBe(true);
      await centre.kill("SIGTERM");
      await centre.start();
      await until("the site takes it", async () => (await taken(site)).length > before, 60_000);
      await until("the site believes it", () => isUp(site, centre), 60_000);
      await until("and so does the other centre", () => isUp(other, centre), 60_000);
      await bothEqual(all);
    }
    expect(await taken(site)).toMatchObject([
      { centre: "county-a", by: "county-b" },
      { centre: "county-b", by: "county-a" },
      { centre: "county-a", by: "county-b" },
    ]);
    // It stands in the site's file: a restart, or tables made anew, need no word again.
    await site.kill("SIGTERM");
    await site.start();
    for (const centre of [a, b]) await until("it is up", () => isUp(site, centre), 60_000);
    expect(await taken(site)).toHaveLength(3);
    for (const node of [a, b, site]) expect((await node.run("verify")).code).toBe(0);
  },
  180_000,
);

test(
  "X3: whoever answers in a centre's place with a key that nobody vouches for is not believed",
  async () => {
    await using all = await consortium(() => ({}));
    const { folder, a, b, site } = all;
    await site.start();
    await bothEqual(all);
    await a.kill("SIGTERM");
    const elsewhere = join(folder, "thief");
    Deno.mkdirSync(elsewhere);
    const options = { name: a.name, role: "county", port: a.port } as const;
    await using thief = new NodeProcess(elsewhere, options);
    await thief.start();
    const refused = async () =>
      (await linkOf(site, a))?.reason?.includes("Cannot believe") === true;
    await until("the site does not believe it", refused, 60_000);
    const { hint } = await linkOf(site, a) ?? {};
    expect(hint).toContain("no centre that is known here has vouched for its new key");
    expect(await isUp(site, b)).toBe(true);
    expect(await taken(site)).toEqual([]);
  },
  120_000,
);
