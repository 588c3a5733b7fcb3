import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { TemporaryFolder } from "../sync/fixtures.ts";
import { PROBLEM_TYPE } from "../sync/problem.ts";
import type { ApiRoute } from "./api_route.ts";
import { ownerLinkSchema } from "./commands/status.ts";
import { COUNTERS } from "./counters.ts";
import { routesOf } from "./fixture_desks.ts";
import { FORM_BYTES_MAX } from "./form.ts";
import { NodeProcess } from "./fixtures.ts";
import { readToken } from "./keystore.ts";

let folder: TemporaryFolder;
const routes: Record<"site" | "county", readonly ApiRoute[]> = { site: [], county: [] };
const nodes: Record<"site" | "county", NodeProcess | null> = { site: null, county: null };

function node(role: "site" | "county"): NodeProcess {
  const started = nodes[role];
  if (started === null) throw new Error(`The ${role} has not started`);
  return started;
}

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  detail: z.string().default(""),
  hint: z.string(),
}).loose();

async function problemOf(response: Response): Promise<z.infer<typeof problemSchema>> {
  expect(response.headers.get("content-type")).toBe(PROBLEM_TYPE);
  return problemSchema.parse(await response.json());
}

/** The status that is answered to a body of which half comes. */
async function brokenOff({ port, dataDir }: NodeProcess, path: string): Promise<number> {
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: localhost",
    `authorization: Bearer ${readToken(dataDir)}`,
    "content-type: application/x-www-form-urlencoded",
    "content-length: 100",
  ];
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n{"a":`));
  await connection.closeWrite();
  let heard = "";
  for await (const bytes of connection.readable.pipeThrough(new TextDecoderStream())) {
    heard += bytes;
    const status = /^HTTP\/1\.1 (\d+)/.exec(heard)?.[1];
    if (status !== undefined) return Number(status);
  }
  throw new Error(`${path} said nothing`);
}

beforeAll(async () => {
  folder = new TemporaryFolder();
  for (const role of ["site", "county"] as const) {
    routes[role] = await routesOf(role);
    nodes[role] = await new NodeProcess(folder.path, { name: `${role}-1`, role }).start();
  }
});

afterAll(async () => {
  await Promise.all(Object.values(nodes).map((node) => node?.[Symbol.asyncDispose]()));
  folder?.[Symbol.dispose]();
});

describe.each(["site", "county"] as const)("a %s", (role) => {
  test("answers whether it lives and is ready, to anybody", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      const response = await node(role).fetch(path, { token: false });
      expect(response.status, path).toBe(200);
      await response.body?.cancel();
    }
  });

  test("X7: gives nothing else to somebody without token or session", async () => {
    const open = new Set(["/healthz", "/readyz", "/metrics"]);
    const paths = ["/", "/live", "/api/openapi.json", ...routes[role].map(({ path }) => path)];
    for (const path of paths.filter((path) => !open.has(path))) {
      const response = await node(role).fetch(path, { token: false });
      expect(response.status, path).toBe(401);
      expect((await problemOf(response)).type, path).toBe("urn:tributary:problem:unauthorised");
    }
    const wrong = { token: false, headers: { authorization: "Bearer x" } };
    const response = await node(role).fetch("/api/status", wrong);
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });

  test("describes each of its routes at /api/openapi.json", async () => {
    const response = await node(role).fetch("/api/openapi.json");
    const described = z.object({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
      .parse(await response.json());
    const paths = new Set(routes[role].map(({ path }) => path));
    expect(Object.keys(described.paths).sort()).toEqual([...paths].sort());
  });

  test("answers each route as it is described", async () => {
    const [position] = await node(role).positions();
    // There may be more by the time they are asked for.
    const { origin, stream } = position;
    const seq = String(position.seq);
    const upTo = (shape: object): Record<string, string> =>
      "limit" in shape ? { limit: seq } : { from: "1", to: seq };
    for (const route of routes[role]) {
      // What is asked for by name has to be there; so has a centre to compare with.
      const asks = /\{|comparison$/.test(route.path);
      if (route.method !== "get" || asks) continue;
      const isOfStream = route.query !== undefined && "origin" in route.query.shape;
      if (!isOfStream && route.query?.safeParse({}).success === false) {
        expect((await node(role).fetch(route.path)).status, route.path).toBe(400);
        continue;
      }
      const query = isOfStream
        ? `?${new URLSearchParams({ origin, stream, ...upTo(route.query?.shape ?? {}) })}`
        : "";
      const response = await node(role).fetch(route.path + query);
      expect(response.status, route.path).toBe(200);
      if (route.contentType === undefined) route.answer.parse(await response.json());
      else expect((await response.text()).split('"body":').length - 1).toBe(position.seq);
    }
  });

  test("T8: its counters and gauges are Prometheus text, each with its help", async () => {
    const text = await (await node(role).fetch("/metrics")).text();
    for (const name of Object.keys(COUNTERS)) expect(text).toContain(`# HELP ${name} `);
    for (const line of text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))) {
      expect(line).toMatch(/^tributary_\w+(\{.*\})? -?[\d.]+(e[+-]?\d+)?$/);
    }
  });

  test("a body that breaks off is told so at each route, and is no fault of the node", async () => {
    const posts = routes[role].filter(({ method, body, upload }) =>
      method === "post" && (body !== undefined || upload === true)
    ).map(({ path }) => path.replaceAll(/\{\w+\}/g, "x"));
    const pages = ["/sign-in", "/people/accounts", "/people/programs"];
    if (role === "county") pages.push("/equality/county-1/repair");
    for (const path of [...posts, ...pages]) {
      // A page or a route may look first at whom or what it is about.
      expect([400, 404], path).toContain(await brokenOff(node(role), path));
    }
    expect(await brokenOff(node(role), "/people/programs")).toBe(400);
  });

  test("a form that is too large, or none, is refused: to a person as a page", async () => {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const forms: readonly [string, Record<string, string>, number][] = [
      [`name=${"x".repeat(FORM_BYTES_MAX)}`, type, 413],
      ["{}", { "content-type": "application/json" }, 415],
    ];
    for (const path of ["/sign-in", "/people/programs"]) {
      for (const [body, headers, status] of forms) {
        const program = await node(role).fetch(path, { method: "POST", body, headers });
        expect(program.status, path).toBe(status);
        await problemOf(program);
        const accept = { ...headers, accept: "text/html", "accept-language": "zh-CN" };
        const person = await node(role).fetch(path, { method: "POST", body, headers: accept });
        expect(person.status, path).toBe(status);
        expect(await person.text()).toContain("提交的内容没有保存");
      }
    }
  });

  test("its pages allow no script but its own, and no frame", async () => {
    const response = await node(role).fetch("/");
    await response.body?.cancel();
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
  });
});

