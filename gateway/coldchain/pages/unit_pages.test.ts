import { Buffer } from "node:buffer";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { PHONE } from "../../console/fixtures.ts";
import { LOT } from "../flow/fixture_flow.ts";
import { SITE } from "../flow/fixture_flow_node.ts";
import { fridgeTagText } from "../loggers/fixture_export.ts";
import { ColdConsole, OTHER_LOT, UNIT } from "./fixture_cold_console.ts";
import { curvePicture, withGaps } from "./unit_curve.ts";

/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");

let site: ColdConsole;
beforeAll(async () => {
  site = await ColdConsole.open();
}, 120_000);
afterAll(() => site?.[Symbol.asyncDispose]());

const path = `/coldchain/${SITE}/${UNIT}`;

/** No wider than a phone; a picture where somebody asked for one. */
async function look(page: Page, name: string): Promise<string> {
  const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
  expect(width, name).toBeLessThanOrEqual(PHONE.width);
  if (PICTURES !== undefined) {
    await page.screenshot({ path: join(PICTURES, `cold_${name}.png`), fullPage: true });
  }
  return await page.innerText("main");
}

async function send(page: Page, act: string, fields: Readonly<Record<string, string>>) {
  const form = page.locator(`form[action="${path}/${act}"]`).first();
  if (!await form.isVisible()) {
    await page.locator("details", { has: form }).locator("summary").first().click();
  }
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    const isChoice = await field.evaluate((one) => one.nodeName === "SELECT");
    await (isChoice ? field.selectOption(value) : field.fill(value));
  }
  await form.locator("button").click();
  await page.waitForSelector("main .banner");
}

