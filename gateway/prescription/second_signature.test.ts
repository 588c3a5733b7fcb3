import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { InnerCounty, SITE } from "./fixture_county.ts";
import { sentPrescription } from "./fixture_sources.ts";
import { PASSWORD, PharmacistClient } from "./review/fixture_pharmacist.ts";
import { dayOf } from "./shanghai_day.ts";

const PIN = "135791";
const DAY_MS = 86_400_000;
const WHOLE = ["read", "prescription.submit", "prescription.vouch"];

/** A date, so many days from today in Shanghai. */
function date(days: number): string {
  return new Date((dayOf(Date.now()) + days) * DAY_MS).toISOString().slice(0, 10);
}

const from = date(-9);
/** Each differs by what has to be told apart. */
const PRESCRIBERS = [
  { id: "dr-1", title: "attending", from },
  { id: "dr-pin", title: "attending", account: "zhang", from },
  { id: "dr-session", title: "attending", account: "chen", from },
  { id: "dr-nurse", title: "attending", account: "nurse", from },
  { id: "dr-last", title: "attending", from, until: date(0) },
  { id: "dr-over", title: "attending", from, until: date(-1) },
  { id: "dr-soon", title: "attending", from, until: date(-2) },
  { id: "dr-soon", title: "attending", from: date(1) },
  { id: "dr-else", title: "attending", from, sites: ["site-018"] },
];

const opened = new AsyncDisposableStack();
let county: InnerCounty;
const tokens: Record<string, string> = {};
const people: Record<string, PharmacistClient> = {};
beforeAll(async () => {
  const registry = join(opened.use(new TemporaryFolder()).path, "registry.yaml");
  const document = { registry: "test", issued: from, prescribers: PRESCRIBERS };
  Deno.writeTextFileSync(registry, stringify(document));
  county = opened.use(await InnerCounty.start({ registry }));
  tokens.vouching = (await county.program("his-17", WHOLE)).token;
  tokens.plain = (await county.program("pharmacy", ["read", "prescription.submit"])).token;
  for (const name of ["zhang", "chen"]) {
    people[name] = await PharmacistClient.hire(county, name, "prescriber");
  }
  people.nurse = await PharmacistClient.hire(county, "nurse", "nurse");
  for (const name of ["zhang", "nurse"]) await setPin(people[name]);
});
afterAll(() => opened.disposeAsync());

async function setPin({ cookie }: PharmacistClient): Promise<void> {
  const answer = await fetch(`${county.url}/people/me/pin`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie },
    body: new URLSearchParams({ pin: PIN, again: PIN, now: PASSWORD }),
  });
  await answer.body?.cancel();
  expect(answer.headers.get("location")).toContain("saved");
}

let count = 0;

/** One of this prescriber that is red, issued so many days ago; what insists on it. */
async function redOf(prescriber: string, signature: object, daysAgo = 0) {
  const id = `red-${count++}`;
  for (const number of [`${id}-before`, id]) {
    const nowMs = Date.now() - daysAgo * DAY_MS;
    const sent = sentPrescription(number, { patient: id, nowMs });
    await county.send({ ...sent, prescriber: { id: prescriber } });
  }
  const { toAnswer: [to], needsSignature } = await county.standing(id);
  expect(needsSignature).toBe(true);
  const by = { id: prescriber };
  return { id, body: { version: 1, to, answer: "insist", reason: "病情需要", by, signature } };
}

/** Whoever asks: a program by its token, or a person who is signed in. */
async function insist(who: string, { id, body }: Awaited<ReturnType<typeof redOf>>) {
  const path = `/api/prescriptions/${id}/answer?site=${SITE}`;
  const init = { method: "POST", body: JSON.stringify(body) };
  const answer = who in tokens
    ? await county.fetchAs(tokens[who], path, init)
    : await people[who].ask(path, body);
  const told = await answer.text();
  return `${answer.status} ${/problem:([\w-]+)/.exec(told)?.[1] ?? "stored"}`;
}

async function signatureOf(id: string) {
  const answers = await county.told("answer");
  const own = answers.find(({ body }) => body.prescription === id);
  return own?.body.signature ?? null;
}

