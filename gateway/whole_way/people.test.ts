import { expect, test } from "vitest";
import * as z from "zod";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";

const PASSWORD = "Ab3$-defgh";
const created = z.object({ id: z.string(), setupUrl: z.string() });

async function post(node: NodeProcess, path: string, fields: Record<string, string>) {
  const answer = await node.fetch(path, {
    method: "POST",
    token: false,
    redirect: "manual",
    body: new URLSearchParams(fields),
  });
  await answer.body?.cancel();
  return answer;
}

/** The cookie of a session, or `null` where nobody was let in. */
async function signIn(node: NodeProcess, name: string, password = PASSWORD) {
  const answer = await post(node, "/sign-in", { name, password, to: "/refused" });
  if (answer.status !== 303) return null;
  expect(answer.headers.get("location")).toBe("/refused");
  return answer.headers.getSetCookie()[0].split(";")[0];
}

test("X1: an account made at one centre opens the other and its site, there also with no line", async () => {
  using folder = new TemporaryFolder();
  const counties = await startCentres(folder.path);
  await using a = counties[0];
  await using b = counties[1];
  const more = { counties: centresFor(counties) };
  await using site = await new NodeProcess(folder.path, { name: "site-1", role: "site", more })
    .start();
  await enrol(a, site);
  const person = { account: "li", name: { zh: "李明", en: "Li Ming" }, roles: ["technician"] };
  const order = { ...person, sites: ["site-1"] };
  const { setupUrl } = created.parse(await a.ask("/api/accounts", order));
  const setup = new URL(setupUrl).pathname;
  const fields = { password: PASSWORD, again: PASSWORD, code: "", secret: "" };
  expect((await post(a, setup, { ...fields, again: "x" })).status).toBe(422);
  expect((await post(a, setup, fields)).status).toBe(200);
  expect((await post(a, setup, fields)).status).toBe(403);

  for (const node of [a, b]) {
    await until(`li may enter ${node.name}`, async () => await signIn(node, "li") !== null);
  }
  const known = z.array(z.object({ id: z.string(), hasPassword: z.boolean() }));
  await until("the site knows the account", async () => {
    const [li] = known.parse(await site.ask("/api/accounts"));
    return li?.hasPassword === true;
  });
  await Promise.all([a.kill(), b.kill()]);
  expect(await signIn(site, "li", "Wrong-1234")).toBeNull();
  const cookie = await signIn(site, "li") ?? "";
  const asked = async (path: string) => {
    const answer = await site.fetch(path, { token: false, headers: { cookie } });
    await answer.body?.cancel();
    return answer.status;
  };
  expect(await asked("/refused")).toBe(200);
  expect(await asked("/api/devices")).toBe(200);
  expect(await asked("/api/accounts")).toBe(403);
  expect((await post(site, "/sign-in", { name: "li" })).status).toBe(401);
  const kinds = (await site.entriesOf("site-1", "audit")).map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(["sign-in", "sign-in-failed"]));
});
