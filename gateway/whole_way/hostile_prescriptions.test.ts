import { gzipSync } from "node:zlib";
import iconv from "iconv-lite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../sync/fixtures.ts";
import { dig } from "../dig.ts";
import { withAt } from "../prescription/fixture_intake.ts";
import { pathText } from "../schema_faults.ts";
import { hostileBodies, type HostileCase } from "./hostile_bodies.ts";
import { FIELDS, HELD_FIELDS, type HostileField } from "./hostile_fields.ts";
import { DOOR_TYPES, DOORS, type HostileDoor, HostileNode, SITE } from "./hostile_node.ts";

/** As each door refuses what it cannot read. */
const FAULT: Readonly<Record<HostileDoor, number>> = { json: 422, fhir: 422, cds: 400 };
/** Nobody reads more, and a log keeps less. */
const ANSWER_LENGTH_MAX = 30_000;

let hostile: HostileNode;
/** By number and content, what was accepted so far. */
const accepted = new Map<string, string>();

beforeAll(async () => {
  hostile = await HostileNode.start();
}, 300_000);
afterAll(() => hostile[Symbol.asyncDispose]());

/** The table of one door. */
function casesOf(door: HostileDoor): HostileCase[] {
  const good = hostile.good(door);
  const fields = FIELDS[door].map((one) => caseOf(door, one));
  return [...hostileBodies(JSON.stringify(good), DOOR_TYPES[door], FAULT[door]), ...fields];
}

function caseOf(door: HostileDoor, { what, at, value, says, field }: HostileField): HostileCase {
  const good = hostile.good(door);
  const set = typeof value === "string"
    ? value.replace(/^URL OF.*/, (name) => urlOf(good, name))
    : value;
  return {
    what,
    body: JSON.stringify(withAt(good, at, set)),
    status: FAULT[door],
    field: field ?? pathText(at),
    says,
  };
}

function urlOf(bundle: object, name: string): string {
  return String(dig(bundle, "entry", name.endsWith("0") ? 0 : 5, "fullUrl"));
}

/** A good prescription is taken, by plain JSON, whatever came before it. */
async function expectGoodOne(): Promise<void> {
  const good = hostile.fresh();
  const { status, outcome } = await hostile.send("json", JSON.stringify(good));
  expect([status, outcome]).toEqual([201, "pass"]);
  accepted.set(good.id, JSON.stringify(good));
}

async function expectAllThere(): Promise<void> {
  expect([...(await hostile.held()).keys()].sort()).toEqual([...accepted.keys()].sort());
}

describe.each(DOORS)("by the door %s", (door) => {
  test("each hostile body is refused with its field and what to do, and nothing is stored", async () => {
    await expectGoodOne();
    const before = await hostile.stored();
    const wrong: object[] = [];
    for (const { what, body, headers, status, field, says } of casesOf(door)) {
      const answer = await hostile.send(door, body, headers);
      const isRight = answer.status === status && answer.fields.includes(field) &&
        says.test(answer.words) && answer.words.length < ANSWER_LENGTH_MAX;
      const { fields, words } = answer;
      if (!isRight) wrong.push({ what, status: answer.status, fields, words: words.slice(0, 300) });
    }
    expect(wrong).toEqual([]);
    expect(await hostile.stored()).toBe(before);
    await expectGoodOne();
    await expectAllThere();
  });
});

describe("what is taken and cannot be checked, or is absurd, does not pass", () => {
  test.each(HELD_FIELDS)("$what", async ({ at, value, says }) => {
    const good = withAt(hostile.fresh(), at, value);
    const { status, outcome, findings } = await hostile.send("json", JSON.stringify(good));
    expect(status).toBe(201);
    accepted.set(good.id, "");
    expect(["could-not-check", "pharmacist", "intercept"]).toContain(outcome);
    expect(findings.map(({ text }) => text.en).join("\n")).toMatch(says);
  });
});

test("P5: what nobody has mapped is listed for whoever maps it, with where it stood", async () => {
  await until("the list has it", async () => {
    const { code, printed } = await hostile.node.run("rules", "unmapped", "--site", SITE);
    expect(code, printed).toBe(0);
    return ["drugs\tconstructor\t", "frequencies\tq0h\t", "routes\t...\t", "units\t颗粒袋\t"]
      .every((line) => printed.includes(`${SITE}\t${line}`));
  });
});

describe("what is told of a prescription afterwards is read as strictly", () => {
  const told = (reason: string) => JSON.stringify({ version: 1, reason, by: { id: "dr-1" } });
  const tell = async (id: string, body: BodyInit, headers = {}) => {
    const answer = await hostile.node.fetch(`/api/prescriptions/${id}/void?site=${SITE}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
    return { status: answer.status, words: (await answer.text()).replaceAll('\\"', '"') };
  };

  test.each<[string, BodyInit, number, RegExp]>([
    ["GBK", new Uint8Array(iconv.encode(told("患者要求"), "gbk")), 400, /send it in UTF-8/],
    ["gzip", new Uint8Array(gzipSync(told("患者要求"))), 400, /send it in UTF-8, not packed/],
    ["no JSON", "{", 400, /no JSON/],
    ["two reasons", told("x").replace('"by"', '"reason":"y","by"'), 400, /twice; want it once/],
    ["a name twice", `{"version":2,${told("x").slice(1)}`, 400, /version: it stands here twice/],
    ["a depth of a thousand", "[".repeat(1000), 400, /deeper than 32/],
    ["a reason that turns all text", told("\u202e患者"), 400, /reason: want text that can be read/],
    [
      "a reason of which nothing is seen",
      told("\u200b"),
      400,
      /reason: want text that can be read/,
    ],
    ["a reason with a zero", told("x\u0000"), 400, /reason: want text that can be read/],
    ["5,000 names", `{${Array.from({ length: 5000 }, (_, n) => `"${n}":0`)}}`, 400, /version/],
    ["64 KiB and a byte", told("x").padEnd(65_537), 413, /65536 bytes or fewer/],
  ])("%s", async (_, body, status, says) => {
    const good = hostile.fresh();
    await hostile.send("json", JSON.stringify(good));
    const before = await hostile.stored();
    const answer = await tell(good.id, body);
    expect([answer.status, answer.words]).toEqual([status, expect.stringMatching(says)]);
    expect(answer.words.length).toBeLessThan(ANSWER_LENGTH_MAX);
    expect(await hostile.stored()).toBe(before);
    expect((await tell(good.id, told("患者要求"))).status).toBe(201);
  });
});