describe("P3 P10: a second signature is of the prescriber, who is proved", () => {
  test("by a program that may vouch: the entry says which", async () => {
    const signature = { method: "vouched", value: "usb-key 17" };
    const red = await redOf("dr-1", signature);
    expect(await insist("vouching", red)).toBe("201 stored");
    expect(await insist("vouching", red)).toBe("200 stored");
    expect(await signatureOf(red.id)).toEqual({
      proved: "vouched",
      by: "program his-17 from 127.0.0.1",
      value: "usb-key 17",
    });
    expect(await county.standing(red.id)).toMatchObject({ state: "queued", by: "prescriber" });
  });

  test("by the PIN of the account that the registry names, which is in no entry", async () => {
    const red = await redOf("dr-pin", { method: "pin", pin: PIN });
    expect(await insist("vouching", red)).toBe("201 stored");
    expect(await signatureOf(red.id)).toEqual({
      proved: "pin",
      by: "program his-17 from 127.0.0.1",
      account: "zhang",
    });
    expect(JSON.stringify(await county.told("answer"))).not.toContain(PIN);
  });

  test("by the prescriber's own session", async () => {
    const red = await redOf("dr-session", { method: "session" });
    expect(await insist("chen", red)).toBe("201 stored");
    expect(await signatureOf(red.id)).toEqual({
      proved: "session",
      by: "person chen from 127.0.0.1",
      account: "chen",
    });
  });

  test.each<[string, string, string, object, string]>([
    ["a program without the right", "plain", "dr-1", { method: "vouched" }, "no-voucher"],
    ["a word where there is a PIN", "vouching", "dr-pin", { method: "vouched" }, "pin-needed"],
    ["another PIN", "vouching", "dr-pin", { method: "pin", pin: "246813" }, "wrong-pin"],
    ["a PIN nobody set", "vouching", "dr-session", { method: "pin", pin: PIN }, "wrong-pin"],
    ["a PIN of no account", "vouching", "dr-1", { method: "pin", pin: PIN }, "no-account"],
    [
      "a PIN of no prescriber",
      "vouching",
      "dr-nurse",
      { method: "pin", pin: PIN },
      "missing-right",
    ],
    ["another's session", "zhang", "dr-session", { method: "session" }, "other-prescriber"],
    ["another's session and a PIN", "chen", "dr-pin", { method: "pin", pin: PIN }, "other-pres"],
    ["a program's session", "vouching", "dr-1", { method: "session" }, "other-prescriber"],
  ])("not by %s", async (_, who, prescriber, signature, problem) => {
    const red = await redOf(prescriber, signature);
    expect(await insist(who, red)).toContain(`403 ${problem}`);
    expect(await signatureOf(red.id)).toBeNull();
    expect(await county.standing(red.id)).toMatchObject({ state: "queued", by: "rules" });
  });

  test("X1: a program that only sends cannot lock a prescriber's PIN", async () => {
    const wrong = await redOf("dr-pin", { method: "pin", pin: "246813" });
    for (let tries = 0; tries < 6; tries++) {
      expect(await insist("plain", wrong)).toBe("403 no-voucher");
    }
    const red = await redOf("dr-pin", { method: "pin", pin: PIN });
    expect(await insist("plain", red)).toBe("403 no-voucher");
    expect(await insist("vouching", red)).toBe("201 stored");
  });

  test("not by a text of the request alone", async () => {
    for (const signature of [{ method: "his", value: "signed" }, { value: "signed" }, {}]) {
      expect(await insist("vouching", await redOf("dr-1", signature))).toBe("400 bad-input");
    }
  });
});

describe("P3 P14: who signs again is a prescriber of the registry, there and on that day", () => {
  test.each([
    ["dr-last", 0, "201 stored"],
    ["dr-over", 1, "403 no-signer"],
    ["dr-soon", 2, "403 no-signer"],
    ["dr-else", 0, "403 no-signer"],
    ["dr-nobody", 0, "403 no-signer"],
  ])("%s", async (prescriber, daysAgo, said) => {
    const red = await redOf(prescriber, { method: "vouched" }, daysAgo);
    expect(await insist("vouching", red)).toBe(said);
  });

  test("and where no registry is in force nobody is", async () => {
    await using without = await InnerCounty.start({ registry: undefined });
    for (const number of ["before", "red"]) {
      await without.send(sentPrescription(number, { patient: "red" }));
    }
    const { toAnswer: [to] } = await without.standing("red");
    const signature = { method: "vouched" };
    const body = { version: 1, to, answer: "insist", reason: "病情需要", signature };
    expect(await without.tell("red", "answer", { ...body, by: { id: "dr-1" } })).toMatchObject({
      status: 403,
      problem: "no-registry",
    });
  });
});

test("P10: a signed-in person answers for nobody else, by words either", async () => {
  const red = await redOf("dr-pin", {});
  const { version, to, by } = red.body;
  for (const answer of ["explain", "accept"]) {
    const body = { version, to, by, answer, reason: "已核对" };
    const said = await people.chen.ask(`/api/prescriptions/${red.id}/answer?site=${SITE}`, body);
    expect([said.status, await said.text()]).toEqual([
      403,
      expect.stringContaining("other-prescriber"),
    ]);
  }
});
