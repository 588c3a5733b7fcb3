import { join } from "node:path";
import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../sync/fixtures.ts";
import { parseConfig } from "./config_file.ts";
import type { Domain, DomainDesk } from "./domain.ts";
import { DOMAINS } from "./domains.ts";
import { desksOf } from "./fixture_desks.ts";
import { RIDDLES } from "./fixture_riddles.ts";
import { InnerNode } from "./fixture_inner_node.ts";
import { buildProgram } from "./main.ts";

/** Makes the tables of all domains and of the one that this test adds. */
const RIDDLES_THREAD = new URL("./fixture_riddles_thread.ts", import.meta.url);

/** Names that stand more than once. */
function doubles(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** What the file of the tables has of its own. */
const RESERVED = ["cursors", "version"];

function clashes(domains: readonly Domain[]): string[] {
  const projections = domains.flatMap(({ projections }) => projections(["county-a"]));
  const tables = projections.flatMap(({ tables }) => tables);
  return [
    ...doubles(domains.map(({ name }) => name)),
    ...doubles(domains.flatMap(({ kinds }) => kinds.map(({ kind }) => `kind ${kind}`))),
    ...doubles(projections.map(({ name }) => `projection ${name}`)),
    ...doubles([
      ...RESERVED,
      ...tables.flatMap(({ name, indexes = {}, sparse = {} }) => [
        ...[name, ...Object.keys(indexes)],
        ...Object.keys(sparse),
      ]),
    ]),
  ];
}

/** Routes and pages that two desks have, a place in a path standing for whatever is there. */
function sharedPaths(desks: readonly DomainDesk[]): string[] {
  const bare = (path: string) => path.replaceAll(/\{\w+\}/g, "{}");
  return [
    ...doubles(
      desks.flatMap(({ routes = [] }) =>
        routes.map(({ method, path }) => `${method} ${bare(path)}`)
      ),
    ),
    ...doubles(desks.flatMap(({ pages = [] }) => pages.map(({ path }) => bare(path)))),
  ];
}

const ROUTE = {
  method: "get",
  path: "",
  right: "read",
  summary: "",
  answer: z.string(),
  handle: () => Promise.resolve(new Response()),
} as const;

describe("two domains never own", () => {
  test("one kind of entry, one projection, one table or one index", () => {
    expect(clashes(DOMAINS)).toEqual([]);
    expect(clashes([...DOMAINS, RIDDLES])).toEqual([]);
  });

  test.each(["site", "county"] as const)("one route or one page of a %s", async (role) => {
    const desks = await desksOf(role, [...DOMAINS, RIDDLES]);
    expect(desks.flatMap(({ routes = [] }) => routes).length).toBeGreaterThan(10);
    expect(sharedPaths(desks)).toEqual([]);
  });

  test("one command", async () => {
    const program = await buildProgram([...DOMAINS, RIDDLES]);
    const all = [program, ...program.commands].flatMap((group) =>
      group.commands.map((one) => `${group.name()} ${one.name()}`)
    );
    expect(doubles(all)).toEqual([]);
    expect(all).toContain("tributary riddle");
    expect(all).toContain("device write");
  });

  test("and the check finds what two of them do", () => {
    const twice: Domain = { ...RIDDLES, name: "other" };
    expect(clashes([RIDDLES, twice])).toEqual([
      ...["kind riddle", "kind riddle-answer", "projection riddles", "riddles", "riddleanswers"],
    ]);
    const route = { ...ROUTE, path: "/api/things/{name}" };
    expect(sharedPaths([{ routes: [route] }, { routes: [{ ...route, path: "/api/things/{id}" }] }]))
      .toEqual(["get /api/things/{}"]);
  });
});

/** A site with one domain more than the product has, in this process. */
async function withRiddles(
  work: (ask: Ask) => Promise<void>,
): Promise<void> {
  using folder = new TemporaryFolder();
  const config = parseConfig(stringify({
    role: "site",
    node: "site-1",
    title: { zh: "甲", en: "A" },
    dataDir: join(folder.path, "site-1"),
    http: { port: freePort() },
  }));
  await using node = await InnerNode.start(config, {
    domains: [...DOMAINS, RIDDLES],
    tablesThread: RIDDLES_THREAD,
  });
  await work((path, init = {}) => {
    const headers = { "accept-language": "en" };
    return node.fetch(path, { redirect: "manual", headers, ...init });
  });
}

const riddlesSchema = z.array(z.object({ id: z.string(), answer: z.string().nullable() }));

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** All that a node holds. */
async function entriesOf(ask: Ask) {
  const entry = z.object({ stream: z.string(), kind: z.string(), body: z.unknown() });
  const positions = z.array(z.object({ origin: z.string(), stream: z.string() }))
    .parse(await (await ask("/api/positions")).json());
  const pages = await Promise.all(positions.map(async ({ origin, stream }) => {
    const query = new URLSearchParams({ origin, stream });
    return await (await ask(`/api/entries?${query}`)).text();
  }));
  return pages.flatMap((page) => page.split("\n").filter((line) => line !== ""))
    .map((line) => entry.parse(JSON.parse(line)));
}

test("a domain that is added to the list has its tables, routes, pages and rules", async () => {
  await withRiddles(async (ask) => {
    const answers = async () => {
      const riddles = riddlesSchema.parse(await (await ask("/api/riddles")).json());
      return riddles.map(({ id, answer }) => `${id} ${answer}`);
    };
    const described = await (await ask("/api/openapi.json")).text();
    expect(described).toContain('"/api/riddles"');
    const page = await (await ask("/riddles")).text();
    expect(page).toMatch(/<a href="\/riddles" aria-current="page">Riddles<\/a>/);
    expect(await (await ask("/")).text()).toMatch(/"\/riddles" aria-current="false">Riddles/);

    const body = new FormData();
    body.set("question", "abc");
    const sent = await ask("/riddles/r%201/ask", { method: "POST", body });
    await sent.body?.cancel();
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "/riddles/r 1"]);
    await until("its rule has answered", async () => (await answers()).join() === "r 1 cba");
    expect(await (await ask("/riddles/r%201")).text()).toContain("<p>cba</p>");
    for (const path of ["/riddles/none", "/riddles/r%201/more", "/riddles/%zz", "/riddles/"]) {
      const missing = await ask(path);
      await missing.body?.cancel();
      expect(missing.status, path).toBe(404);
    }
    const unknown = await ask("/riddles/r%201/guess", { method: "POST", body });
    await unknown.body?.cancel();
    expect(unknown.status).toBe(404);

    const rebuilt = await ask("/api/rebuild", {
      method: "POST",
      body: JSON.stringify({ projection: "riddles" }),
    });
    expect(await rebuilt.text()).toContain('"changed":{"riddles":0,"riddleanswers":0}');

    const told = await entriesOf(ask);
    const kinds = new Map(
      [...DOMAINS, RIDDLES].flatMap(({ kinds }) => kinds.map((one) => [one.kind, one] as const)),
    );
    expect(told.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["life", "catalogue", "rebuild", "riddle", "riddle-answer"]),
    );
    for (const { kind, stream, body } of told) {
      expect(kinds.get(kind)?.streams, kind).toContain(stream);
      expect(kinds.get(kind)?.body.safeParse(body).error, kind).toBeUndefined();
    }
  });
});
