import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { FHIR_TYPE } from "./fhir/fhir_problems.ts";
import { prescriptionBundle } from "./fhir/fixtures.ts";
import { InnerCounty, SITE } from "./fixture_county.ts";
import { MAPPING_TEXT } from "./fixture_lists.ts";
import { sentPrescription } from "./fixture_sources.ts";

const OTHER = "site-018";
const SCOPES = ["read", "prescription.submit", "fhir"];
const BY = { id: "dr-1" };

const opened = new AsyncDisposableStack();
let county: InnerCounty;
/** Of {@link SITE}'s HIS, and of who may for all. */
let own: string;
let all: string;
beforeAll(async () => {
  const folder = opened.use(new TemporaryFolder()).path;
  const mappings = [SITE, OTHER].map((site) => {
    const file = join(folder, `${site}.yaml`);
    Deno.writeTextFileSync(file, MAPPING_TEXT.replace("site: site-017", `site: ${site}`));
    return file;
  });
  county = opened.use(await InnerCounty.start({ mappings, changes: true }));
  own = (await county.program("his-17", SCOPES)).token;
  all = (await county.program("exchange", SCOPES, "all")).token;
});
afterAll(() => opened.disposeAsync());

interface Call {
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
}

async function ask(token: string, { path, body, type = "application/json" }: Call) {
  const answer = await county.fetchAs(token, path, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: { "content-type": type, "idempotency-key": crypto.randomUUID() },
  });
  if (answer.headers.get("content-type") === "text/event-stream") await answer.body?.cancel();
  const text = answer.bodyUsed ? "" : await answer.text();
  return { status: answer.status, isOther: text.includes("is not for this site") };
}

/** Each way to ask of a prescription, or to tell of it. */
function calls(site: string): readonly (readonly [name: string, call: Call])[] {
  const of = (path: string) => `${path}?site=${site}`;
  const lines = [{ line: 1, quantity: { value: "1", unit: "盒" } }];
  const insist = { version: 1, to: "v", by: BY, answer: "explain", reason: "x" };
  const returned = { version: 1, part: 1, lines, reason: "x", by: BY };
  return [
    ["intake", { path: of("/api/prescriptions"), body: sentPrescription("new") }],
    ["FHIR", {
      path: of("/fhir/$review-prescription"),
      body: prescriptionBundle(),
      type: FHIR_TYPE,
    }],
    ["poll", { path: of("/api/prescriptions/one") }],
    ["dispense", {
      path: of("/api/prescriptions/one/dispense"),
      body: { version: 1, token: "a.b.c", by: BY },
    }],
    ["return", { path: of("/api/prescriptions/one/return"), body: returned }],
    ["answer", { path: of("/api/prescriptions/one/answer"), body: insist }],
    ["void", {
      path: of("/api/prescriptions/one/void"),
      body: { version: 1, reason: "x", by: BY },
    }],
    ["SSE", { path: of("/api/prescription-changes") }],
  ];
}

describe("P9: a HIS's token is for its own site, by each door", () => {
  test.each(calls(OTHER))("not for another: %s", async (_, call) => {
    expect(await ask(own, call)).toEqual({ status: 403, isOther: true });
    expect((await ask(all, call)).isOther).toBe(false);
  });

  test.each(calls(SITE))("for its own: %s", async (_, call) => {
    expect((await ask(own, call)).isOther).toBe(false);
  });

  test("what it asked of another site was neither stored nor told", async () => {
    await county.send(sentPrescription("theirs"), { query: `?site=${OTHER}` });
    await ask(own, { path: `/api/prescriptions?site=${OTHER}`, body: sentPrescription("sneaked") });
    const sent = await county.told("prescription");
    const ids = sent.map(({ body }) => JSON.stringify(body));
    expect(ids.some((text) => text.includes("theirs"))).toBe(true);
    expect(ids.some((text) => text.includes("sneaked"))).toBe(false);
  });

  test("it hears of its own where it names no site", async () => {
    const over = new AbortController();
    const { signal } = over;
    const stream = await county.fetchAs(own, "/api/prescription-changes", { signal });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = (await reader?.read())?.value ?? "";
    await county.send(sentPrescription("not-mine"), { query: `?site=${OTHER}` });
    await county.send(sentPrescription("mine"));
    while (!heard.includes('"mine"')) heard += (await reader?.read())?.value ?? "";
    expect(heard).not.toContain("not-mine");
    over.abort();
  });
});

describe("X1: a token of some sites", () => {
  test.each(["/", "/api/devices", "/api/status", "/people", "/api/rules/unmapped"])(
    "opens nothing that is of all: %s",
    async (path) => {
      expect(await ask(own, { path })).toEqual({ status: 403, isOther: true });
    },
  );

  test("a county makes none that does not say of which sites it is", async () => {
    const made = z.object({ detail: z.string() });
    for (const sites of [undefined, [], ["all", ""]]) {
      const body = JSON.stringify({ name: "his", scopes: ["read"], sites });
      const answer = await county.fetch("/api/programs", { method: "POST", body });
      expect(answer.status).toBe(400);
      expect(made.parse(await answer.json()).detail).toContain("sites");
    }
  });
});
