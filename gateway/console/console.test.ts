import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, mosquittoPub } from "../../drivers/fixtures.ts";
import { PASSWORD, PASSWORD_HASH } from "../../drivers/mqtt/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { ownerLinkSchema } from "../commands/status.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { DESKTOP, PHONE, TestBrowser } from "./fixtures.ts";

const MQTT_PORT = freePort();
const TITLE = { zh: "药房温湿度", en: "Pharmacy climate" };

let folder: TemporaryFolder;
let counties: readonly NodeProcess[] = [];
let site: NodeProcess;
let browser: TestBrowser;

function publish(temperature: number): Promise<unknown> {
  return mosquittoPub({
    port: MQTT_PORT,
    username: "pharmacy",
    password: PASSWORD,
    topic: "sensors/pharmacy/state",
    payload: JSON.stringify({ temperature, humidity: 47, battery: 87 }),
  });
}

/** Waits for the page with this heading: a click does not wait for what it leads to. */
async function heading(page: Page, text: string): Promise<void> {
  await until(`the heading is ${text}`, async () => await page.textContent("h1") === text);
}

async function ownerUrl(node: NodeProcess): Promise<string> {
  return ownerLinkSchema.parse(await node.ask("/api/owner-links", {})).url;
}

beforeAll(async () => {
  folder = new TemporaryFolder();
  counties = await startCentres(folder.path);
  const clients = [{
    username: "pharmacy",
    passwordHash: PASSWORD_HASH,
    devices: [{ id: "pharmacy", title: TITLE, profile: "temperature-humidity" }],
  }];
  const settings = { host: "127.0.0.1", port: MQTT_PORT, clients };
  const dead = {
    connection: { type: "tcp", host: "127.0.0.1", port: freePort() },
    devices: [{ id: "fridge", title: { zh: "冷藏箱", en: "Fridge" }, profile: "vaccine-fridge" }],
  };
  const more = {
    counties: centresFor(counties),
    sources: [
      { name: "sensors", driver: "mqtt-broker", settings },
      { name: "cold-room", driver: "modbus", settings: dead },
    ],
  };
  site = await new NodeProcess(folder.path, { name: "site-1", role: "site", more }).start();
  await enrol(counties[0], site);
  browser = await TestBrowser.start();
  await publish(21.5);
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await Promise.all([site, ...counties].map((node) => node?.[Symbol.asyncDispose]()));
  folder?.[Symbol.dispose]();
});

describe("who may look", () => {
  test("the first start prints a link that opens the console once", async () => {
    const printed = /http:\/\/\S+\/owner\/[\w-]+/.exec(site.log)?.[0] ?? "";
    const page = await browser.enter(await browser.person("zh-CN"), printed);
    await heading(page, "测试 site-1");
    const second = await browser.open(await browser.person("zh-CN"), printed);
    await heading(second, "此链接已使用或已过期");
    browser.complaints.length = 0;
  });

  test("X1: an owner's link shows in both languages a button for a thumb", async () => {
    const person = await browser.person("zh-CN", PHONE);
    const page = await browser.open(person, await ownerUrl(site));
    await heading(page, "机主链接");
    await page.click("text=English");
    await heading(page, "Owner's link");
    const box = await page.locator("button").boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(48);
    expect(box?.width).toBeGreaterThanOrEqual(200);
    await page.click("text=Open the console");
    await heading(page, "Test site-1");
  });

  test("a stranger sees what to do and no data", async () => {
    const person = await browser.person("zh-CN");
    for (const path of ["/", "/refused", "/devices/pharmacy", "/live?path=/"]) {
      const page = await browser.open(person, `${site.url}${path}`);
      await heading(page, "请用机主链接打开");
      expect(await page.content(), path).not.toContain("21.5");
    }
    browser.complaints.length = 0;
  });

  test("a session ends when its owner signs out", async () => {
    const person = await browser.person("en-US");
    const page = await browser.enter(person, await ownerUrl(site));
    const left = await person.newPage();
    await left.goto(site.url);
    await page.click("text=Sign out");
    await heading(page, "Open this with the owner's link");
    // A page that was left open shows no more either.
    await left.waitForSelector("text=Open this with the owner's link");
    browser.complaints.length = 0;
  });
});

