import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { ModbusSimulator } from "../../../drivers/modbus/simulator.ts";
import { builtInProfiles, ProfileLibrary } from "../../../drivers/profile_library.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { dayAfter, dayText } from "../../china_calendar.ts";
import { ownerLinkSchema } from "../../commands/status.ts";
import { DESKTOP, PHONE, TestBrowser } from "../../console/fixtures.ts";
import { steriliserModel } from "../../demo/steriliser_model.ts";
import { centresFor, enrol, NodeProcess } from "../../fixtures.ts";

const PASSWORD = "Ab3$-defgh";
const PIN = "135791";
/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");

/** One like the other, much faster than real ones but for the hold. */
const CYCLES = [{ holdSeconds: 6, fault: null }] as const;
const MODEL = steriliserModel(CYCLES, { pauseSeconds: 1, pace: 200 });
/** It is idle until the test starts it. */
let startedMs = Infinity;

let folder: TemporaryFolder;
let device: ModbusSimulator;
let county: NodeProcess;
let site: NodeProcess;
let browser: TestBrowser;

function program(id: string, loads: readonly string[]) {
  const validated = { by: "厂家", report: "V-1", day: "2026-01-01" };
  const method = "prevacuum";
  return { id, names: [id], method, setpointCel: 134, holdSeconds: 4, loads, validated };
}

