import { join } from "node:path";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { range, TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { SmallDisk } from "../../fixture_small_disk.ts";
import { NodeProcess } from "../../fixtures.ts";
import { InnerCounty, SITE } from "../fixture_county.ts";
import { withAt } from "../fixture_intake.ts";
import { reviewConfig, sentPrescription } from "../fixture_sources.ts";
import { hookCall, hookText } from "./fixtures.ts";

/** As its clients know the county. */
const URL = "https://county-a.example";
const SIGN = "/cds-services/prescription-sign";
const BURST = 12;
const MIB = 1 << 20;

interface His {
  readonly issuer: string;
  readonly key: CryptoKey;
}

const [own, region] = [await generateKeyPair("ES384"), await generateKeyPair("RS384")];
const OWN: His = { issuer: "https://his.example/", key: own.privateKey };
const HASTY: His = { issuer: "https://hasty.example/", key: own.privateKey };
/** Of many sites: its tokens say for which one it asks. */
const REGION: His = { issuer: "https://region.example/", key: region.privateKey };

const FEW: His = { ...REGION, issuer: "https://few.example/" };

const opened = new AsyncDisposableStack();
let section: object;
let county: InnerCounty;
beforeAll(async () => {
  const folder = opened.use(new TemporaryFolder()).path;
  const keysFile = join(folder, "region.jwks.json");
  const rsa = { ...await exportJWK(region.publicKey), kid: "k-1", alg: "RS384", use: "sig" };
  Deno.writeTextFileSync(keysFile, JSON.stringify({ keys: [rsa] }));
  const keys = [{ ...await exportJWK(own.publicKey), kid: "k-1" }];
  const clients = [
    { name: "his-17", issuer: OWN.issuer, site: SITE, keys },
    { name: "hasty", issuer: HASTY.issuer, site: SITE, keys },
    { name: "region", issuer: REGION.issuer, sites: "all", keysFile },
    { name: "few", issuer: FEW.issuer, sites: [SITE], keysFile },
  ];
  section = { cds: { url: URL, clients }, perSecond: 1, burst: BURST };
  county = opened.use(await InnerCounty.start(section));
});
afterAll(() => opened.disposeAsync());

const answered = z.object({
  cards: z.array(z.looseObject({ indicator: z.string(), uuid: z.uuid() })).default([]),
  type: z.string().default(""),
  title: z.string().default(""),
  detail: z.string().default(""),
});

async function call(
  { issuer, key }: His,
  body: string,
  { path = SIGN, tenant, url = county.url }: {
    readonly path?: string;
    readonly tenant?: string;
    readonly url?: string;
  } = {},
) {
  const seconds = Math.floor(Date.now() / 1000);
  const alg = key.algorithm.name === "ECDSA" ? "ES384" : "RS384";
  const token = await new SignJWT({
    ...{ iss: issuer, aud: `${URL}${path}`, jti: crypto.randomUUID() },
    ...{ iat: seconds, exp: seconds + 60 },
    ...(tenant === undefined ? {} : { tenant }),
  }).setProtectedHeader({ alg, typ: "JWT", kid: "k-1" }).sign(key);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${url}${path}`, { method: "POST", headers, body });
  const text = await answer.text();
  const { cards, type, ...words } = answered.parse(text === "" ? {} : JSON.parse(text));
  const { status } = answer;
  const problem = type.replace("urn:tributary:problem:", "");
  return { status, cards, problem, ...words, retryAfter: answer.headers.get("retry-after") };
}

const PATIENT = "11010519491231002X";

/** Amoxicillin for the patient of the tests, as a draft of this number. */
function draft(number: string): string {
  const request = hookCall("order-sign");
  const { entry: [first] } = request.context.draftOrders;
  withAt(request, ["context", "draftOrders", "entry"], [first]);
  const at = (...path: readonly (string | number)[]) =>
    ["context", "draftOrders", "entry", 0, "resource", ...path] as const;
  const dosage = ["dosageInstruction", 0] as const;
  withAt(request, at("authoredOn"), undefined);
  withAt(request, at("groupIdentifier"), { system: "urn:example:number", value: number });
  withAt(request, at("medicationCodeableConcept"), { coding: [{ code: "001" }] });
  withAt(request, at(...dosage, "timing"), {
    code: { coding: [{ code: "tid" }] },
    repeat: { boundsDuration: { value: 4, code: "d" } },
  });
  withAt(request, at(...dosage, "doseAndRate"), [{ doseQuantity: { value: 2, unit: "粒" } }]);
  withAt(request, at("dispenseRequest", "quantity"), { value: 1, unit: "盒" });
  return hookText({ ...request, hookInstance: crypto.randomUUID() });
}

const levelsOf = ({ cards }: { readonly cards: readonly { readonly indicator: string }[] }) =>
  cards.map(({ indicator }) => indicator);

describe("two issuers, one with its keys in a file", () => {
  test("are known apart: neither signs in the other's name", async () => {
    expect((await call(OWN, draft("own"))).status).toBe(200);
    expect((await call(REGION, draft("regional"), { tenant: SITE })).status).toBe(200);
    for (const [one, other] of [[OWN, REGION], [REGION, OWN]]) {
      const { status, problem } = await call({ ...one, key: other.key }, draft("x"));
      expect([status, problem]).toEqual([401, "bad-client-token"]);
    }
    const checks = await county.told("draft-check");
    expect(checks.map(({ body: { who, site } }) => [who, site])).toEqual([
      ["cds client his-17", SITE],
      ["cds client region", SITE],
    ]);
  });

  test("the one of many sites is asked for which, in tenant, and the other's word is not", async () => {
    for (const more of [{}, { tenant: "site-999" }]) {
      const { status, problem } = await call(REGION, draft("x"), more);
      expect([status, problem]).toEqual([422, "no-site"]);
    }
    // His own site stands in the configuration, whatever his token says.
    expect((await call(OWN, draft("mine"), { tenant: "site-999" })).status).toBe(200);
    expect((await county.told("draft-check")).at(-1)?.body.site).toBe(SITE);
  });
});

test("P9: a client of some sites asks of those alone, whatever its token says", async () => {
  expect((await call(FEW, draft("few"), { tenant: SITE })).status).toBe(200);
  for (const path of [SIGN, `${SIGN}/feedback`]) {
    const { status, problem, detail } = await call(FEW, draft("x"), { tenant: "site-018", path });
    expect([status, problem]).toEqual([403, "other-site-token"]);
    expect(detail).toBe(`asked was "site-018"; it is for ${SITE}`);
  }
});

test("T2: a feedback that is sent twice is kept once, another one beside it", async () => {
  const card = crypto.randomUUID();
  const told = (outcome: string) =>
    JSON.stringify({ feedback: [{ card, outcome, outcomeTimestamp: "2026-03-02T01:20:00Z" }] });
  const send = (text: string) => call(OWN, text, { path: `${SIGN}/feedback` });
  for (const text of [told("overridden"), told("overridden"), told("accepted")]) {
    expect((await send(text)).status).toBe(200);
  }
  const kept = await county.told("cds-feedback");
  expect(kept).toHaveLength(2);
  expect(kept.map(({ body }) => body.who)).toEqual(["cds client his-17", "cds client his-17"]);
});

test("a draft of a recorded prescription's number is a change of it, no duplicate of it", async () => {
  const patient = { id: { system: "resident-id", value: PATIENT }, name: "王桂兰", sex: "female" };
  const sent = await county.send({ ...sentPrescription("CF-1"), patient });
  expect(sent.verdict?.outcome).toBe("pass");
  expect(levelsOf(await call(REGION, draft("CF-2"), { tenant: SITE }))).toContain("critical");
  expect(levelsOf(await call(REGION, draft("CF-1"), { tenant: SITE }))).not.toContain("critical");
  // A check is no prescription: the number still has the one that was sent, and CF-2 none.
  expect(await county.standing("CF-1")).toMatchObject({ state: "passed", version: 1 });
  const unknown = await county.fetch(`/api/prescriptions/CF-2?site=${SITE}`);
  await unknown.body?.cancel();
  expect(unknown.status).toBe(404);
});

test("what is too large is 413, and what comes too fast 429 with when to come again", async () => {
  const large = await call(OWN, draft("x") + " ".repeat(256 << 10));
  expect([large.status, large.problem]).toEqual([413, "body-too-large"]);
  const many = await Promise.all(range(0, BURST * 2).map((n) => call(HASTY, draft(`n-${n}`))));
  const late = many.filter(({ status }) => status !== 200);
  expect(late.length).toBeGreaterThan(0);
  for (const { status, problem, retryAfter } of late) {
    expect([status, problem]).toEqual([429, "too-many"]);
    expect(Number(retryAfter)).toBeGreaterThan(0);
  }
  // One that hurries takes nothing from the others.
  expect((await call(REGION, draft("calm"), { tenant: SITE })).status).toBe(200);
});

test("T4: where the disk takes no record, a check is 503: what is not journalled was not checked", async () => {
  using folder = new TemporaryFolder();
  using disk = new SmallDisk(join(folder.path, "county-a"), 32 * MIB);
  const prescription = { ...reviewConfig(folder.path, SITE), ...section };
  const more = { disk: { checkSeconds: 0.2, refuseRecordsPercent: 99.5 }, prescription };
  await using node = new NodeProcess(folder.path, { name: "county-a", role: "county", more });
  await node.start();
  const { url } = node;
  expect((await call(OWN, draft("room"), { url })).status).toBe(200);
  disk.fillTo(100);
  await until("it refuses", async () => (await call(OWN, draft("full"), { url })).status === 503);
  const refused = await call(OWN, draft("full"), { url });
  expect([refused.status, refused.problem]).toEqual([503, "no-room"]);
  expect(Number(refused.retryAfter)).toBeGreaterThan(0);
  disk.clear();
  await until("it takes", async () => (await call(OWN, draft("again"), { url })).status === 200);
});
