import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { range, until } from "../../sync/fixtures.ts";
import { InnerCounty, SITE } from "./fixture_county.ts";
import { type Drug, sentPrescription } from "./fixture_sources.ts";

const DAY_MS = 86_400_000;
const BY = { id: "pharmacist-1" };

let county: InnerCounty;
beforeAll(async () => {
  county = await InnerCounty.start();
});
afterAll(() => county[Symbol.asyncDispose]());

/** Sends one that passes unless said otherwise; its token. */
async function sent(id: string, more: { readonly drug?: Drug; readonly nowMs?: number } = {}) {
  const { verdict } = await county.send(sentPrescription(id, more));
  return verdict?.token ?? "a.b.c";
}

function boxes(value: string) {
  return [{ line: 1, quantity: { value, unit: "盒" } }];
}

describe("P9: goods leave", () => {
  test("once, on the token, and the same again is answered the same", async () => {
    const token = await sent("whole");
    const asked = { version: 1, token, by: BY };
    expect(await county.tell("whole", "dispense", asked, "d-1")).toMatchObject({
      status: 201,
      part: 1,
    });
    expect(await county.tell("whole", "dispense", asked, "d-1")).toMatchObject({
      status: 200,
      part: 1,
    });
    expect(await county.tell("whole", "dispense", asked, "d-2")).toMatchObject({
      status: 409,
      problem: "over-quantity",
    });
    expect((await county.standing("whole")).goods).toMatchObject({ state: "wholly", parts: [1] });
    expect(await county.told("dispensing")).toMatchObject([{ stream: `to:${SITE}` }]);
    await county.restart();
    expect(await county.tell("whole", "dispense", asked, "d-1")).toMatchObject({ status: 200 });
    expect(await county.tell("whole", "dispense", asked, "d-2")).toMatchObject({ status: 409 });
  });

  test("in parts, exactly as much as was prescribed, and anew once they are back", async () => {
    const token = await sent("parts");
    const part = (value: string, key: string) =>
      county.tell("parts", "dispense", { version: 1, token, lines: boxes(value), by: BY }, key);
    expect(await part("0.4", "p-1")).toMatchObject({ status: 201, part: 1 });
    expect(await part("0.600001", "p-2")).toMatchObject({ status: 409, problem: "over-quantity" });
    expect(await part("0.6", "p-2")).toMatchObject({ status: 201, part: 2 });
    const back = (value: string, key: string) => {
      const asked = { version: 1, part: 1, lines: boxes(value), reason: "包装破损", by: BY };
      return county.tell("parts", "return", asked, key);
    };
    expect(await back("0.400001", "r-1")).toMatchObject({ status: 409 });
    expect(await back("0.4", "r-1")).toMatchObject({ status: 201 });
    expect(await back("0.4", "r-1")).toMatchObject({ status: 200 });
    expect(await back("0.4", "r-2")).toMatchObject({ status: 409 });
    expect(await part("0.4", "p-3")).toMatchObject({ status: 201, part: 3 });
    expect((await county.standing("parts")).goods).toMatchObject({ state: "wholly" });
  });

  test("to one of those that come at one moment", async () => {
    const token = await sent("race");
    const asked = { version: 1, token, by: BY };
    const answers = await Promise.all(
      range(1, 5).map((n) => county.tell("race", "dispense", asked, `race-${n}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  test("not without a key of its own, nor in other words under one", async () => {
    const token = await sent("keys");
    const asked = { version: 1, token, lines: boxes("0.5"), by: BY };
    expect(await county.tell("keys", "dispense", asked)).toMatchObject({ status: 400 });
    expect(await county.tell("keys", "dispense", asked, "k")).toMatchObject({ status: 201 });
    const other = { ...asked, lines: boxes("0.25") };
    expect(await county.tell("keys", "dispense", other, "k")).toMatchObject({
      status: 409,
      problem: "other-content",
    });
  });

  test.each([
    ["another prescription's", "token-other-prescription"],
    ["an altered", "token-signature"],
    ["no", "token-malformed"],
  ])("not on %s token", async (what, problem) => {
    const id = `bad-${problem}`;
    const [own, other] = [await sent(id), await sent(`${id}-2`)];
    const [head, claims, signature] = own.split(".");
    const turned = `${head}.${claims}.${signature.startsWith("A") ? "B" : "A"}${
      signature.slice(1)
    }`;
    const token = what === "no" ? "a.b.c" : what === "an altered" ? turned : other;
    const asked = { version: 1, token, by: BY };
    expect(await county.tell(id, "dispense", asked, id)).toMatchObject({ status: 403, problem });
  });

  test("not when what is at hand is not what was reviewed", async () => {
    const token = await sent("hash");
    const asked = { version: 1, token, hash: "0".repeat(64), by: BY };
    expect(await county.tell("hash", "dispense", asked, "h")).toMatchObject({
      status: 403,
      problem: "token-changed",
    });
  });

  test.each([
    ["the day after", -DAY_MS, "token-expired"],
    ["the day before", DAY_MS, "token-not-yet"],
  ])("not %s", async (_, ms, problem) => {
    const token = await sent(problem, { nowMs: Date.now() + ms });
    const asked = { version: 1, token, by: BY };
    expect(await county.tell(problem, "dispense", asked, problem)).toMatchObject({ problem });
  });

  test("not once the HIS has changed it, and then the patient is to be called, once", async () => {
    const token = await sent("changed");
    const asked = { version: 1, token, lines: boxes("0.5"), by: BY };
    expect((await county.tell("changed", "dispense", asked, "c-1")).status).toBe(201);
    await county.send(sentPrescription("changed", { version: 2 }));
    expect(await county.tell("changed", "dispense", asked, "c-2")).toMatchObject({
      status: 409,
      problem: "superseded",
    });
    await until("the case is open", async () => {
      return (await county.standing("changed")).openCases === 1;
    });
    await county.restart();
    expect((await county.told("contact-case")).map(({ body }) => [body.prescription, body.cause]))
      .toEqual([["changed", "changed"]]);
  });

  test("not where nobody let it pass", async () => {
    await sent("queued", { drug: "009" });
    const standing = await county.standing("queued");
    expect(standing).toMatchObject({ state: "queued", pass: null, verdict: { token: null } });
    const asked = { version: 1, token: await sent("queued-2"), by: BY };
    expect((await county.tell("queued", "dispense", asked, "q")).status).toBe(403);
  });
});

describe("P3 P10: the prescriber", () => {
  const signature = { method: "vouched", value: "signed" };
  const by = { id: "dr-1" };

  test("keeps to a red finding with a reason and a second signature, and nobody else does", async () => {
    await county.send(sentPrescription("red-0", { patient: "red" }));
    await county.send(sentPrescription("red", { patient: "red" }));
    const { toAnswer: [to], needsSignature } = await county.standing("red");
    expect(needsSignature).toBe(true);
    const insist = { version: 1, to, answer: "insist", reason: "病情需要", signature, by };
    const unsigned = { version: 1, to, answer: "insist", reason: "病情需要", by };
    expect((await county.tell("red", "answer", unsigned)).status).toBe(400);
    const other = { ...insist, by: { id: "dr-2" } };
    expect(await county.tell("red", "answer", other)).toMatchObject({
      status: 403,
      problem: "other-prescriber",
    });
    expect(await county.tell("red", "answer", { ...insist, to: "nothing" })).toMatchObject({
      status: 409,
    });
    expect((await county.tell("red", "answer", insist)).status).toBe(201);
    expect((await county.tell("red", "answer", insist)).status).toBe(200);
    const words = { ...insist, reason: "别的" };
    expect((await county.tell("red", "answer", words)).status).toBe(409);
    expect(await county.standing("red")).toMatchObject({ state: "queued", by: "prescriber" });
  });

  test("P9: the HIS takes a version back: it never leaves, and is taken back once", async () => {
    const token = await sent("void");
    const asked = { version: 1, reason: "患者退号", by };
    expect((await county.tell("void", "void", { ...asked, version: 2 })).status).toBe(404);
    expect((await county.tell("void", "void", { version: 1, by })).status).toBe(400);
    expect((await county.tell("void", "void", asked)).status).toBe(201);
    expect((await county.tell("void", "void", asked)).status).toBe(200);
    const other = { ...asked, reason: "别的" };
    expect(await county.tell("void", "void", other)).toMatchObject({ problem: "other-content" });
    expect(await county.standing("void")).toMatchObject({ state: "cancelled", pass: null });
    const goods = { version: 1, token, by: BY };
    expect((await county.tell("void", "dispense", goods, "v")).status).toBe(409);
    // A later version is another matter.
    expect((await county.send(sentPrescription("void", { version: 2 }))).status).toBe(201);
    expect(await county.standing("void")).toMatchObject({ state: "passed", version: 2 });
  });

  test("P9 P11: of what was taken back when goods were out, the patient is called", async () => {
    const token = await sent("void-out");
    await county.tell("void-out", "dispense", { version: 1, token, by: BY }, "out");
    const asked = { version: 1, reason: "开错患者", by };
    expect((await county.tell("void-out", "void", asked)).status).toBe(201);
    await until("a case is open", async () => (await county.standing("void-out")).openCases === 1);
    expect((await county.standing("void-out")).goods.state).toBe("wholly");
  });

  test("takes a version back, which then never passes", async () => {
    const token = await sent("back");
    const { sides: [{ ids: [to] }] } = await county.standing("back");
    expect((await county.tell("back", "answer", { version: 1, to, answer: "accept", by })).status)
      .toBe(201);
    expect(await county.standing("back")).toMatchObject({ state: "withdrawn", pass: null });
    const asked = { version: 1, token, by: BY };
    expect(await county.tell("back", "dispense", asked, "b")).toMatchObject({
      status: 409,
      problem: "not-passed",
    });
  });
});

test("what nobody sent is not there, of this site or of none", async () => {
  const [nothing, siteless] = await Promise.all(
    [`/api/prescriptions/none?site=${SITE}`, "/api/prescriptions/none"].map(async (path) => {
      const answer = await county.fetch(path);
      await answer.body?.cancel();
      return answer.status;
    }),
  );
  expect([nothing, siteless]).toEqual([404, 422]);
});
