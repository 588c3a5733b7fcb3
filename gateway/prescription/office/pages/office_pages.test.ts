import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { TemporaryFolder, until } from "../../../../sync/fixtures.ts";
import { ownerLinkSchema } from "../../../commands/status.ts";
import { DESKTOP, PHONE, TestBrowser } from "../../../console/fixtures.ts";
import { NodeProcess } from "../../../fixtures.ts";
import { SITE } from "../../fixture_county.ts";
import { type Drug, reviewConfig, sentPrescription } from "../../fixture_sources.ts";
import { verdictView } from "../../reviewed.ts";
import { monthText } from "../../../china_calendar.ts";

const PASSWORD = "Ab3$-defgh";
const MONTH = monthText(Date.now());
/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");

let folder: TemporaryFolder;
let county: NodeProcess;
let browser: TestBrowser;

beforeAll(async () => {
  folder = new TemporaryFolder();
  const prescription = reviewConfig(folder.path, SITE);
  const options = { name: "county-a", role: "county", more: { prescription } } as const;
  county = await new NodeProcess(folder.path, options).start();
  browser = await TestBrowser.start();
  const { url } = ownerLinkSchema.parse(await county.ask("/api/owner-links", {}));
  const owner = await browser.enter(await browser.person("en-US"), url);
  await addAccount(owner, "li", ["senior-pharmacist"]);
  await addAccount(owner, "wang", ["pharmacist"]);
  await addAccount(owner, "nurse", ["nurse"]);
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await county?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

async function addAccount(page: Page, name: string, roles: readonly string[]): Promise<void> {
  await page.goto(`${county.url}/people/accounts`);
  const form = page.locator('form[action="/people/accounts"]');
  if (!await form.isVisible()) await page.click("summary");
  await form.locator('input[name="account"]').fill(name);
  await form.locator('input[name="zh"]').fill(`人员${name}`);
  for (const role of roles) await form.locator(`input[value="${role}"]`).check();
  await form.locator("button").click();
  const link = await page.locator("pre.shown").innerText();
  const own = await browser.open(await browser.person("en-US"), link);
  await own.fill('input[name="password"]', PASSWORD);
  await own.fill('input[name="again"]', PASSWORD);
  await own.click("button.enter");
  await own.waitForSelector('input[name="name"]');
}

async function signIn(name: string, viewport = DESKTOP, locale: "zh-CN" | "en-US" = "en-US") {
  const page = await browser.open(await browser.person(locale, viewport), `${county.url}/sign-in`);
  await page.fill('input[name="name"]', name);
  await page.fill('input[name="password"]', PASSWORD);
  await page.click("button.enter");
  await page.waitForSelector("footer");
  return page;
}

async function post(path: string, body: object, key?: string): Promise<unknown> {
  const headers = {
    "content-type": "application/json",
    ...(key === undefined ? {} : { "idempotency-key": key }),
  };
  const init = { method: "POST", body: JSON.stringify(body), headers };
  const answer = await county.fetch(`${path}?site=${SITE}`, init);
  const json: unknown = await answer.json();
  if (!answer.ok) throw new Error(`${path} was refused: ${JSON.stringify(json)}`);
  return json;
}

async function send(id: string, drug: Drug, version = 1) {
  return verdictView.parse(
    await post("/api/prescriptions", sentPrescription(id, { drug, version })),
  );
}

/** Goods of the first version are out when the HIS sends a second one. */
async function openCase(id: string): Promise<void> {
  const { token } = await send(id, "001");
  const asked = { version: 1, token, by: { id: "pharmacist-1" } };
  await post(`/api/prescriptions/${id}/dispense`, asked, `${id}-dispense`);
  await send(id, "001", 2);
  await until("a case is open", async () => {
    const answer = await county.fetch("/api/contact-cases");
    return z.array(z.object({ prescription: z.string() })).parse(await answer.json())
      .some(({ prescription }) => prescription === id);
  });
}

/** The prescriber keeps to what a pharmacist is to look at (P10). */
async function insist(id: string): Promise<void> {
  const answered = await send(id, "009");
  const answer = await county.fetch(`/api/prescriptions/${id}?site=${SITE}`);
  const { sides } = z.object({ sides: z.array(z.object({ ids: z.array(z.string()) })) })
    .parse(await answer.json());
  expect(answered.outcome).toBe("pharmacist");
  await post(`/api/prescriptions/${id}/answer`, {
    version: 1,
    to: sides[0].ids[0],
    answer: "insist",
    reason: "病情需要，已与患者沟通",
    by: { id: "dr-1" },
    signature: { method: "vouched", value: "signed" },
  });
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Nothing is wider than the screen of a phone. */
async function expectNarrow(page: Page): Promise<void> {
  const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
  expect(width, page.url()).toBeLessThanOrEqual(PHONE.width);
}

describe("the review office", () => {
  test("P8: shows automatic passes of the day by their codes", async () => {
    await send("rx-pass", "001");
    await send("rx-notice", "006");
    await send("rx-black", "008");
    const page = await signIn("wang");
    await until("all are in the report", async () => {
      await page.goto(`${county.url}/office`);
      const row = page.locator("tr", { has: page.locator("code", { hasText: /^notice$/ }) });
      return (await row.innerText()).endsWith("1");
    });
    expect(await page.locator('nav a[aria-current="page"]').innerText()).toBe("Review office");
    expect(await page.locator("tbody code").allInnerTexts()).toEqual([
      ...["pass", "notice", "degraded-pass", "degraded-notice", "rescue"],
    ]);
    expect(await page.locator("body").getAttribute("data-live")).toBeNull();
  });

  test("X1: is not for who may not review, and has no tab there", async () => {
    const page = await signIn("nurse");
    expect(await page.locator("nav").innerText()).not.toContain("Review office");
    const answer = await page.goto(`${county.url}/office`);
    expect(answer?.status()).toBe(403);
    const live = await page.evaluate(async () => {
      const answer = await fetch("/live?path=/office");
      return answer.status;
    });
    expect(live).toBe(403);
    browser.complaints.length = 0;
  });

  test("puts somebody on duty, only by who runs the office", async () => {
    const page = await signIn("li");
    await page.goto(`${county.url}/office/roster/2026-11-28`);
    await page.fill('input[name="account"]', "wang");
    await page.fill('input[name="to"]', "07:30");
    await page.click('button:has-text("Put on duty")');
    await page.waitForSelector("text=Saved");
    expect(await page.locator("tbody tr").innerText()).toContain("07:30 (next day)");
    await page.click('button:has-text("Take back")');
    await until("it is taken back", async () => await page.locator("tbody tr").count() === 0);
    const other = await signIn("wang");
    await other.goto(`${county.url}/office/roster/2026-11-28`);
    await other.fill('input[name="account"]', "wang");
    await other.click('button:has-text("Put on duty")');
    await other.waitForSelector("text=You do not have the right");
    browser.complaints.length = 0;
  });

  test("P10, P13: has what a prescriber insists on in the month's comments", async () => {
    await insist("rx-insist");
    const page = await signIn("wang");
    await until("it is in the pool", async () => {
      await page.goto(`${county.url}/office/samples/${MONTH}`);
      return await page.locator("a", { hasText: "rx-insist" }).count() === 1;
    });
    await page.click("text=rx-insist");
    await page.check('input[value="unreasonable"]');
    await page.check('input[value="2-5"]');
    await page.fill('input[name="text"]', "剂量偏大");
    await page.click('button:has-text("Save")');
    await page.waitForSelector("text=Saved");
    expect(await page.innerText("main")).toContain("Unreasonable 2-5 · 剂量偏大 · wang");
    await page.goto(`${county.url}/office/samples/${MONTH}`);
    await page.waitForSelector("text=1 of 1 commented on");
    const senior = await signIn("li");
    await senior.goto(`${county.url}/office/samples/${MONTH}`);
    await senior.click('button:has-text("Draw the sample")');
    await senior.waitForSelector("text=That month is not over");
  });

  test("P11: closes the case of a patient who was called", async () => {
    await openCase("rx-case");
    const page = await signIn("wang", PHONE);
    await page.goto(`${county.url}/office/cases`);
    await page.waitForSelector("text=Changed after dispensing");
    await page.fill('input[name="comment"]', "已电话告知停用，患者下午来换药");
    await page.click('button:has-text("Close")');
    await page.waitForSelector("text=Saved");
    expect(await page.innerText("main")).toContain("None");
  });
});

describe.each(
  [
    ["zh", "zh-CN", DESKTOP],
    ["zh", "zh-CN", PHONE],
    ["en", "en-US", DESKTOP],
    ["en", "en-US", PHONE],
  ] as const,
)("the office's pages in %s (%s, %o)", (language, locale, viewport) => {
  test("fit the screen and complain of nothing", async () => {
    await openCase(`rx-${language}-${viewport.width}`);
    const page = await signIn("li", viewport, locale);
    const paths = {
      day: "/office",
      workload: "/office/workload",
      roster: "/office/roster",
      sample: `/office/samples/${MONTH}`,
      comment: `/office/samples/${MONTH}/${SITE}/rx-insist`,
      cases: "/office/cases",
    };
    for (const [name, path] of Object.entries(paths)) {
      const answer = await page.goto(county.url + path);
      expect(answer?.status(), path).toBe(200);
      await picture(page, `${name}-${language}-${viewport.width}`);
      if (viewport === PHONE) await expectNarrow(page);
    }
    expect(browser.complaints).toEqual([]);
  });
});
