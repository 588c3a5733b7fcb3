import { join } from "node:path";
import { expect, test } from "vitest";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { ownerLinkSchema } from "../commands/status.ts";
import { PHONE, TestBrowser } from "../console/fixtures.ts";
import { centresFor, enrol, NodeProcess } from "../fixtures.ts";
import { ColdSite, FRIDGE } from "./fixture_cold_site.ts";

/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");

test("C4 C9: a county's pages show units and alarms of its sites, and offer no act", async () => {
  using folder = new TemporaryFolder();
  const county = new NodeProcess(folder.path, { name: "county-a", role: "county" });
  await using _county = await county.start();
  const site = new ColdSite(folder.path, { counties: centresFor([county]) });
  await enrol(county, site.node);
  await using _site = await site.node.start();
  await until("the fridge is known", async () => await site.unit() !== null);
  expect(await site.reads(9)).toBe(true);
  await using browser = await TestBrowser.start();
  const { url } = ownerLinkSchema.parse(await county.ask("/api/owner-links", {}));
  const page = await browser.enter(await browser.person("zh-CN", PHONE), url);
  const look = async (path: string, name: string) => {
    await page.goto(county.url + path);
    const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
    expect(width, name).toBeLessThanOrEqual(PHONE.width);
    if (PICTURES !== undefined) {
      await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
    }
    return await page.innerText("main");
  };
  await until(
    "the county shows the alarm",
    async () => /一号冰箱[^]*温度过高[^]*未处理/.test(await look("/coldchain", "county_units_zh")),
  );
  expect(await look("/coldchain/site-1", "county_site_zh")).toMatch(/9\.0[^]*超温/);
  const unit = await look(`/coldchain/site-1/${FRIDGE}`, "county_unit_zh");
  expect(unit).toContain("在站点登记和处理");
  expect(await page.locator('main form[method="post"]').count()).toBe(0);
});
