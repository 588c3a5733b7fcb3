import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { NodeKey } from "../../../sync/identity.ts";
import { InnerCounty, SITE } from "../fixture_county.ts";
import { RULES, sentPrescription } from "../fixture_sources.ts";
import * as z from "zod";
import { mappingFile, packFile, STRICTER, wholeRelease } from "./fixture_release.ts";
import { partBody, switchBody } from "./release_entries.ts";
import { rulesView } from "./release_routes.ts";
import { replayView } from "./replay.ts";

const signer = NodeKey.create();
let county: InnerCounty;
beforeAll(async () => {
  county = await InnerCounty.start({ signers: [signer.publicKey] }, { signer });
});
afterAll(() => county[Symbol.asyncDispose]());

async function release(request: object) {
  const answer = await county.fetch("/api/rules/releases", {
    method: "POST",
    body: JSON.stringify(request),
  });
  const body = z.object({ detail: z.string().optional() }).loose().parse(await answer.json());
  return { status: answer.status, detail: body.detail ?? "" };
}

async function rules() {
  return rulesView.parse(await (await county.fetch("/api/rules")).json());
}

async function inForce(number: number) {
  await until(`release ${number} is in force`, async () => {
    return (await rules()).release?.number === number;
  });
}

async function outcomeOf(id: string, drug: "001" | "009" = "001") {
  const { verdict } = await county.send(sentPrescription(id, { drug }));
  if (verdict === null) throw new Error(`There is no verdict on ${id}`);
  return verdict;
}

async function replay(id: string) {
  const answer = await county.fetch(`/api/prescriptions/${id}/replay?site=${SITE}`);
  return z.array(replayView).parse(await answer.json());
}

describe("P5: a release that is not sound is refused before anything is written", () => {
  const whole = wholeRelease(signer, SITE);
  test.each([
    ["no pack, and none before", { ...whole, packs: undefined }, "without packs"],
    ["no mapping, and none before", { ...whole, mappings: [] }, "without mappings"],
    [
      "a stranger's pack",
      { ...whole, packs: [packFile(NodeKey.create())].map(({ file, text }) => ({ file, text })) },
      "pack.json: Cannot use the pack",
    ],
    [
      "a pack with another's signature",
      {
        ...whole,
        packs: [{
          file: "forged.json",
          text: packFile(signer).text.replace(/"signature":"../, '"signature":"AA'),
        }],
      },
      "its signature does not hold",
    ],
    [
      "a mapping that names a drug which the list does not have",
      {
        ...whole,
        mappings: [mappingFile(SITE, (text) => text.replace("drugs:", 'drugs:\n  "x": nothing'))],
      },
      "site-017.yaml",
    ],
    [
      "two mappings of one site",
      { ...whole, mappings: [mappingFile(SITE), mappingFile(SITE)] },
      "too",
    ],
    ["a registry that is none", { ...whole, registry: { file: "r.yaml", text: "a: 1" } }, "r.yaml"],
    ["what has no such field", { ...whole, rules: 1 }, "rules"],
  ])("%s", async (_what, request, detail) => {
    expect(await release(request)).toEqual({
      status: 422,
      detail: expect.stringContaining(detail),
    });
    expect([...await county.told("rules-part"), ...await county.told("rules-switch")]).toEqual([]);
  });
});

test("P6: a release is in force at once, verdicts before and after replay equal", async () => {
  const before = await outcomeOf("before");
  expect(before.outcome).toBe("pass");
  expect((await release(wholeRelease(signer, SITE))).status).toBe(201);
  await inForce(1);
  const after = await outcomeOf("after");
  expect(after.outcome).toBe("intercept");
  expect(after.pack).toBe(packFile(signer).identity);
  expect(after.pack).not.toBe(before.pack);
  for (const id of ["before", "after"]) {
    expect(await replay(id)).toMatchObject([{ result: "equal" }]);
  }

  await county.restart();
  expect((await outcomeOf("restarted")).pack).toBe(after.pack);
  expect((await rules()).release?.number).toBe(1);
  expect(await replay("before")).toMatchObject([{ result: "equal" }]);
});

test("P6: in the middle of a stream each verdict is of one set or the other", async () => {
  const [old, next] = [packFile(signer).identity, packFile(signer, RULES).identity];
  const sending = Array.from({ length: 200 }, (_, n) => outcomeOf(`stream-${n}`));
  const { file, text } = packFile(signer, RULES);
  expect((await release({ packs: [{ file, text }] })).status).toBe(201);
  const more = Array.from({ length: 200 }, (_, n) => outcomeOf(`stream-${n + 200}`));
  const verdicts = await Promise.all([...sending, ...more]);
  await inForce(2);
  for (const { pack, outcome } of verdicts) {
    expect([[old, "intercept"], [next, "pass"]]).toContainEqual([pack, outcome]);
  }
  expect((await outcomeOf("stream-last")).pack).toBe(next);
  for (const id of ["stream-0", "stream-399", "after"]) {
    expect(await replay(id)).toMatchObject([{ result: "equal" }]);
  }
});

test("what is in both releases is in the journal once", async () => {
  const { file, text } = packFile(signer, STRICTER);
  expect((await release({ packs: [{ file, text }], note: "back" })).status).toBe(201);
  await inForce(3);
  const parts = (await county.told("rules-part")).map(({ body }) => partBody.parse(body));
  const names = parts.map(({ document, part }) => `${document} ${part}`);
  expect(new Set(names).size).toBe(names.length);
  const switches = (await county.told("rules-switch")).map(({ body }) => switchBody.parse(body));
  expect(switches.map(({ number }) => number)).toEqual([1, 2, 3]);
});

test("a release of later is in force from its moment on, and is shown before", async () => {
  const { file, text } = packFile(signer, RULES);
  const from = new Date(Date.now() + 3_600_000).toISOString();
  expect((await release({ packs: [{ file, text }], from })).status).toBe(201);
  await until("it is shown", async () => (await rules()).coming.length === 1);
  expect((await rules()).release?.number).toBe(3);
  const soon = new Date(Date.now() + 500).toISOString();
  expect((await release({ packs: [{ file, text }], from: soon })).status).toBe(201);
  await inForce(5);
});