beforeAll(async () => {
  folder = new TemporaryFolder();
  const profile = new ProfileLibrary(builtInProfiles()).get("enbio-steriliser");
  if (profile?.protocol !== "modbus") throw new Error("It is no Modbus profile");
  device = await ModbusSimulator.start({
    profile,
    model: () => MODEL(Math.max(0, performance.now() - startedMs)),
    host: "127.0.0.1",
    port: 0,
  });
  county = await new NodeProcess(folder.path, { name: "county-a", role: "county" }).start();
  const title = { zh: "一号灭菌器", en: "Steriliser 1" };
  const more = {
    counties: centresFor([county]),
    sources: [{
      name: "autoclave",
      driver: "modbus",
      settings: {
        connection: { type: "tcp", host: "127.0.0.1", port: device.port },
        devices: [{
          id: "autoclave-1",
          title,
          profile: "enbio-steriliser",
          intervalSeconds: 0.25,
        }],
      },
    }],
    sterile: {
      sterilisers: [{
        id: "S1",
        title,
        device: "autoclave-1",
        points: "enbio-steriliser",
        temperatures: ["chamber"],
        altitudeMetres: 20,
        programs: [program("p134", ["instruments"]), program("bd", ["test"])],
      }],
    },
  };
  site = new NodeProcess(folder.path, { name: "site-1", role: "site", more });
  await enrol(county, site);
  await site.start();
  browser = await TestBrowser.start();
  await people(site, ["li", "wang"]);
  await people(county, ["zhao"]);
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  await county?.[Symbol.asyncDispose]();
  await device?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

/** Sterile technicians with a password and a PIN each. */
async function people(node: NodeProcess, names: readonly string[]): Promise<void> {
  const { url } = ownerLinkSchema.parse(await node.ask("/api/owner-links", {}));
  const owner = await browser.enter(await browser.person("en-US"), url);
  for (const name of names) {
    await owner.goto(`${node.url}/people/accounts`);
    const form = owner.locator('form[action="/people/accounts"]');
    if (!await form.isVisible()) await owner.click("summary");
    await form.locator('input[name="account"]').fill(name);
    await form.locator('input[name="zh"]').fill(`人员${name}`);
    await form.locator('input[value="sterile-technician"]').check();
    await form.locator("button").click();
    const link = await owner.locator("pre.shown").innerText();
    const own = await browser.open(await browser.person("en-US"), link);
    await own.fill('input[name="password"]', PASSWORD);
    await own.fill('input[name="again"]', PASSWORD);
    await own.click("button.enter");
    await own.waitForSelector('input[name="name"]');
    const page = await signIn(node, name);
    await page.goto(`${node.url}/people/me`);
    const pin = page.locator('form[action="/people/me/pin"]');
    await pin.locator('input[name="pin"]').fill(PIN);
    await pin.locator('input[name="again"]').fill(PIN);
    await pin.locator('input[name="now"]').fill(PASSWORD);
    await pin.locator("button").click();
  }
}

async function signIn(
  node: NodeProcess,
  name: string,
  viewport = DESKTOP,
  locale: "zh-CN" | "en-US" = "en-US",
) {
  const page = await browser.open(await browser.person(locale, viewport), `${node.url}/sign-in`);
  await page.fill('input[name="name"]', name);
  await page.fill('input[name="password"]', PASSWORD);
  await page.click("button.enter");
  await page.waitForSelector("footer");
  return page;
}

const cycleLine = z.object({ cycle: z.string(), verdict: z.string(), load: z.string().nullable() });

/** Of the latest; waits until there are so many. */
async function cycles(node: NodeProcess, count: number) {
  let found: z.infer<typeof cycleLine>[] = [];
  await until(`${node.name} has ${count} cycles`, async () => {
    found = z.array(cycleLine).parse(await node.ask("/api/sterile/cycles?limit=50"));
    return found.length >= count;
  });
  return found;
}

async function submit(page: Page, action: string, fields: Readonly<Record<string, string>>) {
  const form = page.locator(`form[action="${action}"]`);
  if (!await form.isVisible()) {
    await page.locator("details", { has: form }).locator("summary").click();
  }
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    const isChoice = await field.evaluate((one) => one.nodeName === "SELECT");
    await (isChoice ? field.selectOption(value) : field.fill(value));
  }
  await form.locator("button").click();
  await page.waitForLoadState();
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

describe("sterile supply on its pages", () => {
  test("S1 S5 a load is packed, sterilised, released by two persons, and traced", async () => {
    const page = await signIn(site, "li");
    const home = `${site.url}/sterile`;
    await page.goto(home);
    await submit(page, "/sterile/load", { load: "BD-1", type: "test", program: "bd" });
    expect(page.url()).toContain("/sterile/loads/site-1/BD-1");
    startedMs = performance.now();
    const [bd] = await cycles(site, 1);
    startedMs = Infinity;
    expect(bd).toMatchObject({ verdict: "pass", load: "BD-1" });
    const bdPath = `/sterile/cycles/site-1/${bd.cycle}`;
    await page.goto(site.url + bdPath);
    await submit(page, `${bdPath}/bowie-dick`, { result: "pass" });

    await page.goto(home);
    const who = { account: "wang", pin: PIN };
    await submit(page, "/sterile/pack", { pack: "P-1", title: "清创包", ...who });
    expect(await page.locator("h2").first().innerText()).toBe("清创包");
    expect(await page.locator(".banner.bad").innerText()).toContain("it was in no load");
    await page.goto(home);
    await submit(page, "/sterile/load", {
      ...{ load: "L-1", type: "instruments", program: "p134", packs: "P-1\n" },
    });
    startedMs = performance.now();
    let own: z.infer<typeof cycleLine> | undefined;
    await until("its cycle is judged", async () => {
      own = (await cycles(site, 1)).find(({ load }) => load === "L-1");
      return own !== undefined;
    });
    startedMs = Infinity;
    expect(own?.verdict).toBe("pass");
    const path = `/sterile/cycles/site-1/${own?.cycle}`;
    await page.goto(site.url + path);
    await submit(page, `${path}/chemical`, { class: "1", place: "outside", result: "pass" });
    const load = "/sterile/loads/site-1/L-1";
    await page.goto(site.url + load);
    await submit(page, `${load}/check`, {});
    await submit(page, `${load}/release`, {});
    expect(await page.locator(".banner.bad").innerText()).toContain("another person");
    await page.goto(site.url + load);
    await submit(page, `${load}/release`, who);
    expect(await page.locator(".panel-head .badge").first().innerText()).toBe("released");
    await page.goto(`${site.url}/sterile/packs/site-1/P-1`);
    expect(await page.locator(".banner.bad").count()).toBe(0);
    await submit(page, "/sterile/packs/site-1/P-1/issue", { place: "手术室" });
    await submit(page, "/sterile/packs/site-1/P-1/use", { patient: "000123456", place: "手术室" });
    expect(await page.locator("main").innerText()).toContain("****456");
    expect(await page.locator("main").innerText()).not.toContain("000123456");
  });

  test("S5 a test that grew calls it back, and the county shows the same", async () => {
    const page = await signIn(site, "li");
    const [own] = (await cycles(site, 1)).filter(({ load }) => load === "L-1");
    const path = `/sterile/cycles/site-1/${own.cycle}`;
    await page.goto(site.url + path);
    await submit(page, `${path}/biological`, { result: "fail" });
    await page.goto(`${site.url}/sterile`);
    const alarms = await page.locator(".card.bad h3").allInnerTexts();
    expect(alarms).toEqual(expect.arrayContaining(["Sterile goods have to come back"]));
    await until("the county has the recall", async () => {
      const list = z.array(z.object({ openPacks: z.number(), site: z.string() }));
      const found = list.parse(await county.ask("/api/sterile/recalls"));
      return found.length > 0 && found.every((one) => one.site === "site-1");
    });
    const there = await signIn(county, "zhao", PHONE, "zh-CN");
    await there.goto(`${county.url}/sterile/recalls`);
    await there.locator("tbody a").first().click();
    await there.waitForLoadState();
    expect(await there.locator("main").innerText()).toContain("清创包");
    expect(await there.locator("form").filter({ hasText: "处理" }).count()).toBe(0);
  });

  test("S5 a pack of another supply is received by its label, and then used", async () => {
    const page = await signIn(site, "li");
    await page.goto(`${site.url}/sterile`);
    const today = dayText(Date.now());
    await submit(page, "/sterile/receipt", {
      ...{ pack: "P-8", title: "换药包", supplier: "市中心医院", lot: "260301-7" },
      ...{ sterilisedOn: today, expires: dayAfter(today, 1), account: "wang", pin: PIN },
    });
    const path = "/sterile/packs/site-1/P-8";
    expect(page.url()).toBe(site.url + path);
    const shown = await page.locator("main").innerText();
    const strange = "no node that is known here";
    for (const fact of ["换药包", "市中心医院", "260301-7", strange]) {
      expect(shown).toContain(fact);
    }
    await submit(page, `${path}/use`, { patient: "000123456", place: "手术室" });
    expect(await page.locator("main").innerText()).toContain("****456");
    await page.goto(`${site.url}/sterile`);
    expect(await page.locator(`.card.bad:has(a[href="${path}"])`).count()).toBe(0);
    // An implant: without its supplier's result it is refused, and with it shown.
    const implant = async (proof: Readonly<Record<string, string>>) => {
      await page.goto(`${site.url}/sterile`);
      await page.locator('form[action="/sterile/receipt"] [name="implant"]')
        .evaluate((one) => one.setAttribute("checked", ""));
      await submit(page, "/sterile/receipt", {
        ...{ pack: "I-8", title: "锁定钢板", supplier: "市中心医院", lot: "260301-8", ...proof },
        ...{ sterilisedOn: today, expires: dayAfter(today, 1), account: "wang", pin: PIN },
      });
      return await page.locator("main").innerText();
    };
    expect(await implant({})).toContain("proof: 植入物须填供应单位的生物监测合格结果");
    const early = { proof: "emergency", proofResult: "pass", class: "5", reason: "急诊" };
    expect(await implant({ ...early, document: "E-260301" })).toMatch(/E-260301 · 急诊/);
  });

  test("S5 of what nobody sterilised the page warns, and its use is red at site and county", async () => {
    const page = await signIn(site, "li");
    const path = "/sterile/packs/site-1/P-9";
    await page.goto(site.url + path);
    expect(await page.locator(".banner.bad").innerText()).toContain("no label of this site");
    await submit(page, `${path}/use`, { patient: "000123456", place: "手术室" });
    expect(await page.locator("main").innerText()).toContain("****456");
    const card = '.card.bad:has(a[href="/sterile/packs/site-1/P-9"])';
    await page.goto(`${site.url}/sterile`);
    expect(await page.locator(card).innerText()).toContain("P-9: no label of this site");
    const there = await signIn(county, "zhao", PHONE, "zh-CN");
    await until("the county shows it", async () => {
      await there.goto(`${county.url}/sterile`);
      return await there.locator(card).count() === 1;
    });
    expect(await there.locator(card).innerText()).toContain(
      "P-9: 标签未登记，或外来灭菌包未接收，本处无法追溯",
    );
    await picture(there, "sterile_unsterile_use_zh-CN");
  });

  test("S6 the record of a cycle is printed, at site and county, in both languages", async () => {
    const [own] = (await cycles(county, 1)).filter(({ load }) => load === "L-1");
    for (const language of ["zh", "en"]) {
      for (const node of [site, county]) {
        const query = `site=site-1&language=${language}`;
        const answer = await node.fetch(`/api/sterile/cycles/${own.cycle}/record?${query}`);
        expect(answer.headers.get("content-type")).toBe("application/pdf");
        const bytes = await answer.bytes();
        expect(new TextDecoder().decode(bytes.subarray(0, 5))).toBe("%PDF-");
        if (PICTURES !== undefined) {
          Deno.writeFileSync(join(PICTURES, `record_${node.name}_${language}.pdf`), bytes);
        }
      }
    }
  });

  test("every page fits a phone, in both languages", async () => {
    const [own] = (await cycles(site, 1)).filter(({ load }) => load === "L-1");
    const recalls = z.array(z.object({ recall: z.string() }));
    const [{ recall }] = recalls.parse(await site.ask("/api/sterile/recalls"));
    for (const locale of ["zh-CN", "en-US"] as const) {
      const page = await signIn(site, "li", PHONE, locale);
      const shown = {
        overview: "/sterile",
        cycle: `/sterile/cycles/site-1/${own.cycle}`,
        load: "/sterile/loads/site-1/L-1",
        pack: "/sterile/packs/site-1/P-1",
        recall: `/sterile/recalls/site-1/${recall}`,
      };
      for (const [name, path] of Object.entries(shown)) {
        await page.goto(site.url + path);
        await picture(page, `sterile_${name}_${locale}`);
        const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
        expect(width, path).toBeLessThanOrEqual(PHONE.width);
      }
    }
  });
});
