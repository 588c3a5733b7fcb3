import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { ownerLinkSchema } from "../../commands/status.ts";
import { NodeProcess } from "../../fixtures.ts";

const PASSWORD = "Ab3$-defgh";

let folder: TemporaryFolder;
let site: NodeProcess;
/** Sessions of browsers: an owner's, a nurse's. */
let owner: string;
let nurse: string;

beforeAll(async () => {
  folder = new TemporaryFolder();
  site = await new NodeProcess(folder.path, { name: "site-1", role: "site" }).start();
  const { url } = ownerLinkSchema.parse(await site.ask("/api/owner-links", {}));
  owner = sessionOf((await send(new URL(url).pathname, {})).answer);
  const { text } = await send("/people/accounts", { account: "li", zh: "李", role: "nurse" }, {
    cookie: owner,
  });
  const path = /\/setup\/[\w-]+/.exec(text)?.[0] ?? "";
  await send(path, { password: PASSWORD, again: PASSWORD });
  nurse = sessionOf((await send("/sign-in", { name: "li", password: PASSWORD })).answer);
});

afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

function sessionOf(answer: Response): string {
  const cookie = /^[^;]+/.exec(answer.headers.getSetCookie()[0] ?? "")?.[0];
  if (cookie === undefined) throw new Error(`No session was given: ${answer.status}`);
  return cookie;
}

/** What a browser gets; a form is sent where there are fields. */
async function send(
  path: string,
  fields: Readonly<Record<string, string>> | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ answer: Response; text: string }> {
  const form = fields === null ? {} : { method: "POST", body: new URLSearchParams(fields) };
  const answer = await site.fetch(path, {
    ...form,
    token: false,
    redirect: "manual",
    headers: { accept: "text/html", ...headers },
  });
  return { answer, text: await answer.text() };
}

describe("X1: a page that somebody may not see", () => {
  test.each([
    { language: "zh", says: ["没有权限", "管理账户", "安全管理员", "返回"] },
    { language: "en", says: ["You do not have the right", "manage accounts", "Security adm"] },
  ])("says in $language which right is missing and who has it", async ({ language, says }) => {
    const cookie = `${nurse}; language=${language}`;
    const { answer, text } = await send("/people/accounts", null, { cookie });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("content-type")).toContain("text/html");
    for (const words of says) expect(text).toContain(words);
  });

  test("is a problem document for a program", async () => {
    const headers = { cookie: nurse, accept: "application/json" };
    const { answer, text } = await send("/people/accounts", null, headers);
    expect(answer.status).toBe(403);
    expect(text).toContain("missing-right");
  });

  test("sends nobody who is signed in and mistypes an address to the owner's link", async () => {
    const { answer, text } = await send("/nowhere", null, { cookie: nurse });
    expect(answer.status).toBe(404);
    expect(text).not.toContain("--owner-link");
    expect(text).toContain('href="/"');
  });
});

describe("X1: whose session ended while a form was open", () => {
  test.each([
    { referer: "/people/me?said=saved", to: "/people/me?said=saved" },
    { referer: "", to: "/" },
    { referer: "https://evil.example/people/me", to: "/" },
  ])("goes on to the page with the form ($referer → $to)", async ({ referer, to }) => {
    const from = referer.startsWith("/") ? new URL(referer, site.url).href : referer;
    const { answer, text } = await send("/people/me/pin", { pin: "135791" }, { referer: from });
    expect(answer.status).toBe(401);
    expect(text).toContain(`name="to" value="${to}"`);
  });

  test("and which day was asked for is not lost", async () => {
    const { text } = await send("/people/audit?day=2026-11-24", null);
    expect(text).toContain('name="to" value="/people/audit?day=2026-11-24"');
  });
});

describe("X1: a form that another page sends in somebody's name", () => {
  const STRANGE: readonly Readonly<Record<string, string>>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example" },
    { origin: "http://127.0.0.1:1" },
    { origin: "null" },
  ];
  test.each(STRANGE)("is refused: %j", async (headers) => {
    const forms = [
      { path: "/people/me/sessions", cookie: nurse },
      { path: "/sign-out", cookie: nurse },
      { path: "/sign-in", cookie: "" },
    ];
    for (const { path, cookie } of forms) {
      const fields = { name: "li", password: PASSWORD };
      const { answer, text } = await send(path, fields, { cookie, ...headers });
      expect(answer.status, path).toBe(403);
      expect(text, path).toContain("other-page");
      expect(answer.headers.getSetCookie(), path).toEqual([]);
    }
  });

  const OURS: readonly Readonly<Record<string, string>>[] = [
    { "sec-fetch-site": "same-origin", origin: "null" },
    { "sec-fetch-site": "none" },
    {},
  ];
  test.each(OURS)("and one of our own is taken: %j", async (headers) => {
    const { answer } = await send("/people/me/sessions", {}, { cookie: nurse, ...headers });
    expect(answer.status).toBe(303);
  });

  test("as is one behind a proxy that ends the encryption", async () => {
    const headers = { cookie: nurse, origin: `https://${new URL(site.url).host}` };
    const { answer } = await send("/people/me/sessions", {}, headers);
    expect(answer.status).toBe(303);
  });

  test("no form of ours can be made to be sent elsewhere, and no page is kept", async () => {
    for (const path of ["/people/me", "/", "/sign-in"]) {
      const { headers } = (await send(path, null, { cookie: nurse })).answer;
      expect(headers.get("content-security-policy"), path).toContain("form-action 'self'");
      expect(headers.get("cache-control"), path).toBe("no-store");
      // With none a browser hides from us whose page a form is of.
      expect(headers.get("referrer-policy"), path).toBe("same-origin");
    }
  });
});

test("X1: a page that is left open is no use of its session, however often its line breaks", async () => {
  const login = async () =>
    sessionOf((await send("/sign-in", { name: "li", password: PASSWORD })).answer);
  const [open, other] = [await login(), await login()];
  const unused = async () => {
    const { text } = await send("/people/me", null, { cookie: `${other}; language=en` });
    return [...text.matchAll(/<div>(\d+) s<\/div>/g)].filter(([, seconds]) => Number(seconds) > 1)
      .length;
  };
  await send("/people/me", null, { cookie: open });
  await send("/people/me", null, { cookie: nurse });
  await expect.poll(unused, { timeout: 20_000 }).toBe(2);
  const { body } = await site.fetch("/live?path=/", { token: false, headers: { cookie: open } });
  await body?.cancel();
  expect(await unused()).toBe(2);
});

test("X6: that an owner came in and went is in the audit", async () => {
  const { url } = ownerLinkSchema.parse(await site.ask("/api/owner-links", {}));
  const cookie = sessionOf((await send(new URL(url).pathname, {})).answer);
  await send("/sign-out", {}, { cookie });
  const said = (await site.entriesOf("site-1", "audit")).map(({ kind, body }) => ({
    kind,
    text: JSON.stringify(body),
  }));
  for (const kind of ["sign-in", "sign-out"]) {
    const texts = said.filter((one) => one.kind === kind).map(({ text }) => text);
    expect(texts.filter((text) => text.includes('"session ')).length, kind).toBeGreaterThan(0);
  }
});
