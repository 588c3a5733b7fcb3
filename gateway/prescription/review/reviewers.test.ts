import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { InnerCounty } from "../fixture_county.ts";
import { sentPrescription } from "../fixture_sources.ts";
import { dayOf } from "../shanghai_day.ts";
import { PharmacistClient } from "./fixture_pharmacist.ts";

const DAY_MS = 86_400_000;

/** A date, so many days from today in Shanghai, and years before. */
function date(days: number, years = 0): string {
  const day = new Date((dayOf(Date.now()) + days) * DAY_MS);
  day.setUTCFullYear(day.getUTCFullYear() - years);
  return day.toISOString().slice(0, 10);
}

/** Each differs from who may by one day, or by the title. */
const PEOPLE = {
  may: {},
  short: { dispensingSince: date(1, 3) },
  untrained: { trained: date(1) },
  over: { until: date(-1) },
  assistant: { title: "assistant" },
  unroled: {},
  author: {},
  other: {},
};
const OWN = { title: "pharmacist", dispensingSince: date(0, 3), trained: date(0), from: date(-9) };

describe("P14: who reviews is in the county's dated registry", () => {
  const opened = new AsyncDisposableStack();
  let county: InnerCounty;
  beforeAll(async () => {
    const registry = join(opened.use(new TemporaryFolder()).path, "registry.yaml");
    const pharmacists = Object.entries(PEOPLE)
      .map(([account, differs]) => ({ account, ...OWN, ...differs }));
    const prescribers = [{
      id: "dr-author",
      title: "attending",
      account: "author",
      from: date(-9),
    }, { id: "dr-1", title: "attending", from: date(-9) }];
    const document = { registry: "test", issued: date(-9), prescribers, pharmacists };
    Deno.writeTextFileSync(registry, stringify(document));
    county = opened.use(await InnerCounty.start({ registry }));
    await county.send(sentPrescription("one", { drug: "009" }));
  });
  afterAll(() => opened.disposeAsync());

  test.each(["short", "untrained", "over", "assistant", "nobody"])("not %s", async (name) => {
    const client = await PharmacistClient.hire(county, name);
    const answer = await client.ask("/api/reviews/take", {});
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining("no-reviewer"),
    ]);
  });

  test("P14: title, three years to the day, trained today: may", async () => {
    const client = await PharmacistClient.hire(county, "may");
    await until("it is taken", async () => await client.take() !== null);
    const held = await client.take();
    if (held === null) throw new Error("nothing is held");
    expect(await client.decide(held, "approve")).toMatchObject({ state: "approved" });
  });

  test("P14: a pharmacist of the registry without the role is none", async () => {
    const client = await PharmacistClient.hire(county, "unroled", "nurse");
    expect(await client.post("/api/reviews/take")).toBe(403);
  });

  test("P14: not who is the prescriber, by the account that the registry names", async () => {
    const own = await PharmacistClient.hire(county, "author");
    const other = await PharmacistClient.hire(county, "other");
    const sent = { ...sentPrescription("own", { drug: "009" }), prescriber: { id: "dr-author" } };
    await county.send(sent);
    await until("another takes it", async () => await other.take() !== null);
    const held = await other.take();
    if (held === null) throw new Error("nothing is held");
    expect(await other.post("/api/reviews/release", held.claim)).toBe(200);
    expect(await own.take()).toBeNull();
  });
});

describe("P14: a second signature that is a senior pharmacist's", () => {
  test.each([
    ["pharmacist", "pharmacist", "not"],
    ["senior-pharmacist", "pharmacist", "not"],
    ["pharmacist", "senior", "not"],
    ["senior-pharmacist", "senior", "may"],
  ])("role %s and title %s: %s", async (role, title, may) => {
    await using opened = new AsyncDisposableStack();
    const registry = join(opened.use(new TemporaryFolder()).path, "registry.yaml");
    const pharmacists = [{ account: "first", ...OWN }, { account: "second", ...OWN, title }];
    const prescribers = [{ id: "dr-1", title: "attending", from: date(-9) }];
    const document = { registry: "test", issued: date(-9), prescribers, pharmacists };
    Deno.writeTextFileSync(registry, stringify(document));
    const section = { registry, review: { secondBySenior: true } };
    const county = opened.use(await InnerCounty.start(section));
    for (const id of ["before", "red"]) {
      await county.send(sentPrescription(id, { patient: "red" }));
    }
    const { toAnswer: [to] } = await county.standing("red");
    const insist = { version: 1, to, answer: "insist", reason: "病情需要", by: { id: "dr-1" } };
    await county.tell("red", "answer", { ...insist, signature: { method: "vouched" } });
    const [first, second] = [
      await PharmacistClient.hire(county, "first"),
      await PharmacistClient.hire(county, "second", role),
    ];
    const take = async (who: PharmacistClient) => {
      let held = null;
      await until(`${who.account} has it`, async () => (held = await who.take()) !== null);
      if (held === null) throw new Error("nothing is held");
      return held;
    };
    expect(await first.decide(await take(first), "sign")).toMatchObject({ state: "signing" });
    if (may === "not") {
      await until("it waits", async () => await waits(county));
      expect(await second.take()).toBeNull();
    } else {
      expect(await second.decide(await take(second), "sign")).toMatchObject({ status: 201 });
    }
  });
});

/** Whether one that is a senior pharmacist's is offered. */
async function waits(county: InnerCounty): Promise<boolean> {
  const { items } = z.object({ items: z.array(z.object({ senior: z.boolean() })) })
    .parse(await (await county.fetch("/api/reviews")).json());
  return items.some(({ senior }) => senior);
}

test("P14: where no registry is in force nobody reviews, and the node says so", async () => {
  await using county = await InnerCounty.start({ registry: undefined });
  const client = await PharmacistClient.hire(county, "may");
  const answer = await client.ask("/api/reviews/take", {});
  expect([answer.status, await answer.text()]).toEqual([
    403,
    expect.stringContaining("no-registry"),
  ]);
  expect(await (await county.fetch("/api/status")).text()).toContain("No registry is in force");
});
