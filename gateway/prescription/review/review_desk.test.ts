import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { PostgresServer } from "../../../sync/postgres/fixture_server.ts";
import { InnerCounty } from "../fixture_county.ts";
import { type Drug, sentPrescription } from "../fixture_sources.ts";
import { type HeldAnswer, PharmacistClient } from "./fixture_pharmacist.ts";

const STORES = ["libsql", "postgres"] as const;

describe.each(STORES)("a county on %s whose pharmacists review", (kind) => {
  const opened = new AsyncDisposableStack();
  let county: InnerCounty;
  let li: PharmacistClient;
  let wang: PharmacistClient;
  beforeAll(async () => {
    const section = { review: { warnSeconds: 1, escalateSeconds: 3, awaySeconds: 2 } };
    county = opened.use(await InnerCounty.start(section, await storeOf(kind)));
    li = await PharmacistClient.hire(county, "li");
    wang = await PharmacistClient.hire(county, "wang");
  });
  afterAll(() => opened.disposeAsync());

  async function storeOf(kind: typeof STORES[number]): Promise<object> {
    if (kind === "libsql") return {};
    const postgres = opened.use(await PostgresServer.start());
    const { hosts, database, user } = postgres.server;
    return { store: { kind, hosts, database, user } };
  }

  /** Sends one that a pharmacist has to see. */
  async function sent(id: string, more: { readonly drug?: Drug; readonly patient?: string } = {}) {
    const { verdict } = await county.send(sentPrescription(id, { drug: "009", ...more }));
    expect(verdict?.outcome).toBe("pharmacist");
  }

  async function taken(by: PharmacistClient): Promise<HeldAnswer> {
    let held: HeldAnswer | null = null;
    await until(`${by.account} has taken one`, async () => {
      held = await by.take();
      return held !== null;
    });
    if (held === null) throw new Error("nothing was taken");
    return held;
  }

  test("P7 is taken by one, approved, and leaves on the token", async () => {
    await sent("approve");
    const held = await taken(li);
    expect(held).toMatchObject({ claim: { id: "approve" }, purpose: "decide", version: 1 });
    expect(held.shown).toMatchObject({
      prescription: { patient: { name: "王**" } },
      verdict: {
        outcome: "pharmacist",
        findings: [{ rule: "test/see-methotrexate", level: "orange" }],
      },
      history: [],
      identity: "known",
    });
    expect(await wang.take()).toBeNull();
    expect(await li.take()).toMatchObject({ claim: held.claim });
    expect(await wang.decide(held, "approve")).toMatchObject({ status: 409 });
    expect(await li.decide(held, "approve")).toMatchObject({ status: 201, state: "approved" });
    // The same once more, since an answer may be lost on its way.
    expect(await li.decide(held, "approve")).toMatchObject({ status: 201, state: "approved" });
    expect(await wang.decide(held, "approve")).toMatchObject({ problem: "other-content" });
    expect(await li.decide(held, "refuse", "不行")).toMatchObject({ problem: "other-content" });
    const { pass, verdict, sides } = await county.standing("approve");
    expect([pass, sides.map(({ person }) => person)]).toEqual(["approved", [null, "li"]]);
    const asked = { version: 1, token: verdict?.token, by: { id: "w" } };
    expect(await county.tell("approve", "dispense", asked, "a")).toMatchObject({ status: 201 });
    await until("nothing is left", async () => await li.take() === null);
  });

  test("is refused and asked with words only, which the prescriber reads", async () => {
    await sent("refuse");
    const held = await taken(li);
    expect((await li.decide(held, "refuse")).status).toBe(400);
    expect((await li.decide(held, "ask")).status).toBe(400);
    expect(await li.decide(held, "refuse", "剂量过大")).toMatchObject({
      status: 201,
      state: "refused",
    });
    expect(await county.standing("refuse")).toMatchObject({ state: "refused", pass: null });
  });

  test("P6 is decided on what the rules say now, and on no other verdict", async () => {
    await sent("seen");
    const held = await taken(li);
    const unseen = { ...held, shown: { ...held.shown, verdict: { id: "another" } } };
    expect(await li.decide(unseen, "approve")).toMatchObject({
      status: 409,
      problem: "other-verdict",
    });
    expect(await li.decide(held, "approve")).toMatchObject({ state: "approved" });
  });

  test("P14 is not given to whom it was written by", async () => {
    const prescriber = await PharmacistClient.hire(county, "dr-1");
    await sent("own");
    const held = await taken(li);
    expect(await li.post("/api/reviews/release", held.claim)).toBe(200);
    expect(await prescriber.take()).toBeNull();
    expect(await li.decide(await taken(li), "approve")).toMatchObject({ state: "approved" });
  });

  test("P3 P10 P14: red passes on the prescriber's signature and those of two persons", async () => {
    await county.send(sentPrescription("before", { drug: "001", patient: "red" }));
    await sent("red", { drug: "001", patient: "red" });
    const first = await taken(li);
    // A pharmacist alone lets nothing pass that is red: the prescriber has to sign.
    expect(await li.decide(first, "approve")).toMatchObject({ status: 201, state: "asked" });
    const { toAnswer: [to] } = await county.standing("red");
    const by = { id: "dr-1" };
    const signature = { method: "vouched", value: "signed" };
    const insist = { version: 1, to, answer: "insist", reason: "病情需要", signature, by };
    expect((await county.tell("red", "answer", insist)).status).toBe(201);

    const second = await taken(li);
    expect(second).toMatchObject({ purpose: "decide", over: [expect.any(String)] });
    expect(await li.decide(second, "sign")).toMatchObject({ status: 201, state: "signing" });
    const third = await taken(wang);
    expect(third).toMatchObject({ claim: { id: "red" }, purpose: "second-signature" });
    expect(await wang.post("/api/reviews/release", third.claim)).toBe(200);
    // Who signed first does not get it again.
    expect(await li.take()).toBeNull();
    expect(await wang.decide(await taken(wang), "sign")).toMatchObject({ state: "approved" });
    expect(await county.standing("red")).toMatchObject({ state: "approved", pass: "signed" });
  });

  test("P7 a claim is stale once another version has come, and nothing is stored", async () => {
    await sent("changed");
    const held = await taken(li);
    const document = sentPrescription("changed", { drug: "009", version: 2 });
    expect((await county.send(document)).verdict?.outcome).toBe("pharmacist");
    await until("the claim is stale", async () => (await li.take())?.version === 2);
    expect(await li.decide(held, "approve")).toMatchObject({ status: 409, problem: "stale-claim" });
    const decisions = (await county.told("decision"))
      .filter(({ body }) => body.prescription === "changed");
    expect(decisions).toEqual([]);
    expect(await li.decide(await taken(li), "approve")).toMatchObject({ state: "approved" });
  });

  test("P7 off duty returns claims at once, a lost connection after a while", async () => {
    await sent("away");
    const bench = await li.follow();
    const held = await taken(li);
    expect(await li.post("/api/reviews/off-duty")).toBe(200);
    expect(await li.decide(held, "approve")).toMatchObject({ problem: "stale-claim" });
    const again = await taken(li);
    expect(again.claim.fence).toBeGreaterThan(held.claim.fence);
    await bench[Symbol.asyncDispose]();
    await until("it went back", async () => await wang.take() !== null);
    expect(await li.decide(again, "approve")).toMatchObject({ problem: "stale-claim" });
    expect(await wang.decide(await taken(wang), "approve")).toMatchObject({ state: "approved" });
  });

  test("P8 what waits is told of at each limit, once, and passes by none of them", async () => {
    const levels = async () =>
      (await county.told("review-waiting")).map(({ stream, body }) => `${stream} ${body.level}`);
    await until("nothing waits", async () => {
      const told = await levels();
      return told.length === 0 || told.at(-1) === "alarm in-time";
    });
    const before = (await levels()).length;
    await sent("late");
    await until("it was told twice", async () => (await levels()).length >= before + 2);
    expect((await levels()).slice(before)).toEqual(["alarm warn", "alarm escalate"]);
    expect(await county.standing("late")).toMatchObject({ state: "queued", pass: null });
    const urgent = { ...sentPrescription("urgent", { drug: "009" }), setting: "emergency" };
    expect((await county.send(urgent)).verdict?.outcome).toBe("pharmacist");
    await until("the emergency behind it was told, too", async () => {
      const told = (await county.told("review-waiting")).slice(before + 2);
      return ["warn", "escalate"].every((level) =>
        told.some(({ body }) => body.level === "escalate" && body.emergency === level)
      );
    });
    for (const id of ["urgent", "late"]) {
      const held = await taken(li);
      expect(held.claim.id).toBe(id);
      expect(await li.decide(held, "approve")).toMatchObject({ state: "approved" });
    }
  });

  test("P7 a claim outlives a restart, and is decided under it", async () => {
    await sent("restart");
    const held = await taken(li);
    await county.restart();
    const back = await PharmacistClient.signIn(county, "li");
    await until("the queue is open", async () => (await back.ask("/api/reviews")).ok);
    expect(await back.decide(held, "approve")).toMatchObject({ status: 201, state: "approved" });
  });

  test("P14: neither a program nor the local command decides", async () => {
    const answer = await county.fetch("/api/reviews/take", { method: "POST", body: "{}" });
    expect(answer.status).toBe(403);
    await answer.body?.cancel();
  });
});
