import { join } from "node:path";
import type { Page } from "playwright-core";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { ownerLinkSchema } from "../../commands/status.ts";
import { DESKTOP, PHONE, TestBrowser } from "../../console/fixtures.ts";
import { NodeProcess } from "../../fixtures.ts";

const PASSWORD = "Ab3$-defgh";
/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");

let folder: TemporaryFolder;
let site: NodeProcess;
let browser: TestBrowser;

beforeAll(async () => {
  folder = new TemporaryFolder();
  site = await new NodeProcess(folder.path, { name: "site-1", role: "site" }).start();
  browser = await TestBrowser.start();
});

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

async function ownerPage(): Promise<Page> {
  const { url } = ownerLinkSchema.parse(await site.ask("/api/owner-links", {}));
  return await browser.enter(await browser.person("en-US"), url);
}

/** Makes an account by its form; returns the setup link. */
async function addAccount(page: Page, name: string, roles: readonly string[]): Promise<string> {
  await page.goto(`${site.url}/people/accounts`);
  const form = page.locator('form[action="/people/accounts"]');
  if (!await form.isVisible()) await page.click("summary");
  await form.locator('input[name="account"]').fill(name);
  await form.locator('input[name="zh"]').fill(`人员${name}`);
  await form.locator('input[name="en"]').fill(`Person ${name}`);
  for (const role of roles) await form.locator(`input[value="${role}"]`).check();
  await form.locator("button").click();
  return await page.locator("pre.shown").innerText();
}

async function setUp(link: string): Promise<void> {
  const page = await browser.open(await browser.person("en-US", PHONE), link);
  await page.fill('input[name="password"]', PASSWORD);
  await page.fill('input[name="again"]', PASSWORD);
  await page.click("button.enter");
  await page.waitForSelector("text=Sign in to Test site-1");
}

async function signIn(name: string, viewport = DESKTOP, locale: "zh-CN" | "en-US" = "en-US") {
  const page = await browser.open(await browser.person(locale, viewport), `${site.url}/sign-in`);
  await page.fill('input[name="name"]', name);
  await page.fill('input[name="password"]', PASSWORD);
  await page.click("button.enter");
  await page.waitForSelector("footer");
  return page;
}

describe("X1: at the first start", () => {
  test("the owner is asked for administrators on every page until there are two", async () => {
    const page = await ownerPage();
    await page.waitForSelector("text=There are no administrators yet");
    const links = [
      await addAccount(page, "sys", ["system-administrator"]),
      await addAccount(page, "sec", ["security-administrator"]),
      await addAccount(page, "aud", ["audit-administrator"]),
      await addAccount(page, "li", ["nurse"]),
    ];
    await page.goto(site.url);
    await page.waitForSelector("text=There are no administrators yet");
    for (const link of links) await setUp(link);
    await page.goto(`${site.url}/refused`);
    // From now on the owner's link leads to the accounts only.
    expect(new URL(page.url()).pathname).toBe("/people/accounts");
    expect(await page.content()).not.toContain("There are no administrators yet");
    const used = await browser.open(await browser.person("en-US"), links[0]);
    await used.waitForSelector("text=This link is used up or has expired");
    browser.complaints.length = 0;
  });

  test("a stranger is asked to sign in, and a page that was asked for follows", async () => {
    const page = await browser.open(await browser.person("en-US"), `${site.url}/refused`);
    await page.fill('input[name="name"]', "li");
    await page.fill('input[name="password"]', PASSWORD);
    await page.click("button.enter");
    await page.waitForSelector("text=Nobody and nothing was turned away");
    expect(new URL(page.url()).pathname).toBe("/refused");
    browser.complaints.length = 0;
  });
});

describe("X1: a person sees and does what the roles allow", () => {
  test.each([
    ["li", ["My account"], ["/people/accounts", "/people/programs", "/people/audit"]],
    ["sec", ["My account", "Accounts"], ["/people/programs", "/people/audit"]],
    ["sys", ["My account", "Program tokens"], ["/people/accounts", "/people/audit"]],
    ["aud", ["My account", "Audit"], ["/people/accounts", "/people/programs"]],
  ])("%s has %j", async (name, tabs, refused) => {
    const page = await signIn(name);
    await page.goto(`${site.url}/people`);
    const shown = await page.locator(".subtabs a").allInnerTexts();
    expect(shown.length === 0 ? ["My account"] : shown).toEqual(tabs);
    for (const path of refused) {
      const answer = await page.goto(site.url + path);
      expect(answer?.status(), path).toBe(403);
      expect(await answer?.text()).toContain("You do not have the right");
    }
    browser.complaints.length = 0;
  });

  test("an account is not given two administrators' roles, and nobody changes his own", async () => {
    const page = await signIn("sec");
    await page.goto(`${site.url}/people/accounts/sys%40site-1`);
    await page.check('input[value="audit-administrator"]');
    await page.click('form.form button:has-text("Save")');
    await page.waitForSelector("text=have to be different persons");
    await page.goto(`${site.url}/people/accounts/sec%40site-1`);
    await page.check('input[value="nurse"]');
    await page.click('form.form button:has-text("Save")');
    await page.waitForSelector("text=Nobody changes his own roles");
  });
});

