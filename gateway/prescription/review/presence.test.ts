import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { TestBrowser } from "../../console/fixtures.ts";
import { type ToxicLine, ToxicLines } from "../../whole_way/toxic_lines.ts";
import { InnerCounty } from "../fixture_county.ts";
import { sentPrescription } from "../fixture_sources.ts";
import { openBench, picture } from "../workbench/fixture_bench.ts";
import { PharmacistClient } from "./fixture_pharmacist.ts";

const AWAY_SECONDS = 3;
/** Six signs of life are asked for in the time after which one is gone. */
const BEATS = 6;

const opened = new AsyncDisposableStack();
let county: InnerCounty;
let toxic: ToxicLines;
let wang: PharmacistClient;
beforeAll(async () => {
  toxic = opened.use(await ToxicLines.start());
  county = opened.use(await InnerCounty.start({ review: { awaySeconds: AWAY_SECONDS } }));
  wang = await PharmacistClient.hire(county, "wang");
});
afterAll(() => opened.disposeAsync());

/** A person whose only way to the county is a line of their own. */
async function behindLine(name: string): Promise<[PharmacistClient, ToxicLine]> {
  await PharmacistClient.hire(county, name);
  const line = await toxic.to(name, Number(new URL(county.url).port));
  const door = { url: line.url, fetch: county.fetch.bind(county) };
  return [await PharmacistClient.signIn(door, name), line];
}

/** As when the cable is pulled: nothing goes either way, and nobody says that it is over. */
async function silence(line: ToxicLine): Promise<void> {
  await line.poison("timeout", { timeout: 0 }, "upstream", "downstream");
}

async function takenBy(who: PharmacistClient, id: string) {
  await county.send(sentPrescription(id, { drug: "009" }));
  await until(`${who.account} has ${id}`, async () => (await who.take())?.claim.id === id);
  const held = await who.take();
  if (held === null) throw new Error("nothing is held");
  return held;
}

async function onDuty(): Promise<string[]> {
  return JSON.parse(await (await wang.ask("/api/reviews")).text()).workload.onDuty;
}

describe("P7: present is who answers over an open stream", () => {
  test("P7 a line that dies without a word gives back what was claimed over it", async () => {
    const [li, line] = await behindLine("li");
    await using bench = await li.follow();
    const held = await takenBy(li, "silent");
    await until("it was asked for longer than one may be away", () => bench.taken > 3 * BEATS);
    expect(await wang.take()).toBeNull();
    await silence(line);
    await until("it went back", async () => (await wang.take())?.claim.id === "silent");
    // Nobody told li's side: the connection is as open as before.
    expect(bench.isOver).toBe(false);
    expect(await onDuty()).toEqual(["wang"]);
    await toxic.mend();
    expect(await li.decide(held, "approve")).toMatchObject({ problem: "stale-claim" });
    expect((await wang.take())?.claim.id).toBe("silent");
    expect(await wang.post("/api/reviews/off-duty")).toBe(200);
  });

  test("P7 a stream that nobody answers is closed, and keeps nothing", async () => {
    const zhao = await PharmacistClient.hire(county, "zhao");
    await using bench = await zhao.follow({ answers: false });
    await until("it was asked", () => bench.beat !== null);
    const { beat } = bench;
    if (beat === null) throw new Error("it was not asked");
    // Neither another person's answer counts, nor one to what was not asked.
    expect(await wang.post("/api/reviews/present", beat)).toBe(404);
    expect(await zhao.post("/api/reviews/present", { ...beat, beat: 1000 })).toBe(404);
    expect(await zhao.post("/api/reviews/present", { ...beat, beat: 0 })).toBe(400);
    await until("it is closed", () => bench.isOver);
    expect(await zhao.post("/api/reviews/present", beat)).toBe(404);
    await until("it went back", async () => (await wang.take())?.claim.id === "silent");
    await until("zhao is off duty", async () => !(await onDuty()).includes("zhao"));
    expect(await wang.post("/api/reviews/off-duty")).toBe(200);
  });

  test("P7 who went off duty stays off while the page is open", async () => {
    const sun = await PharmacistClient.hire(county, "sun");
    await using bench = await sun.follow();
    expect((await sun.take())?.claim.id).toBe("silent");
    expect(await onDuty()).toEqual(["sun"]);
    expect(await sun.post("/api/reviews/off-duty")).toBe(200);
    const { taken } = bench;
    await until("it was heard of since", () => bench.taken > taken + BEATS);
    expect(await onDuty()).toEqual([]);
  });

  test("X6: a sign of life is no change in the audit", async () => {
    const paths = (await county.told("change")).map(({ body }) => body.path);
    expect(paths).toContain("/api/reviews/off-duty");
    expect(paths).not.toContain("/api/reviews/present");
  });
});

test("P7: the page says that its line is dead, and goes on once it is back", async () => {
  const [chen, line] = await behindLine("chen");
  await using browser = await TestBrowser.start();
  const page = await openBench(browser, line.url, chen.account, { locale: "zh-CN" });
  await page.keyboard.press("n");
  await page.waitForSelector('.bench-title h2:has-text("silent")');
  await page.waitForSelector('.bench[data-connected="true"]');
  await page.keyboard.press("q");
  await page.keyboard.type("请核对剂量");
  await silence(line);
  await page.waitForSelector('[data-notice="line"]:visible');
  await picture(page, "zh-line-lost");
  await until("it went back", async () => (await wang.take())?.claim.id === "silent");
  await toxic.mend();
  await page.waitForSelector('[data-notice="back"]:visible');
  await page.waitForSelector('[data-notice="claim"]:visible');
  await picture(page, "zh-line-back");
  expect(await page.locator('[data-notice="line"]:visible').count()).toBe(0);
  expect(await page.inputValue("textarea")).toBe("请核对剂量");
});
