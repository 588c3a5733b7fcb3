import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { DESKTOP, PHONE, TestBrowser } from "../../console/fixtures.ts";
import { InnerCounty } from "../fixture_county.ts";
import { type Drug, sentPrescription } from "../fixture_sources.ts";
import { PharmacistClient } from "../review/fixture_pharmacist.ts";
import { openBench, picture, taken } from "./fixture_bench.ts";

/** As the HIS has it: its insistence counts with the prescriber's own second signature. */
const SIGNED = { method: "vouched", value: "signed by dr-1" } as const;

const opened = new AsyncDisposableStack();
let county: InnerCounty;
let browser: TestBrowser;
let wang: PharmacistClient;
beforeAll(async () => {
  county = opened.use(await InnerCounty.start());
  browser = opened.use(await TestBrowser.start());
  await PharmacistClient.hire(county, "li");
  wang = await PharmacistClient.hire(county, "wang");
});
afterAll(() => opened.disposeAsync());

function bench(name: string, locale: "zh-CN" | "en-US" = "en-US", viewport = DESKTOP) {
  return openBench(browser, county.url, name, { locale, viewport });
}

/** Sends one that a pharmacist has to see. */
async function sent(id: string, more: { readonly drug?: Drug; readonly patient?: string } = {}) {
  const { verdict } = await county.send(sentPrescription(id, { drug: "009", ...more }));
  expect(verdict?.outcome).toBe("pharmacist");
}

async function offDuty(page: Page): Promise<void> {
  await page.locator('button[data-key="o"]').click();
  await page.waitForSelector("text=You are off duty");
  await page.context().close();
}

/** A red finding: the same ingredient twice for one patient. */
async function sentRed(id: string): Promise<void> {
  expect((await county.send(sentPrescription(`${id}-1`, { patient: id }))).status).toBe(201);
  await sent(id, { drug: "001", patient: id });
}

test("P8: what waits is listed in order, and as it changes, with the page left open", async () => {
  const page = await bench("li", "zh-CN");
  const listed = page.locator('[data-part="list"] li');
  expect(await listed.count()).toBe(0);
  await page.locator(".bench-policy summary").click();
  await sent("later");
  await page.waitForSelector('[data-part="list"] li:has-text("later")');
  await page.waitForSelector('[data-part="rest"] >> text=您不在岗');
  await sentRed("grave");
  await until("the graver is first", async () => {
    const texts = await listed.allInnerTexts();
    return texts.length === 2 && texts[0].includes("grave") && texts[1].includes("later");
  });
  const held = await wang.take();
  if (held === null) throw new Error("wang got nothing");
  await page.waitForSelector('[data-part="list"] li[data-held]:has-text("审核中：wang")');
  await picture(page, "zh-live");
  await wang.decide(held, "refuse", "重复用药");
  await until("one is left", async () => await listed.count() === 1);
  const next = await wang.take();
  if (next === null) throw new Error("wang got nothing");
  await wang.decide(next, "refuse", "存在用药禁忌");
  await page.waitForSelector('[data-part="list"] >> text=没有待审处方');
  // What was opened stays so.
  expect(await page.locator(".bench-policy[open]").count()).toBe(1);
  expect(await wang.post("/api/reviews/off-duty")).toBe(200);
  await page.context().close();
});

describe("P7: with the keyboard alone a pharmacist", () => {
  test("comes on duty, claims, refuses with words that no key disturbs, and has the next", async () => {
    const page = await bench("li");
    await page.waitForSelector("text=You are off duty");
    await page.keyboard.press("n");
    await page.waitForSelector("text=You are on duty");
    await picture(page, "en-empty");
    expect(await page.locator("[data-notice]:visible").count()).toBe(0);
    await sent("first");
    await page.waitForSelector('[data-notice="new"]:visible');
    await taken(page, "first");
    await sent("second");
    expect(await page.locator(".bench-facts").innerText()).toContain("王**");
    expect(await page.locator(".bench-facts").innerText()).toContain("Allergies were not asked");
    await page.keyboard.press("?");
    await page.waitForSelector("dialog#keys[open]");
    await page.keyboard.press("Escape");
    await page.keyboard.press("r");
    await page.keyboard.type("xaq? wrong dose");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Refused by a pharmacist");
    expect(await county.standing("first")).toMatchObject({ state: "refused" });
    const [told] = (await county.told("decision")).filter(({ body }) =>
      body.prescription === "first"
    );
    expect(told.body).toMatchObject({ comment: "xaq? wrong dose", by: { id: "li" } });
    await taken(page, "second");
    await page.keyboard.press("a");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Approved by pharmacists");
    expect((await county.standing("second")).state).toBe("approved");
    await offDuty(page);
  });

  test("cannot ask without words, and a ready phrase is enough", async () => {
    const page = await bench("li");
    await sent("asked");
    await taken(page, "asked");
    await page.keyboard.press("q");
    await page.keyboard.press("Enter");
    expect((await county.standing("asked")).state).toBe("queued");
    await page.selectOption('select[name="phrase"]', { index: 2 });
    expect(await page.inputValue("textarea")).toContain("diagnosis");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=Waits for the prescriber");
    await offDuty(page);
  });
});