describe("bad requests are answered with a problem that says what to do", () => {
  test.each([
    { what: "no such route", path: "/api/nothing", status: 404, code: "no-such-route" },
    {
      what: "a field that is missing",
      path: "/api/entries?stream=reading",
      status: 400,
      code: "bad-input",
      detail: "origin",
    },
    {
      what: "a number over its limit",
      path: "/api/entries?origin=a&stream=reading&limit=999999",
      status: 400,
      code: "bad-input",
      detail: "limit",
    },
    {
      what: "a field that nobody knows",
      path: "/api/devices?place=a",
      status: 400,
      code: "bad-input",
      detail: "place",
    },
  ])("$what", async ({ path, status, code, detail = "" }) => {
    const response = await node("site").fetch(path);
    expect(response.status).toBe(status);
    const problem = await problemOf(response);
    expect(problem.type).toBe(`urn:tributary:problem:${code}`);
    expect(problem.detail).toContain(detail);
    expect(problem.hint).toContain("/api/openapi.json");
  });

  test.each([
    { what: "no JSON", body: "{", status: 400, detail: "no JSON" },
    { what: "a name twice", body: '{"a":1,"a":2}', status: 400, detail: "a: it stands here twice" },
    { what: "another type", body: JSON.stringify({ node: 7 }), status: 400, detail: "node" },
    {
      what: "a body over the limit",
      body: `"${"x".repeat(70_000)}"`,
      status: 413,
      detail: "65536",
    },
  ])("$what", async ({ body, status, detail }) => {
    const response = await node("county").fetch("/api/invitations", { method: "POST", body });
    expect(response.status).toBe(status);
    expect((await problemOf(response)).detail).toContain(detail);
  });
});

describe("an owner's link", () => {
  async function newLink(): Promise<string> {
    const { url } = ownerLinkSchema.parse(await node("site").ask("/api/owner-links", {}));
    return new URL(url).pathname;
  }
  const ask = async (path: string, method: string) => {
    const headers = { "accept-language": "en" };
    const answer = await node("site")
      .fetch(path, { method, token: false, redirect: "manual", headers });
    return { answer, text: await answer.text() };
  };

  test("X1: is not used up by who only looks, as the preview of a chat program does", async () => {
    const path = await newLink();
    for (const method of ["HEAD", "GET", "HEAD", "GET"]) {
      const { answer, text } = await ask(path, method);
      expect(answer.status).toBe(200);
      expect(answer.headers.getSetCookie()).toEqual([]);
      if (method === "GET") expect(text).toContain(`<form method="post" action="${path}">`);
    }
    const { answer } = await ask(path, "POST");
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/");
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^session-site-1=.*HttpOnly.*SameSite=Strict/);
  });

  test("X1: that was used shows that it is void, and opens nothing", async () => {
    const path = await newLink();
    await ask(path, "POST");
    for (const method of ["GET", "POST"]) {
      const { answer, text } = await ask(path, method);
      expect(answer.status, method).toBe(403);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(text).toContain("This link is used up or has expired");
    }
  });
});

test.each([
  { back: "/equality?a=1", to: "/equality?a=1" },
  { back: "/sites/a#b", to: "/sites/a" },
  { back: "//evil.example", to: "/" },
  { back: "/\t/evil.example", to: "/" },
  { back: "/\\evil.example", to: "/" },
  { back: "/.//evil.example", to: "/evil.example" },
  { back: "https://evil.example/a", to: "/" },
  { back: "javascript:alert(1)", to: "/" },
  { back: "http://[", to: "/" },
])("X7: a change of the language that leads back to $back goes to $to", async ({ back, to }) => {
  const path = `/language/en?back=${encodeURIComponent(back)}`;
  const answer = await node("site").fetch(path, { token: false, redirect: "manual" });
  await answer.body?.cancel();
  expect(answer.status).toBe(302);
  expect(answer.headers.get("location")).toBe(to);
});