describe("pages of units, on a telephone", () => {
  test("C5 C7: the overview shows what is wrong first: value, alarm, what is missing", async () => {
    const page = await site.keeper("zh-CN");
    await until("the alarm is written", async () => {
      await page.goto(`${site.url}/coldchain`);
      return (await page.innerText("main")).includes("温度过高");
    });
    const text = await look(page, "units_zh");
    expect(text).toMatch(/待处理报警[^]*二楼疫苗冰箱[^]*温度过高/);
    expect(await page.locator("a.card").first().innerText()).toMatch(/二楼疫苗冰箱[^]*9\.0/);
    expect(text).toContain("无校准记录");
    expect((await page.goto(`${site.url}/coldchain/${SITE}`))?.status()).toBe(200);
    expect((await page.goto(`${site.url}/coldchain/another`))?.status()).toBe(404);
  });

  test("C7: a unit's curve has its limits and alarms, and no line over a gap", async () => {
    const page = await site.keeper("en-US");
    await page.goto(site.url + path);
    await look(page, "unit_en");
    expect(await page.locator("svg.curve .limit").count()).toBe(2);
    expect(await page.locator("svg.curve rect.alarm").count()).toBe(1);
    expect(await page.locator("svg.curve rect.unknown").count()).toBe(1);
    expect(await page.locator("svg.curve polyline").count()).toBe(2);
    await page.goto(`${site.url}${path}?span=month`);
    await look(page, "unit_month_en");
    expect(await page.locator("tbody tr").count()).toBeGreaterThanOrEqual(2);
    expect((await page.goto(`${site.url}/coldchain/${SITE}/none`))?.status()).toBe(404);
  });

  test("C9: an alarm is acknowledged with a cause and a comment, by the person", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(site.url + path);
    await look(page, "unit_zh");
    for (let open = await acknowledgements(page); open > 0; open = await acknowledgements(page)) {
      await send(page, "acknowledge", { found: "door-open", comment: "门未关好，已关" });
    }
    const text = await look(page, "acknowledged_zh");
    expect(text).toContain("已登记");
    expect(await page.locator(".card", { hasText: "温度过高" }).textContent())
      .toMatch(/已确认[^]*门未关好 · 门未关好，已关 · 李梅/);
  });

  test("C8: alarms are switched off for hours with a reason, and on again", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(site.url + path);
    await send(page, "suppress", { hours: "2", reason: "除霜" });
    expect(await look(page, "suppressed_zh")).toContain("报警已暂停");
    await send(page, "watch", {});
    expect(await page.innerText("main")).not.toContain("报警已暂停");
  });

  test("C13: a calibration is written down with its points, and its state is shown", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(site.url + path);
    await send(page, "calibrate", {
      ...{ certificate: "JL-2026-1", calibratedOn: "2026-01-05", validUntil: "2099-01-04" },
      ...{ reference1: "5", error1: "−0,2" },
    });
    expect(await look(page, "calibrated_zh")).toMatch(/已登记[^]*校准有效/);
  });

  test("C2: other rules are tried on the values that came, and nothing is changed", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(site.url + path);
    await page.click("main a:has-text('规则变更预览')");
    await page.selectOption('select[name="preset"]', "who-30-day");
    await page.click("main form button");
    await page.waitForSelector("main table");
    expect(await look(page, "preview_zh")).toMatch(/现行规则[^]*所选规则[^]*无数据/);
    expect(await page.innerText("main")).not.toContain("strict-high");
    await page.goto(`${site.url}${path}/preview?preset=platform&days=90`);
    expect(await look(page, "preview_platform_zh")).toContain("platform-high");
  });

  test("C3: a logger's file is brought, and its own days stand beside ours", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(site.url + path);
    const bring = async (name: string, text: string) => {
      const form = page.locator(`form[action="${path}/logger"]`);
      await page.locator("details", { has: form }).locator("summary").first().click();
      const buffer = Buffer.from(text);
      await form.locator('input[name="file"]')
        .setInputFiles({ name, mimeType: "text/plain", buffer });
      await form.locator('input[name="ahead"]').fill("3");
      await form.locator("button").click();
      await page.waitForSelector("main .banner");
    };
    // Larger than a form of words may be.
    const exported = fridgeTagText((text) => text + `${"#".repeat(900)}\n`.repeat(100));
    await bring("130500109088.txt", exported);
    const text = await look(page, "logger_zh");
    expect(text).toMatch(/已登记[^]*记录仪[^]*李梅 · 130500109088\.txt[^]*快（分钟）: 3/);
    expect(text).toMatch(/差异[^]*2022-05-03[^]*需核实/);
    await page.locator("#loggers .card summary").first().click();
    await look(page, "logger_days_zh");
    const cells = await page.locator("#loggers details[open] td").allTextContents();
    expect(cells.map((cell) => cell.trim())).toEqual(
      expect.arrayContaining(["84 / 80", "385 / 385", "10:32 / 10:36"]),
    );
    await bring("again.txt", exported);
    expect(await look(page, "logger_again_zh")).toMatch(/未登记：[^]*已导入过/);
    await bring("none.csv", "yesterday;5");
    expect(await page.innerText("main")).toMatch(/未登记：[^]*没有时间、温度两列/);
  });

  test("C10: goods at the door are looked at, and what is held back is said", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(`${site.url}/vaccines/receipts`);
    await look(page, "receipts_empty_zh");
    const field = (name: string) => page.locator(`form.form [name="${name}"]`);
    // What was filled in stays while codes are scanned; the same pack counts once.
    await field("consignment").fill("C-2026-1");
    for (const number of [1, 2, 2]) {
      await field("typed").fill(`8123456${String(number).padStart(13, "0")}`);
      await field("typed").press("Enter");
      await page.waitForSelector("form.form .banner");
      if (number === 1) await field("lot-0").fill("A2026");
    }
    expect(await field("consignment").inputValue()).toBe("C-2026-1");
    await look(page, "receipt_lines_zh");
    for (const at of [0, 1]) {
      const fields = { product: "8123456", lot: `A${at}`, doses: "1" };
      for (const [name, value] of Object.entries(fields)) await field(`${name}-${at}`).fill(value);
      await field(`decision-${at}`).selectOption(at === 0 ? "accepted" : "quarantined");
      await field(`storedIn-${at}`).selectOption(UNIT);
    }
    await field("from").fill("县疾控中心");
    await field("arrivalCelsius").fill("4,5");
    await field("journey").selectOption("none");
    await field("whyNone").fill("未随货");
    const save = () => page.locator("form.form button:not([formaction])").click();
    await save();
    await page.waitForSelector("main .banner.bad");
    expect(await look(page, "receipt_refused_zh")).toContain(
      "批号 A0 不得直接验收（无运输温度记录）",
    );
    await field("decision-0").selectOption("quarantined");
    await save();
    await page.waitForSelector("main .banner.good");
    expect(await look(page, "receipts_zh")).toMatch(/C-2026-1[^]*隔离待定[^]*无运输温度记录/);
    const answer = await page.request.get(`${site.url}/api/coldchain/receipts?site=${SITE}`);
    expect(await answer.json())
      .toContainEqual(expect.objectContaining({ state: "quarantined", consignment: "C-2026-1" }));
    const order = { id: "r-api", consignment: "C-2", from: "x", arrivalCelsius: 5, goods: [] };
    const sent = await page.request.post(`${site.url}/api/coldchain/receipts`, { data: order });
    expect([sent.status(), await sent.text()]).toEqual([400, expect.stringContaining("goods")]);
    const english = await site.keeper("en-US");
    await english.goto(`${site.url}/vaccines/receipts`);
    expect(await look(english, "receipts_en")).toContain("no record of its journey");
  });

  test("C6: a reading by hand is written down as a telephone types it, or refused", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(site.url + path);
    await page.locator(`form[action="${path}/reading"] input[name="celsius"]`)
      .evaluate((one) => one.removeAttribute("pattern"));
    await send(page, "reading", { celsius: "很冷" });
    expect(await look(page, "reading_refused_zh")).toMatch(
      /未登记：[^]*显示温度 °C：未填写，或不是/,
    );
    await page.goto(site.url + path);
    await send(page, "reading", { celsius: "4,5", comment: "早班" });
    expect(await look(page, "reading_zh")).toMatch(/4\.5 °C · [^]*李梅/);
    expect(site.browser.complaints.filter((one) => !/40[0-9]/.test(one))).toEqual([]);
  });
});

