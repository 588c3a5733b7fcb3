/** A pharmacist's browser at the workbench, for tests. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { until } from "../../../sync/fixtures.ts";
import { DESKTOP, type TestBrowser } from "../../console/fixtures.ts";
import { PASSWORD } from "../review/fixture_pharmacist.ts";

/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");

interface Look {
  /** Where it is not the tests' own. */
  readonly password?: string;
  readonly locale?: "zh-CN" | "en-US";
  readonly viewport?: typeof DESKTOP;
}

/** Signs in at the address and opens the workbench, which follows the queue then. */
export async function openBench(
  browser: TestBrowser,
  url: string,
  account: string,
  { locale = "en-US", viewport = DESKTOP, password = PASSWORD }: Look = {},
): Promise<Page> {
  const person = await browser.person(locale, viewport);
  const page = await browser.open(person, `${url}/sign-in`);
  page.setDefaultTimeout(30_000);
  await page.fill('input[name="name"]', account);
  await page.fill('input[name="password"]', password);
  await page.click("button.enter");
  await page.waitForSelector("footer");
  await page.goto(`${url}/review`);
  await page.waitForSelector('.bench[data-connected="true"]');
  return page;
}

/** Claims by the key, as soon as something waits. */
export async function taken(page: Page, id: string): Promise<void> {
  await until(`${id} is on the page`, async () => {
    if (await page.locator(`.bench-title h2:has-text("${id}")`).count() > 0) return true;
    await page.keyboard.press("n");
    await page.waitForSelector('.bench[data-connected="true"]');
    return false;
  });
}

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}