test("P3 P14: over a red finding two persons sign, each after a second look", async () => {
  await sentRed("red");
  const [{ toAnswer: [to] }, by] = [await county.standing("red"), { id: "dr-1" }];
  const insist = { version: 1, to, answer: "insist", reason: "病情需要", signature: SIGNED, by };
  expect((await county.tell("red", "answer", insist)).status).toBe(201);
  for (const [name, state] of [["li", "signing"], ["wang", "approved"]]) {
    const page = await bench(name);
    await taken(page, "red");
    expect(await page.locator(".bench-finding.red").count()).toBe(1);
    expect(await page.locator("body").innerText()).toContain("病情需要");
    const earlier = page.locator(".bench-finding.red .bench-earlier li");
    expect(await earlier.innerText()).toContain(
      "site-017 · prescription red-1 (version 1, line 1)",
    );
    expect(await page.locator(await earlier.locator("a").getAttribute("href") ?? "").count())
      .toBe(1);
    if (name === "wang") await page.waitForSelector(".bench-head >> text=Second signature");
    await picture(page, `en-red-${name}`);
    await page.keyboard.press("s");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".bench-confirm");
    expect((await county.standing("red")).state).not.toBe(state);
    await picture(page, `en-confirm-${name}`);
    await page.keyboard.press("y");
    await page.waitForSelector("[data-stored]");
    expect((await county.standing("red")).state).toBe(state);
    if (name === "li") {
      // Who signed first does not get it again.
      expect(await page.locator(".bench-title").count()).toBe(0);
    }
    await offDuty(page);
  }
});

test("P7 P11: a stale claim stores nothing, shows the other's decision, and loses no word", async () => {
  const page = await bench("li", "zh-CN");
  await sent("stale");
  await taken(page, "stale");
  await page.keyboard.press("q");
  await page.keyboard.type("请核对剂量");
  const other = await bench("li");
  await other.click('button[data-key="x"]');
  await other.waitForSelector("text=It is back in the queue");
  await page.waitForSelector('[data-notice="claim"]:visible');
  const held = await wang.take();
  if (held === null) throw new Error("wang got nothing");
  expect(await wang.decide(held, "refuse", "存在用药禁忌")).toMatchObject({ status: 201 });
  await sent("after");
  await until("the next waits", async () => {
    const { workload } = JSON.parse(await (await wang.ask("/api/reviews")).text());
    return workload.free > 0;
  });
  await page.locator("textarea").focus();
  await page.keyboard.press("Enter");
  const stale = page.locator("[data-stale]");
  await stale.waitFor();
  expect(await stale.innerText()).toContain("您的裁定没有保存");
  expect(await stale.innerText()).toContain("存在用药禁忌");
  expect(await stale.locator("textarea").inputValue()).toBe("请核对剂量");
  await page.waitForSelector('.bench-title h2:has-text("after")');
  await picture(page, "zh-stale");
  expect((await county.told("decision")).filter(({ body }) => body.prescription === "stale"))
    .toHaveLength(1);
  await page.locator('button[data-key="o"]').click();
  await page.waitForSelector("text=您已离岗");
  browser.complaints.length = 0;
  await Promise.all([page.context().close(), other.context().close()]);
});

test("X5: a name is shown in full for a reason, which is in the audit", async () => {
  const page = await bench("li");
  await taken(page, "after");
  await page.click(".bench-unmask summary");
  await page.fill('input[name="reason"]', "to call the patient");
  await page.click(".bench-unmask button");
  await page.waitForSelector("strong:has-text('王小明')");
  const [told] = await county.told("unmasked");
  expect(told.body).toMatchObject({ id: "site-017:after", reason: "to call the patient" });
  await offDuty(page);
});

test("its forms work without the script", async () => {
  const page = await bench("li");
  await page.route("**/assets/*.js", (route) => route.abort());
  await page.goto(`${county.url}/review`);
  await page.locator('form[action="/review/take"] button').first().click();
  await page.waitForSelector('.bench-title h2:has-text("after")');
  await page.check('input[value="refuse"]');
  await page.click("#decide button");
  await page.waitForSelector("text=Not sent: to ask or refuse");
  await page.selectOption('select[name="phrase"]', { index: 7 });
  await page.click("#decide button");
  await page.waitForSelector("text=Refused by a pharmacist");
  expect((await county.standing("after")).state).toBe("refused");
  await offDuty(page);
  browser.complaints.length = 0;
});

test.each(["zh-CN", "en-US"] as const)(
  "a phone shows it without scrolling sideways, in %s",
  async (locale) => {
    const page = await bench("li", locale, PHONE);
    await sentRed(`phone-${locale}`);
    await taken(page, `phone-${locale}`);
    const width = "document.documentElement.scrollWidth";
    expect(await page.evaluate(width)).toBeLessThanOrEqual(PHONE.width);
    await picture(page, `${locale}-phone`);
    await page.check('input[value="approve"]');
    await page.click("#decide button");
    await page.waitForSelector(".bench-confirm");
    expect(await page.evaluate(width)).toBeLessThanOrEqual(PHONE.width);
    await picture(page, `${locale}-phone-confirm`);
    await page.click('button[data-key="y"]');
    await page.waitForSelector("[data-stored]");
    await picture(page, `${locale}-phone-empty`);
    const language = await page.locator("html").getAttribute("lang");
    expect(language).toBe(locale === "zh-CN" ? "zh-CN" : "en");
    await page.setViewportSize(DESKTOP);
    await picture(page, `${locale}-empty`);
    await page.locator('button[data-key="o"]').click();
    await page.context().close();
  },
);

test("no page complained", () => expect(browser.complaints).toEqual([]));