describe("the site's console", () => {
  test("devices, values, both centres and what needs attention are on one page", async () => {
    const page = await browser.enter(await browser.person("zh-CN"), await ownerUrl(site));
    await page.waitForSelector("text=21.5");
    const text = await page.innerText("main");
    for (const expected of ["药房温湿度", "冷藏箱", "county-a", "county-b", "需要处理"]) {
      expect(text).toContain(expected);
    }
    expect(text, "the reason is in Chinese").toContain("对方拒绝连接");
  });

  test("a new value appears without a reload", async () => {
    const page = await browser.enter(await browser.person("zh-CN"), await ownerUrl(site));
    await page.evaluate("globalThis.untouched = true");
    await publish(23.7);
    await page.waitForSelector("text=23.7");
    expect(await page.evaluate("globalThis.untouched")).toBe(true);
  });

  test("the language changes with one tap, and stays", async () => {
    const page = await browser.enter(await browser.person("zh-CN"), await ownerUrl(site));
    expect(await page.getAttribute("html", "lang")).toBe("zh-CN");
    await page.click("text=English");
    await page.waitForSelector("main >> text=Pharmacy climate");
    await page.goto(`${site.url}/refused`);
    expect(await page.getAttribute("html", "lang")).toBe("en");
  });

  test("X2: an unknown client is listed, and its name can be no script", async () => {
    const username = "<img src=x onerror=alert(1)>";
    const topic = "sensors/x/state";
    await mosquittoPub({ port: MQTT_PORT, username, password: "no", topic, payload: "{}" });
    const person = await browser.person("zh-CN");
    const page = await browser.enter(person, await ownerUrl(site));
    await page.click("text=被拒绝");
    await page.waitForSelector("text=未知客户端");
    expect(await page.innerText("main")).toContain(username);
    expect(await page.locator("main img").count()).toBe(0);
  });
});

describe("the county's console", () => {
  test("G6: it shows the site's values, and that both centres are equal", async () => {
    for (const county of counties) {
      const page = await browser.enter(await browser.person("zh-CN"), await ownerUrl(county));
      await page.waitForSelector("text=测试 site-1");
      await page.click("text=测试 site-1");
      await page.waitForSelector("text=药房温湿度");
      await page.goto(`${county.url}/equality`);
      await page.waitForSelector("text=两中心完全一致");
    }
  });
});

describe("the county's comparison", () => {
  test("G6: days are shown at both centres, and exported from there", async () => {
    const page = await browser.enter(await browser.person("zh-CN"), await ownerUrl(counties[0]));
    await page.goto(`${counties[0].url}/equality`);
    await page.click("text=site-1.1-");
    await page.waitForSelector("text=逐日核对");
    await page.waitForSelector("td >> text=测量值");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("tr:has-text('测量值') >> text=导出签名文件"),
    ]);
    expect(download.suggestedFilename()).toMatch(/^site-1-\d{4}-\d\d-\d\d\.ndjson$/);
    const text = Deno.readTextFileSync(await download.path());
    expect(text).toContain('"format":"tributary-export-1"');
    expect(JSON.parse(text.trimEnd().split("\n").at(-1) ?? "")).toHaveProperty("signature");
  });

  test("G6: asking again is a button, and who pressed it is in the audit", async () => {
    const page = await browser.enter(await browser.person("en-US"), await ownerUrl(counties[0]));
    await page.goto(`${counties[0].url}/equality/site-1`);
    await page.click("text=Ask again and repair");
    await page.waitForSelector("text=Day by day");
    expect(new URL(page.url()).pathname).toBe("/equality/site-1");
    const kinds = (await counties[0].entriesOf("county-a", "audit")).map(({ kind }) => kind);
    expect(kinds).toContain("repair");
  });
});

describe("every page", () => {
  const pages = {
    site: ["/", "/refused", "/devices/pharmacy", "/devices/fridge"],
    county: ["/", "/equality", "/equality/site-1", "/sites/site-1", "/sites/site-1/pharmacy"],
  };

  test.each(
    [
      { kind: "site", locale: "zh-CN", viewport: PHONE },
      { kind: "site", locale: "en-US", viewport: PHONE },
      { kind: "county", locale: "zh-CN", viewport: PHONE },
      { kind: "county", locale: "en-US", viewport: PHONE },
      { kind: "site", locale: "zh-CN", viewport: DESKTOP },
      { kind: "county", locale: "en-US", viewport: DESKTOP },
    ] as const,
  )("of a $kind fits $viewport.width pixels in $locale", async (how) => {
    const { kind, locale, viewport } = how;
    const node = kind === "site" ? site : counties[0];
    const person = await browser.person(locale, viewport);
    const page = await browser.enter(person, await ownerUrl(node));
    for (const path of pages[kind]) {
      await page.goto(`${node.url}${path}`);
      await page.waitForSelector("main section, main .banner");
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      expect(wide, path).toBeLessThanOrEqual(viewport.width);
    }
  });

  test("has no script error and asks nobody else for anything", async () => {
    expect(browser.complaints).toEqual([]);
    const person = await browser.person("zh-CN");
    const asked: string[] = [];
    person.on("request", (request) => asked.push(request.url()));
    await browser.enter(person, await ownerUrl(site));
    await until("the style sheet was asked for", () => asked.some((url) => url.endsWith(".css")));
    expect(asked.filter((url) => !url.startsWith(site.url))).toEqual([]);
  });
});
