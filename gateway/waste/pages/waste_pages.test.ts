import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { until } from "../../../sync/fixtures.ts";
import { PHONE } from "../../console/fixtures.ts";
import { PINS } from "../fixture_nurses.ts";
import { WasteSite } from "./fixture_waste_site.ts";

/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");
const listOfBags = z.object({
  bags: z.array(z.object({ bag: z.string(), history: z.array(z.object({ id: z.string() })) })),
});
/** A photo of one dot, as large as those of telephones: larger than a form of words may be. */
const PHOTO = Buffer.concat([
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
  Buffer.alloc(3 << 20),
]);

let own: WasteSite;
beforeAll(async () => {
  own = await WasteSite.open();
});
afterAll(async () => await own?.[Symbol.asyncDispose]());

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Nothing is wider than the screen of a phone. */
async function expectNarrow(page: Page): Promise<void> {
  const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
  expect(width, page.url()).toBeLessThanOrEqual(PHONE.width);
}

/** Weighs and seals a bag; its code. */
async function seals(page: Page, kilograms: number): Promise<string> {
  await own.weighs(kilograms);
  await page.goto(`${own.site.url}/waste/seal`);
  await page.locator("strong", { hasText: kilograms.toFixed(3) }).waitFor();
  await page.click("a:has-text('Seal with this weight')");
  await page.selectOption('select[name="category"]', "841-001-01");
  await page.click('main form button:has-text("Weigh and seal")');
  await page.waitForSelector("text=Saved");
  return /\/waste\/bags\/(\w+)/.exec(page.url())?.[1] ?? "";
}

async function second(page: Page, name: string): Promise<void> {
  await page.fill('input[name="account"]', name);
  await page.fill('input[name="pin"]', PINS[name]);
}

async function handsOver(page: Page, bags: readonly string[], by: string | null): Promise<void> {
  await page.goto(`${own.site.url}/waste/move`);
  await page.selectOption('select[name="from"]', "ward/ward-3");
  await page.selectOption('select[name="to"]', "person/carrier");
  await page.fill('textarea[name="codes"]', bags.join("\n"));
  if (by !== null) await second(page, by);
  await page.click('main form button:has-text("Hand over")');
}

