import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { NodeKey } from "../../sync/identity.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { reviewConfig, RULES, sentPrescription } from "../prescription/fixture_sources.ts";
import { mappingFile, packFile, wholeRelease } from "../prescription/release/fixture_release.ts";
import { switchBody } from "../prescription/release/release_entries.ts";
import { rulesView } from "../prescription/release/release_routes.ts";
import { verdictView } from "../prescription/reviewed.ts";
import { type ToxicLine, ToxicLines } from "./toxic_lines.ts";

const SITE = "site-1";
const signer = NodeKey.create();
const STRICT = packFile(signer).identity;
const MILD = packFile(signer, RULES);

const opened = new AsyncDisposableStack();
let a: NodeProcess;
let b: NodeProcess;
let site: NodeProcess;
/** It has not been told of the county's signer. */
let apart: NodeProcess;
let lines: readonly ToxicLine[];
beforeAll(async () => {
  const folder = opened.use(new TemporaryFolder()).path;
  const prescription = reviewConfig(folder, SITE, { signer });
  [a, b] = await startCentres(folder, { prescription });
  opened.use(a);
  opened.use(b);
  const toxic = opened.use(await ToxicLines.start());
  lines = [await toxic.to("a", a.port), await toxic.to("b", b.port)];
  const counties = [a, b].map(({ name }, at) => ({ node: name, url: lines[at].url }));
  const more = { counties, prescription };
  site = opened.use(new NodeProcess(folder, { name: SITE, role: "site", more }));
  const other = join(folder, "other");
  Deno.mkdirSync(other);
  const own = { counties: centresFor([a, b]), prescription: reviewConfig(other, "site-2") };
  apart = opened.use(new NodeProcess(folder, { name: "site-2", role: "site", more: own }));
  await enrol(a, site);
  await enrol(a, apart);
  await Promise.all([site.start(), apart.start()]);
});
afterAll(() => opened.disposeAsync());

async function rulesOf(node: NodeProcess) {
  return rulesView.parse(await node.ask("/api/rules"));
}

async function release(node: NodeProcess, request: object): Promise<void> {
  await node.ask("/api/rules/releases", request);
}

async function inForce(node: NodeProcess, number: number): Promise<void> {
  await until(`release ${number} is in force at ${node.name}`, async () => {
    return (await rulesOf(node)).release?.number === number;
  });
}

/** A rescue order, which a site decides by what it has itself. */
async function decided(node: NodeProcess, id: string) {
  const query = node.name === SITE ? "" : `?site=${SITE}`;
  const answer = await node.fetch(`/api/prescriptions${query}`, {
    method: "POST",
    body: JSON.stringify(sentPrescription(id, { rescue: true })),
    headers: { "content-type": "application/json" },
  });
  const { pack, outcome } = verdictView.parse(await answer.json());
  return [pack, outcome];
}

test("P6: what is released at one centre both use, and the site, by one switch", async () => {
  const whole = wholeRelease(signer, SITE);
  const mappings = [...whole.mappings, mappingFile("site-2"), mappingFile("site-9")];
  await release(a, { ...whole, mappings });
  for (const node of [a, b, site]) {
    await inForce(node, 1);
    expect(await decided(node, `first-${node.name}`)).toEqual([STRICT, "intercept"]);
  }
  const [atA, atB, atSite] = await Promise.all([a, b, site].map(rulesOf));
  expect(atB.release).toEqual(atA.release);
  expect(atSite.release).toEqual({ ...atA.release, sites: [SITE] });
  expect(atSite.drugs).toBe(atA.drugs);
});

test("P5: who does not know the signer keeps what it had, says why, and alarms once", async () => {
  const refused = async () => (await rulesOf(apart)).refused;
  await until("it says why", async () => (await refused()).length === 1);
  expect(await refused()).toMatchObject([{ number: 1, reason: /nobody here knows the key/ }].map(
    ({ number, reason }) => ({ number, reason: expect.stringMatching(reason) }),
  ));
  expect((await rulesOf(apart)).release).toBeNull();
  const alarms = async () =>
    (await a.entriesOf("site-2", "alarm")).filter(({ kind }) => kind === "rules-refused");
  await until("the county has the alarm", async () => (await alarms()).length > 0);
  await apart.kill("SIGTERM");
  await apart.start();
  await until("it says why again", async () => (await refused()).length === 1);
  expect(await alarms()).toHaveLength(1);
  const { printed } = await apart.run("rules", "status");
  expect(printed).toContain("RELEASE 1 CANNOT BE READ HERE");
  await until("its status says so", async () => {
    const { printed } = await apart.run("status");
    return /RELEASE 1 OF THE RULES CANNOT BE USED HERE.*nobody here knows the key/.test(printed);
  });
  expect(await apart.page("/", "zh")).toContain("第 1 次规则发布在本机无法启用");
  expect(await apart.page("/", "zh")).toContain("请在 prescription.signers 中加入");
  expect(await site.page("/", "zh")).not.toContain("无法启用");
});

test("P12: with its line cut a site goes on by the old one, and takes the new one later", async () => {
  for (const line of lines) await line.cut();
  await release(b, { packs: [{ file: MILD.file, text: MILD.text }] });
  await Promise.all([inForce(a, 2), inForce(b, 2)]);
  expect(await decided(site, "cut")).toEqual([STRICT, "intercept"]);
  await site.kill();
  await site.start();
  expect(await decided(site, "cut-restarted")).toEqual([STRICT, "intercept"]);
  for (const line of lines) await line.join();
  await inForce(site, 2);
  expect(await decided(site, "joined")).toEqual([MILD.identity, "pass"]);
  for (const id of [`first-${SITE}`, "cut", "joined"]) {
    expect(await site.run("rules", "replay", id)).toMatchObject({
      code: 0,
      printed: expect.stringContaining(": equal"),
    });
  }
});

test("a site that enrols later is told what is in force, its own mapping alone", async () => {
  const told = async () => {
    const entries = await Promise.all([a, b].map(({ name }) => b.entriesOf(name, "to:site-9")));
    return entries.flat();
  };
  expect(await told()).toEqual([]);
  const more = { counties: centresFor([a, b]) };
  using folder = new TemporaryFolder();
  await using late = new NodeProcess(folder.path, { name: "site-9", role: "site", more });
  await enrol(a, late);
  await until("it was told", async () => {
    return (await told()).some(({ kind }) => kind === "rules-switch");
  });
  const switches = (await told()).filter(({ kind }) => kind === "rules-switch")
    .map(({ body }) => switchBody.parse(body));
  expect(switches.map(({ number, mappings }) => [number, mappings.map(({ site }) => site)]))
    .toEqual([[2, ["site-9"]]]);
});
