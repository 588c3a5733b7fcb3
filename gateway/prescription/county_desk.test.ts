import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../sync/fixtures.ts";
import { range } from "../../sync/fixtures.ts";
import { InnerCounty, SITE, type Told } from "./fixture_county.ts";
import { type Drug, sentPrescription } from "./fixture_sources.ts";
import { verdictBody } from "./life/verdict_body.ts";

let county: InnerCounty;
beforeAll(async () => {
  county = await InnerCounty.start();
});
afterAll(() => county[Symbol.asyncDispose]());

function of(entries: readonly Told[], id: string): Told[] {
  return entries.filter(({ body }) =>
    body.prescription === id ||
    (typeof body.prescription === "object" && body.prescription !== null &&
      Reflect.get(body.prescription, "id") === id)
  );
}

describe("a HIS that sends a prescription to the county", () => {
  test.each<[Drug, string, boolean]>([
    ["001", "pass", true],
    ["006", "notice", true],
    ["009", "pharmacist", false],
    ["008", "intercept", false],
  ])("P3: of drug %s hears %s, with a token only where it may be dispensed", async (
    drug,
    outcome,
    hasToken,
  ) => {
    const { status, verdict } = await county.send(sentPrescription(`level-${drug}`, { drug }));
    expect(status).toBe(201);
    expect(verdict).toMatchObject({ site: SITE, outcome, degraded: false, version: 1 });
    expect(verdict?.token !== null).toBe(hasToken);
  });

  test("P1 P6: prescription and verdict are in the site's stream, with all that it rests on", async () => {
    const { verdict } = await county.send(sentPrescription("rests"));
    const [received, ...others] = of(await county.told("prescription"), "rests");
    expect(others).toEqual([]);
    expect(received).toMatchObject({
      stream: `to:${SITE}`,
      body: { hash: verdict?.hash, who: "token from 127.0.0.1" },
    });
    const [told, ...more] = of(await county.told("verdict"), "rests");
    expect(more).toEqual([]);
    expect(told.stream).toBe(`to:${SITE}`);
    const body = verdictBody.parse(told.body);
    expect(body).toMatchObject({ mode: "county", token: verdict?.token, history: [] });
    expect(body.pack).toMatch(/^[0-9a-f]{64}$/);
    expect(body.mapping).toMatch(/^sha256:[0-9a-f]{64}\+sha256:[0-9a-f]{64}$/);
    expect(body.facts?.lines).toMatchObject([{ drug: "amoxicillin-capsule-250mg", days: 4 }]);
  });

  test("has to say which site it is of", async () => {
    const document = sentPrescription("siteless");
    expect(await county.send(document, { query: "" })).toMatchObject({
      status: 422,
      problem: "no-site",
    });
    expect(await county.send(document, { query: "?site=site-9" })).toMatchObject({ status: 422 });
    expect((await county.send(document, { query: "?site=Nine" })).status).toBe(400);
    expect(of(await county.told("prescription"), "siteless")).toEqual([]);
  });
});