describe("W1–W8 a day of a ward, on a telephone", () => {
  let page: Page;
  let bags: string[];
  const mainText = () => page.innerText("main");

  test("W2 a bag is sealed with what the scale says, and has a label", async () => {
    page = await own.signIn("li");
    bags = [await seals(page, 4.12), await seals(page, 2.5), await seals(page, 1.25)];
    expect(new Set(bags).size).toBe(3);
    await page.goto(`${own.site.url}/waste/bags/${bags[0]}`);
    expect(await mainText()).toContain("4.120 kg");
    await page.click("text=Print the label");
    expect(await page.locator(".waste-label").innerText()).toContain("医疗废物 · 感染性废物");
    const zpl = await own.site.fetch(`/api/waste/bags/${bags[0]}/label`);
    expect(await zpl.text()).toContain("^XA");
  });

  test("W2, W4 a keyed weight needs reason, photo and second person, and is marked", async () => {
    await page.goto(`${own.site.url}/waste/seal/keyed`);
    const fills = async () => {
      await page.fill('input[name="kilograms"]', "1.25");
      await page.fill('input[name="reason"]', "scale has no power");
      await page.selectOption('select[name="category"]', "841-002-01");
      const file = { name: "scale.png", mimeType: "image/png", buffer: PHOTO };
      await page.setInputFiles('input[name="photo"]', file);
    };
    await fills();
    await page.fill('input[name="account"]', "wang");
    await page.fill('input[name="pin"]', "111111");
    await page.click('main form button:has-text("Weigh and seal")');
    await page.waitForSelector("text=do not fit");
    await fills();
    await second(page, "wang");
    await page.click('main form button:has-text("Weigh and seal")');
    await page.waitForSelector("text=Saved");
    expect(await mainText()).toContain("Keyed");
    // It is taken back by two persons, so that the day's sums are those of the scale.
    await page.click("table a:has-text('Sealed')");
    await page.click("summary");
    await page.fill('input[name="reason"]', "weighed again later");
    await second(page, "wang");
    await page.click('main form button:has-text("Reverse")');
    await page.waitForSelector("text=Saved");
    own.browser.complaints.length = 0;
  });

  test("W4 a handover waits until the second person confirms it", async () => {
    await handsOver(page, bags, null);
    await page.waitForSelector("text=it waits for a second person");
    const other = await own.signIn("wang");
    await other.goto(`${own.site.url}/waste`);
    await other.click("section:has-text('Waiting for a second person') a:has-text('Handed over')");
    await other.click('main form button:has-text("I confirm")');
    await other.waitForSelector("text=Saved");
    await page.goto(`${own.site.url}/waste/bags/${bags[0]}`);
    expect(await mainText()).toContain("收集员 (person/carrier)");
    expect(await mainText()).toContain("护士wang");
  });

  test("W6 a store names the bag that is missing, and takes none until it is explained", async () => {
    const [first, other, gone] = bags;
    await own.weighs(6.62);
    await page.goto(`${own.site.url}/waste/store`);
    await page.selectOption('select[name="from"]', "person/carrier");
    await page.fill('textarea[name="codes"]', [first, other].join("\n"));
    await page.click('button:has-text("Check")');
    await page.waitForSelector("text=3 bags expected, 2 read");
    expect(await page.locator("legend", { hasText: "Missing" }).count()).toBe(1);
    expect(await page.locator(`input[name="missing-${gone}"]`).count()).toBe(1);
    await until("the scale's weight is offered", async () => {
      await page.click('button:has-text("Weigh again")');
      return await page.locator("label:has-text('6.620 kg')").count() > 0;
    });
    await second(page, "wang");
    await page.click('button:has-text("Store it")');
    await page.waitForSelector(`text=bag ${gone} was collected and is not here`);
    await picture(page, "store-refused");
    await page.fill(`input[name="missing-${gone}"]`, "not in the trolley");
    await second(page, "wang");
    await page.click('button:has-text("Store it")');
    await page.waitForSelector("text=Saved");
    await page.goto(`${own.site.url}/waste`);
    await page.waitForSelector("text=Missing at the store: not in the trolley");
    await page.waitForSelector(`text=Waste ${gone} was collected and did not reach the store`);
    own.browser.complaints.length = 0;
  });

  test("W5, W8 in a box, on a manifest that is a draft until its number, and traced", async () => {
    await page.goto(`${own.site.url}/waste/box`);
    await page.fill('input[name="box"]', "box-7");
    await page.fill('textarea[name="codes"]', bags[0]);
    await page.click('main form button:has-text("Box")');
    await page.waitForSelector("text=Saved");
    await page.goto(`${own.site.url}/waste/manifests/new`);
    expect(await page.locator('input[name="load"]').count()).toBe(1);
    for (const part of ["consignor", "carrier", "receiver"]) {
      for (const input of await page.locator(`input[name^="${part}."]`).all()) {
        const name = await input.getAttribute("name") ?? "";
        await input.fill(/phone/i.test(name) ? "0571-88000000" : `${part} words`);
      }
    }
    await page.fill('input[name="packaging.841-001-01"]', "包装袋");
    await page.click('button:has-text("Save")');
    await page.waitForSelector("text=Draft (no national number)");
    const path = new URL(page.url()).pathname;
    await page.fill('input[name="number"]', "1234");
    await page.click('button:has-text("Enter the national number")');
    await page.waitForSelector("text=want 14 digits");
    await page.fill('input[name="number"]', "20263301000123");
    await page.click('button:has-text("Enter the national number")');
    await page.waitForSelector("text=20263301000123");
    await page.waitForSelector("text=The form is complete");
    await second(page, "wang");
    await page.click('main form button:has-text("Departs")');
    await page.waitForSelector("h2:has-text('Enter the receipt')");
    await page.fill('input[name="receipt"]', "R-2026-1");
    await page.fill('input[name="kilograms"]', "6.62");
    const receivedAt = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 16);
    await page.fill('input[name="receivedAt"]', receivedAt);
    await second(page, "wang");
    await page.click('main form button:has-text("Enter the receipt")');
    await page.waitForSelector("h2:has-text('Enter the disposal')");
    const field = page.locator(".paper dl div").filter({ hasText: /^\s*Received/ });
    expect(await field.innerText()).toContain(receivedAt.replace("T", " "));
    await page.fill('input[name="disposedAt"]', "2026-11-29");
    await page.click('main form button:has-text("Enter the disposal")');
    await page.waitForSelector("text=Disposed of");
    for (const code of [bags[0], "box-7", "20263301000123", "R-2026-1", path.split("/")[3]]) {
      await page.goto(`${own.site.url}/waste/trace?code=${code}`);
      expect(await mainText(), code).toContain(bags[0]);
      expect(await mainText(), code).toContain("R-2026-1");
    }
    own.browser.complaints.length = 0;
  });

  test("the county shows the same, and nothing to do", async () => {
    const county = await own.signIn("zhao", { node: own.county });
    await until("the county has it", async () => {
      await county.goto(`${own.county.url}/waste/trace?code=R-2026-1`);
      return (await county.innerText("main")).includes(bags[0]);
    });
    await county.goto(`${own.county.url}/waste/bags/${bags[0]}`);
    expect(await county.innerText("main")).toContain("Disposed of");
    expect(await county.locator("main form").count()).toBe(0);
    // By the rules of the site, which are not the defaults.
    const kept = `To be kept until ${new Date().getUTCFullYear() + 12}-`;
    await county.click("main a:has-text('LD-')");
    expect(await county.innerText("main")).toContain(kept);
    await county.goto(`${own.county.url}/waste`);
    expect(await county.innerText("main")).toContain("site-017");
    await county.click("a:has-text('site-017')");
    await county.waitForSelector(`text=${bags[2]}`);
  });
});

