import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
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
};
const OWN = { title: "pharmacist", dispensingSince: date(0, 3), trained: date(0), from: date(-9) };

describe("P14: who reviews is in the county's dated registry", () => {
  const opened = new AsyncDisposableStack();
  let county: InnerCounty;
  beforeAll(async () => {
    const registry = join(opened.use(new TemporaryFolder()).path, "registry.yaml");
    const pharmacists = Object.entries(PEOPLE)
      .map(([account, differs]) => ({ account, ...OWN, ...differs }));
    const document = { registry: "test", issued: date(-9), pharmacists };
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
});