describe("T2: what is sent again", () => {
  test("is one prescription with the same answer, at once, later and after a restart", async () => {
    const document = sentPrescription("again");
    const both = await Promise.all([county.send(document), county.send(document)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    const [first, second] = both;
    expect(second.verdict).toEqual(first.verdict);
    for (const key of ["k-again", "k-again", "k-other"]) {
      expect(await county.send(document, { key })).toEqual({ ...first, status: 200 });
    }
    await county.restart();
    expect(await county.send(document)).toEqual({ ...first, status: 200 });
    expect(of(await county.told("prescription"), "again")).toHaveLength(1);
    expect(of(await county.told("verdict"), "again")).toHaveLength(1);
  });

  test("with other content is refused, and one alarm, also after a restart", async () => {
    await county.send(sentPrescription("other", { nowMs: Date.now() - 1000 }), { key: "k-1" });
    const changed = sentPrescription("other", { drug: "006" });
    expect(await county.send(changed)).toMatchObject({ status: 409, problem: "other-content" });
    const third = sentPrescription("third");
    expect(await county.send(third, { key: "k-1" })).toMatchObject({ status: 409 });
    await county.restart();
    expect(await county.send(changed)).toMatchObject({ status: 409 });
    expect(await county.send(third, { key: "k-1" })).toMatchObject({ status: 409 });
    expect(of(await county.told("prescription"), "other")).toHaveLength(1);
    expect(of(await county.told("prescription"), "third")).toEqual([]);
    const alarms = (await county.told("prescription-conflict")).map(({ body }) =>
      body.prescription
    );
    expect(alarms.sort()).toEqual(["other", "third"]);
    expect((await county.send(third, { key: "k-3" })).status).toBe(201);
  });

  test("P9: of a version that comes behind a later one hears no token", async () => {
    const later = await county.send(sentPrescription("overtaken", { version: 2 }));
    expect(later.verdict?.token).not.toBeNull();
    await until("the tables have it", async () => {
      const known = await county.standing("overtaken").catch(() => null);
      return known?.version === 2;
    });
    const { status, verdict } = await county.send(sentPrescription("overtaken"));
    expect([status, verdict?.outcome, verdict?.token]).toEqual([201, "pass", null]);
  });

  test("as a higher version is another prescription", async () => {
    await county.send(sentPrescription("changes"));
    const next = sentPrescription("changes", { version: 2, drug: "009" });
    const { status, verdict } = await county.send(next);
    expect([status, verdict?.version, verdict?.outcome]).toEqual([201, 2, "pharmacist"]);
  });
});

describe("P5 P6: the patient's history", () => {
  test("is of all prescriptions before, those of the same moment too", async () => {
    const all = range(1, 6).map((n) => sentPrescription(`history-${n}`, { patient: "one" }));
    const answers = await Promise.all(all.map((one) => county.send(one)));
    const outcomes = answers.map(({ verdict }) => verdict?.outcome);
    expect(outcomes.sort()).toEqual(["pass", ...range(1, 5).map(() => "pharmacist")]);
    const verdicts = (await county.told("verdict")).map(({ body }) => verdictBody.parse(body))
      .filter(({ prescription }) => prescription.startsWith("history-"));
    const lengths = verdicts.map(({ history }) => history?.length ?? -1);
    expect(lengths.sort()).toEqual([0, 1, 2, 3, 4, 5]);
    await county.restart();
    const last = await county.send(sentPrescription("history-7", { patient: "one" }));
    expect(last.verdict?.findings.map(({ rule }) => rule)).toEqual(
      range(1, 6).map(() => "test/twice"),
    );
  });

  test("has nothing that was stopped, nor an earlier version of itself, nor of others", async () => {
    await county.send(sentPrescription("stopped", { drug: "008", patient: "two" }));
    await county.send(sentPrescription("own", { patient: "two" }));
    const next = sentPrescription("own", { patient: "two", version: 2 });
    expect((await county.send(next)).verdict?.outcome).toBe("pass");
    expect((await county.send(sentPrescription("hers", { patient: "three" }))).verdict?.outcome)
      .toBe("pass");
  });

  test("ends on the day on which a medicine runs out", async () => {
    const dayMs = 86_400_000;
    // A box of 24 capsules lasts four days.
    const nowMs = Date.now();
    const before = (id: string, ms: number) =>
      county.send(sentPrescription(`${id}-0`, { patient: id, nowMs: nowMs - ms }));
    await Promise.all([before("out", 4 * dayMs), before("not-out", 4 * dayMs - 1)]);
    const after = await Promise.all(
      ["out", "not-out"].map((patient) =>
        county.send(sentPrescription(`${patient}-1`, { patient, nowMs }))
      ),
    );
    expect(after.map(({ verdict }) => verdict?.findings.map(({ rule }) => rule))).toEqual([
      [],
      ["test/twice"],
    ]);
  });
});

test("too many at one time of one sender are told when to come again, and are not stored", async () => {
  await using small = await InnerCounty.start({ perSecond: 0.5, burst: 2 });
  const answers = [];
  for (const n of range(1, 3)) answers.push(await small.send(sentPrescription(`many-${n}`)));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 429]);
  expect(Number(answers[2].retryAfter)).toBeGreaterThanOrEqual(1);
  expect(await small.told("prescription")).toHaveLength(2);
});

test("a pack of a signer that nobody trusts keeps the node from starting, by name", async () => {
  const signers = ["A".repeat(43)];
  await expect(InnerCounty.start({ signers })).rejects.toThrow(
    /Cannot start "county-a".*nobody here knows the key/s,
  );
});