describe("C10: the page of all that is held back, on a telephone", () => {
  const address = "/vaccines/quarantine";
  const lotCard = (page: Page, lot: string) =>
    page.locator("main .card", { hasText: lot }).filter({ hasText: "二楼疫苗冰箱" });

  async function decide(page: Page, lot: string, decision: string, basis: string) {
    const card = lotCard(page, lot);
    await card.locator("summary").click();
    await card.locator('[name="decision"]').selectOption(decision);
    await card.locator('[name="basis"]').fill(basis);
    await look(page, `quarantine_form_${decision}`);
    await card.locator("button").click();
    await page.waitForSelector("main .banner");
  }

  test("says why, since when, by whom, and where such doses are; so do goods at the door", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(`${site.url}/vaccines`);
    await page.click("main .subtabs a:has-text('暂停使用')");
    await until("the desk has set them apart", async () => {
      await page.goto(site.url + address);
      return await lotCard(page, LOT).count() + await lotCard(page, OTHER_LOT).count() === 2;
    });
    const text = await look(page, "quarantine_zh");
    expect(text).toMatch(/到货单 r-2[^]*应拒收并报告[^]*无运输温度记录[^]*到货时超温/);
    expect(await lotCard(page, LOT).innerText())
      .toMatch(/二楼疫苗冰箱[^]*超温：温度过高[^]*系统按规则自动[^]*s-1: 4[^]*二楼疫苗冰箱: 6/);
    const other = await site.keeper("en-US");
    await other.goto(site.url + address);
    expect(await look(other, "quarantine_en")).toMatch(
      /out of range: too warm[^]*no record of its/,
    );
  });

  test("a keeper decides with the basis; what is to be destroyed is never free again", async () => {
    const page = await site.keeper("zh-CN");
    await page.goto(site.url + address);
    await lotCard(page, OTHER_LOT).locator('[name="basis"]')
      .evaluate((one) => one.removeAttribute("required"));
    await decide(page, OTHER_LOT, "released", " ");
    expect(await page.innerText("main")).toMatch(/未登记：[^]*依据：请用文字填写/);
    await page.goto(site.url + address);
    // It lies in the unit still, which is too warm.
    await decide(page, OTHER_LOT, "released", "厂家评估 2026-11");
    expect(await page.innerText("main")).toMatch(/未登记：[^]*请先移入温度正常的设备/);
    await decide(page, OTHER_LOT, "returned", "厂家同意退回");
    expect(await page.innerText("main")).toContain("已登记");
    expect(await lotCard(page, OTHER_LOT).locator("form").count()).toBe(0);
    await decide(page, LOT, "destroyed", "超温 3 小时");
    const text = await look(page, "quarantine_destroyed_zh");
    expect(text).toMatch(/隔离待处理[^]*不得再使用[^]*销毁 · 超温 3 小时 · 李梅/);
    expect(await lotCard(page, LOT).locator("form").count()).toBe(0);
  });
});

async function acknowledgements(page: Page): Promise<number> {
  return await page.locator(`form[action="${path}/acknowledge"]`).count();
}

describe("C7: the curve of a unit", () => {
  const span = { fromMs: 0, toMs: 100 };

  test("knows nothing where samples are farther apart than allowed, at its edges too", () => {
    const points = [[20, 5], [30, 5], [60, 5]] as const;
    const found = withGaps([20, 30, 60], points, span, 20);
    expect(found.unknown).toEqual([{ fromMs: 30, toMs: 60 }, { fromMs: 60, toMs: 100 }]);
    expect(found.points).toEqual([[20, 5], [30, 5], [31, null], [60, 5], [61, null]]);
    expect(withGaps([], [], span, 20).unknown).toEqual([span]);
  });

  test("draws one value between two gaps, and alarms no farther than its edges", async () => {
    const points = [[10, 5], [11, null], [50, 6], [51, null]] as const;
    const alarms = [{ fromMs: -50, toMs: 200 }, { fromMs: 200, toMs: 300 }];
    const curve = { ...span, title: "t", series: [{ name: "p", points }], limits: [], unknown: [] };
    const picture = String(await curvePicture({ ...curve, alarms }));
    expect(picture.match(/<polyline/g)).toHaveLength(2);
    expect(picture.match(/class="alarm" x="34.0"/g)).toHaveLength(1);
  });
});
