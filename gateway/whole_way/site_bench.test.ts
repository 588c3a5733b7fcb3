import { expect, test } from "vitest";
import { until } from "../../sync/fixtures.ts";
import { DESKTOP, PHONE, TestBrowser } from "../console/fixtures.ts";
import type { NodeProcess } from "../fixtures.ts";
import { PharmacistClient } from "../prescription/review/fixture_pharmacist.ts";
import { reviewConfig, sentPrescription } from "../prescription/fixture_sources.ts";
import { standingView } from "../prescription/standing_view.ts";
import { openBench, picture, taken } from "../prescription/workbench/fixture_bench.ts";
import { consortium } from "./fixtures.ts";

const SITE = "site-1";

async function state(node: NodeProcess, id: string): Promise<string | null> {
  const path = `/api/prescriptions/${id}?site=${SITE}`;
  return await node.ask(path).then((answer) => standingView.parse(answer).state, () => null);
}

test("P12: with both centres gone a site's pharmacist decides on the same page", async () => {
  await using reviewing = await consortium(
    () => ({}),
    (folder) => ({ prescription: reviewConfig(folder, SITE) }),
  );
  const { a, b, site } = reviewing;
  await site.start();
  await PharmacistClient.hire(site, "zhao");
  await using browser = await TestBrowser.start();
  const page = await openBench(browser, site.url, "zhao", { locale: "zh-CN" });
  await page.waitForSelector('.bench-policy.good:has-text("线路正常")');

  // The page is open while the line goes: it tells by itself, and what holds now.
  await Promise.all([a.kill(), b.kill()]);
  await page.waitForSelector('.bench-policy.bad:has-text("线路中断")');
  await page.click(".bench-policy summary");
  expect(await page.locator(".bench-policy").innerText()).toContain("本院具备资格的药师");
  await picture(page, "site-zh-down");
  const send = async (id: string) => {
    const body = JSON.stringify(sentPrescription(id, { drug: "009" }));
    const headers = { "content-type": "application/json" };
    await (await site.fetch("/api/prescriptions", { method: "POST", body, headers })).json();
  };
  await send("first");
  await page.waitForSelector('[data-part="list"] li:has-text("first")');
  await taken(page, "first");
  const work = await page.locator(".bench-work").innerText();
  expect(work).toContain("站点断线时单独审核");
  expect(work).toContain("仅对照本站点的处方");
  await picture(page, "site-zh-held");
  await page.keyboard.press("a");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=药师已同意");
  expect(await state(site, "first")).toBe("approved");

  const phone = await openBench(browser, site.url, "zhao", { viewport: PHONE });
  await send("second");
  await phone.waitForSelector('.bench-policy.bad:has-text("Line down")');
  await taken(phone, "second");
  const width = "document.documentElement.scrollWidth";
  expect(await phone.evaluate(width)).toBeLessThanOrEqual(PHONE.width);
  await picture(phone, "site-en-phone");
  await phone.setViewportSize(DESKTOP);
  await phone.keyboard.press("r");
  await phone.keyboard.type("dose too high");
  await phone.keyboard.press("Enter");
  await phone.waitForSelector("text=Refused by a pharmacist");

  await Promise.all([a.start(), b.start()]);
  await page.waitForSelector('.bench-policy.good:has-text("线路正常")');
  for (const node of [a, b]) {
    await until(`${node.name} has what was decided here`, async () => {
      return await state(node, "first") === "approved" && await state(node, "second") === "refused";
    });
  }
  expect(browser.complaints).toEqual([]);
});