describe("X1: one's own account", () => {
  test("password, PIN and second factor are changed with the password, sessions are ended", async () => {
    const page = await signIn("li");
    const other = await signIn("li", PHONE);
    await page.goto(`${site.url}/people/me`);
    const pin = page.locator('form[action="/people/me/pin"]');
    const fillPin = async (digits: string, now: string) => {
      await pin.locator('input[name="pin"]').fill(digits);
      await pin.locator('input[name="again"]').fill(digits);
      await pin.locator('input[name="now"]').fill(now);
      await pin.locator("button").click();
    };
    await fillPin("123456", PASSWORD);
    await page.waitForSelector("text=Too simple");
    await fillPin("135791", "Wrong-1234");
    await page.waitForSelector("text=The current password is wrong");
    await fillPin("135791", PASSWORD);
    await page.waitForSelector(".banner.good");

    await page.click("summary");
    const second = page.locator('form[action="/people/me/second-factor"]');
    const secret = await second.locator('input[name="secret"]').inputValue();
    await second.locator('input[name="code"]')
      .fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate());
    await second.locator('input[name="now"]').fill(PASSWORD);
    await second.locator("button").click();
    await page.waitForSelector(".facts >> text=In use");

    await page.click("text=End all others");
    await page.waitForSelector("text=Ended");
    await other.goto(site.url);
    await other.waitForSelector("text=Sign in to Test site-1");
    browser.complaints.length = 0;
  });
});

describe("a program's token", () => {
  const tokenSchema = z.object({ id: z.string(), token: z.string() });
  const get = (path: string, token: string) =>
    site.fetch(path, { token: false, headers: { authorization: `Bearer ${token}` } });
  const statusOf = async (path: string, token: string) => {
    const answer = await get(path, token);
    await answer.body?.cancel();
    return answer.status;
  };

  test("X1: opens what its rights name, X5: is in no entry, and is revoked at once", async () => {
    const order = { name: "his", scopes: ["read", "metrics"], days: 1 };
    const { id, token } = tokenSchema.parse(await site.ask("/api/programs", order));
    expect(await statusOf("/api/devices", token)).toBe(200);
    expect(await statusOf("/metrics", token)).toBe(200);
    const refused = await get("/api/accounts", token);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('\\"accounts.manage\\"');
    expect(await statusOf("/api/entries?origin=a&stream=audit", token)).toBe(403);
    const entries = JSON.stringify(await site.entriesOf("site-1", "audit"));
    expect(entries).toContain('"his"');
    expect(entries).not.toContain(token);
    expect(await statusOf("/api/devices", `${token}x`)).toBe(401);
    await site.ask(`/api/programs/${id}/revoke`, {});
    expect(await statusOf("/api/devices", token)).toBe(401);
  });

  test.each([
    [{ name: "", scopes: ["read"] }, "name"],
    [{ name: "his", scopes: [] }, "scopes"],
    [{ name: "his", scopes: ["accounts.manage"] }, "scopes"],
    [{ name: "his", scopes: ["read"], days: 0 }, "days"],
  ])("%j is refused", async (order, field) => {
    const answer = await site.fetch("/api/programs", {
      method: "POST",
      body: JSON.stringify(order),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(field);
  });
});

describe("X6: the audit", () => {
  test("has who did what, by person and by day, for the audit administrator", async () => {
    const page = await signIn("aud");
    await page.goto(`${site.url}/people/audit`);
    await page.fill('input[name="who"]', "li@site-1");
    await page.click("text=Show");
    const kinds = async () => await page.locator("td:nth-child(3)").allInnerTexts();
    await until("the rows are there", async () => (await kinds()).length > 0);
    const found = new Set(await kinds());
    for (
      const kind of [
        "Account made or changed",
        "Password, PIN or second factor set",
        "Signed in",
        "Sign-in failed",
        "Sessions ended",
      ]
    ) {
      expect(found, kind).toContain(kind);
    }
    const people = await page.locator("td:nth-child(2)").allInnerTexts();
    expect(people.filter((who) => who.startsWith("person aud"))).toEqual([]);
    expect(await page.content()).not.toContain("argon2");
    await page.goto(`${site.url}/people/audit?day=2001-01-01`);
    await page.waitForSelector("text=Nothing is recorded");
  });
});

describe("every page about people", () => {
  const pages: Readonly<Record<string, readonly string[]>> = {
    li: ["/", "/people/me"],
    sec: ["/people/accounts", "/people/accounts/li%40site-1"],
    sys: ["/people/programs"],
    aud: ["/people/audit"],
  };

  test.each(["zh-CN", "en-US"] as const)("fits a phone in %s", async (locale) => {
    const width = "document.documentElement.scrollWidth";
    const shown = async (page: Page, name: string) => {
      expect(await page.evaluate(width), name).toBeLessThanOrEqual(PHONE.width);
      if (PICTURES === undefined) return;
      await page.screenshot({ path: join(PICTURES, `${locale}-${name}.png`), fullPage: true });
    };
    const stranger = await browser.open(await browser.person(locale, PHONE), site.url);
    await shown(stranger, "sign-in");
    await stranger.fill('input[name="name"]', "nobody");
    await stranger.fill('input[name="password"]', "x");
    await stranger.click("button.enter");
    await stranger.waitForSelector(".banner.bad");
    await shown(stranger, "sign-in-failed");
    for (const [name, paths] of Object.entries(pages)) {
      const page = await signIn(name, PHONE, locale);
      for (const path of paths) {
        await page.goto(site.url + path);
        await page.waitForSelector("main section, main .banner");
        await shown(page, path.replaceAll(/\W+/g, "-"));
      }
      if (name !== "sec") continue;
      await page.click('form[action$="/setup-link"] button');
      const link = await page.locator("pre.shown").innerText();
      await shown(page, "setup-link");
      const setup = await browser.open(await browser.person(locale, PHONE), link);
      await shown(setup, "setup");
    }
    browser.complaints.length = 0;
  });
});