describe.each(["zh-CN", "en-US"] as const)("pages in %s on a telephone", (locale) => {
  test("fit the screen and complain of nothing", async () => {
    const page = await own.signIn("li", { locale });
    const list = await own.site.ask("/api/waste/bags");
    const [bag] = listOfBags.parse(list).bags;
    const paths = {
      overview: "/waste",
      seal: "/waste/seal",
      keyed: "/waste/seal/keyed",
      move: "/waste/move",
      store: "/waste/store",
      box: "/waste/box",
      bag: `/waste/bags/${bag.bag}`,
      label: `/waste/bags/${bag.bag}/label`,
      entry: `/waste/entries/${bag.history[0].id}`,
      manifests: "/waste/manifests",
      draft: "/waste/manifests/new",
      trace: `/waste/trace?code=R-2026-1`,
      epidemic: "/waste/epidemic",
    };
    await own.weighs(3.3);
    for (const [name, path] of Object.entries(paths)) {
      const answer = await page.goto(own.site.url + path);
      expect(answer?.status(), path).toBe(200);
      await picture(page, `${name}-${locale}`);
      await expectNarrow(page);
    }
    await page.goto(`${own.site.url}/waste/manifests`);
    await page.click("tbody a");
    await picture(page, `manifest-${locale}`);
    await expectNarrow(page);
    const county = await own.signIn("zhao", { node: own.county, locale });
    for (const path of ["/waste", "/waste/sites/site-017", "/waste/manifests"]) {
      const answer = await county.goto(own.county.url + path);
      expect(answer?.status(), path).toBe(200);
      await picture(county, `county${path.replaceAll("/", "-")}-${locale}`);
      await expectNarrow(county);
    }
    expect(own.browser.complaints).toEqual([]);
  });
});
