import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { ownerLinkSchema } from "../../commands/status.ts";
import { PHONE, TestBrowser } from "../../console/fixtures.ts";
import { InnerNode } from "../../fixture_inner_node.ts";
import { codeOf, LOT, movedBodyOf, PRODUCT, usedBodyOf } from "../flow/fixture_flow.ts";
import { FlowNode, SITE, siteConfig, VIALS } from "../flow/fixture_flow_node.ts";

/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");

const folder = new TemporaryFolder();
const port = freePort();
const url = `http://127.0.0.1:${port}`;
let node: InnerNode;
let browser: TestBrowser | null = null;

/** A site whose goods have come, as a running node with all its doors. */
beforeAll(async () => {
  const key = join(folder.path, "recipients.key");
  Deno.writeTextFileSync(key, `${"07".repeat(32)}\n`);
  const unit = { id: "fridge-1", name: "一号冰箱", form: "refrigerator", preset: "strict" };
  const vaccines = { recipientKeyFile: key, vials: [VIALS] };
  const settings = { vaccines, coldchain: { units: [unit] } };
  const more = { http: { port }, ...settings };
  const config = siteConfig(folder.path, more);
  {
    await using before = await FlowNode.open(config);
    await before.receives("r-1", 10);
    const episode = { episode: "e-1", site: SITE, unit: "fridge-1", cause: "high" };
    const begun = { level: 1, rule: "platform-high-1", sinceMs: 0, alarmMs: 1 };
    await before.tell("cold-alarm", { id: "a-1", ...episode, ...begun }, "alarm");
    // No series tells of it, so it has to be over already; not before the goods came.
    const ended = { endedMs: Date.parse("2099-12-31"), worstCelsius: 11 };
    await before.tell("cold-alarm-ended", { id: "a-2", ...episode, ...ended }, "alarm");
    const range = { lot: LOT, expires: "2099-12-31", name: "乙肝" };
    const list = [
      { ...range, from: codeOf(1), to: codeOf(99) },
      { ...range, from: vialCode(1), to: vialCode(99), lot: VIAL_LOT, name: "卡介苗" },
    ];
    const body = { id: "l-1", site: SITE, ranges: list, by: { id: "li" } };
    await before.tell("cold-lots", body);
    await writeVials(before);
  }
  node = await InnerNode.start(config);
  browser = await TestBrowser.start();
}, 120_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const VIAL_LOT = "BCG-1";

function vialCode(number: number): string {
  return `${VIALS.product}${String(number).padStart(13, "0")}`;
}

/** Ten doses in a session, in vials of five; one of them is open, and beyond its time. */
async function writeVials(node: FlowNode): Promise<void> {
  const openedMs = Date.now() - 1000;
  const of = { product: VIALS.product, lot: VIAL_LOT };
  const lots = [{ ...of, expires: null, doses: 10, codes: [], packDoses: 5 }];
  for (
    const [step, from, to] of [
      ["stored", "receipt/r-1", "unit/fridge-1"],
      ["taken", "unit/fridge-1", "session/v"],
    ]
  ) {
    const atMs = openedMs - (step === "stored" ? 2000 : 1000);
    await node.tell("cold-moved", movedBodyOf(step, from, to, { lots, atMs }));
  }
  const opened = { ...of, place: "session/v", code: vialCode(1), atMs: openedMs };
  await node.tell("cold-used", usedBodyOf("u-1", opened));
  await node.tell("cold-opened", {
    ...{ ...opened, id: "o-1", site: SITE, doses: 5, by: { id: "li" } },
    ...{ useByMs: openedMs + 1, source: VIALS.source },
  });
}

async function openFor(locale: "zh-CN" | "en-US"): Promise<Page> {
  if (browser === null) throw new Error("The browser is not open");
  const answer = await node.fetch("/api/owner-links", { method: "POST", body: "{}" });
  const { url: link } = ownerLinkSchema.parse(await answer.json());
  return await browser.enter(await browser.person(locale, PHONE), link);
}

/** No wider than a phone; a picture where somebody asked for one. */
async function look(page: Page, name: string): Promise<void> {
  const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
  expect(width, name).toBeLessThanOrEqual(PHONE.width);
  if (PICTURES !== undefined) {
    await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }
}

async function moves(page: Page, step: string, from: string, to: string, doses: string) {
  await page.goto(`${url}/vaccines?typed=${codeOf(7)}`);
  await page.selectOption('select[name="step"]', step);
  for (const [field, place] of [["from", from], ["to", to]]) {
    const [form, name] = place.split("/");
    const chosen = form === "unit" ? place : `${form}/`;
    await page.selectOption(`select[name="${field}"]`, chosen);
    if (form !== "unit") await page.fill(`input[name="${field}-name"]`, name);
  }
  await page.fill('input[name="doses"]', doses);
  await page.click('form[action="/vaccines/move"] button');
  await page.waitForSelector("main .banner");
}

describe("C14 pages of doses, on a telephone", () => {
  test("a nurse scans, puts away, takes to a session, and gives a dose", async () => {
    const page = await openFor("zh-CN");
    await moves(page, "stored", "receipt/r-1", "unit/fridge-1", "11");
    expect(await page.innerText("main")).toContain("只有 10 剂，不足 11 剂");
    // What was chosen is there still, and the code that was scanned.
    expect(await page.inputValue('select[name="to"]')).toBe("unit/fridge-1");
    expect(await page.inputValue('input[name="from-name"]')).toBe("r-1");
    expect(await page.inputValue('input[name="lot"]')).toBe(LOT);
    await look(page, "refused_zh");
    await moves(page, "stored", "receipt/r-1", "unit/fridge-1", "10");
    expect(await page.innerText("main")).toContain("已登记");
    await moves(page, "taken", "unit/fridge-1", "session/s-1", "2");
    await look(page, "stock_zh");
    await page.goto(`${url}/vaccines/session?place=session/s-1&typed=${codeOf(7)}`);
    expect(await page.innerText("main")).toContain(`批号 ${LOT}`);
    await page.fill('input[name="number"]', "110105194912310021");
    await page.fill('form[action="/vaccines/session/give"] input[name="name"]', "李梅");
    await page.click('form[action="/vaccines/session/give"] button');
    await page.waitForSelector("main .banner.bad");
    await page.goto(`${url}/vaccines/session?place=session/s-1&typed=${codeOf(7)}`);
    await page.fill('input[name="number"]', "11010519491231002X");
    await page.fill('form[action="/vaccines/session/give"] input[name="name"]', "李梅");
    await look(page, "session_zh");
    await page.click('form[action="/vaccines/session/give"] button');
    await page.waitForSelector("main .banner.good");
  });

  test("a vial of five is opened and drawn of; one beyond its time gives none, and is told of", async () => {
    const page = await openFor("zh-CN");
    const give = async (number: number) => {
      await page.goto(`${url}/vaccines/session?place=session/v&typed=${vialCode(number)}`);
      await page.fill('input[name="number"]', "11010519491231002X");
      await page.fill('form[action="/vaccines/session/give"] input[name="name"]', "李梅");
      await page.click('form[action="/vaccines/session/give"] button');
      await page.waitForSelector("main > .banner");
      return await page.innerText("main > .banner");
    };
    const card = (number: number) => page.locator("#vials .card", { hasText: vialCode(number) });
    for (const left of ["4/5", "3/5"]) {
      expect(await give(2)).toContain("已登记");
      expect(await card(2).innerText()).toContain(left);
    }
    expect(await give(1)).toMatch(/开瓶已超过使用时限；剩余 4 剂请报损/);
    expect(await card(1).innerText()).toContain("已超时限");
    await look(page, "vials_zh");
    await until("its alarm is shown", async () => {
      await page.goto(`${url}/coldchain`);
      return await page.locator("main a:has-text('已开瓶疫苗')").count() === 1;
    });
    await page.click("main a:has-text('已开瓶疫苗')");
    await card(1).locator("button").click();
    await page.waitForSelector("main > .banner.good");
    expect(await card(1).count()).toBe(0);
    const row = page.locator("#vials tr", { hasText: VIAL_LOT });
    // Vials, doses, given, thrown away and left of those that were opened today.
    expect((await row.locator("td").allInnerTexts()).map((one) => one.trim()).slice(1))
      .toEqual(["2", "10", "3", "4", "3"]);
    await look(page, "vials_after_zh");
    await until("its alarm is over", async () => {
      await page.goto(`${url}/coldchain`);
      return await page.locator("main a:has-text('已开瓶疫苗')").count() === 0;
    });
  });

  test("an excursion names whom it is about, masked, and a code what it went through", async () => {
    const page = await openFor("en-US");
    await page.goto(`${url}/vaccines/trace`);
    await page.click("main a:has-text('一号冰箱')");
    const text = await page.innerText("main");
    expect(text).toContain("李** 110***********002X");
    expect(text).not.toContain("11010519491231002X");
    expect(text).toMatch(/一号冰箱: 8/);
    await look(page, "trace_en");
    await page.goto(`${url}/vaccines/trace?typed=${codeOf(7)}`);
    expect(await page.innerText("main")).toMatch(/一号冰箱[^]*一号冰箱/);
    await look(page, "code_en");
    for (const locale of ["zh-CN", "en-US"] as const) {
      const other = await openFor(locale);
      for (const path of ["", "/session", "/trace"]) {
        await other.goto(`${url}/vaccines${path}`);
        await look(other, `${path.slice(1) || "stock"}_${locale}`);
      }
    }
  });
});

test("C11: a unit's record comes as a signed file, and of what is none with a reason", async () => {
  const path = `/api/coldchain/units/${SITE}/fridge-1/evidence`;
  const answer = await node.fetch(`${path}?from=2026-11-01&to=2026-11-30`);
  expect(answer.status).toBe(200);
  const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
  expect(Object.keys(files)).toEqual(expect.arrayContaining(["report.pdf", "SHA256SUMS.sig"]));
  const code = async (query: string, of = path) => {
    const refused = await node.fetch(of + query);
    return `${refused.status} ${/problem:([a-z-]+)/.exec(await refused.text())?.[1]}`;
  };
  expect(await code("?from=2026-11-01&to=2026-12-02")).toBe("400 no-period");
  expect(await code("?from=2026-11-02&to=2026-11-01")).toBe("400 no-period");
  const other = path.replace("fridge-1", "none");
  expect(await code("?from=2026-11-01&to=2026-11-01", other)).toBe("404 no-such-unit");
});

test("X5: what is masked is shown with a reason that is in the audit first", async () => {
  const traced = await (await node.fetch(`/api/coldchain/traces/codes/${codeOf(7)}`)).text();
  const id = /"id":"([^"]+)"/.exec(traced)?.[1] ?? "";
  const unmasked = await node.fetch(`/api/vaccinations/${SITE}~${id}/unmasked`, {
    method: "POST",
    body: JSON.stringify({ field: "number", reason: "召回" }),
  });
  expect(await unmasked.json()).toEqual({ field: "number", value: "11010519491231002X" });
});

test("C14: a list that is wrong is refused with its lines, a code that is none with the fix", async () => {
  const sent = await node.fetch("/api/coldchain/lot-lists", {
    method: "POST",
    body: "code,lot\n1,A",
  });
  expect([sent.status, await sent.text()]).toEqual([400, expect.stringContaining("line 2, code")]);
  const read = await node.fetch(`/api/coldchain/codes?typed=${PRODUCT}`);
  expect(await read.text()).toContain("unreadable");
});
