import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { bundleOf, hookCallOf } from "../prescription/cited/cited_bundle.ts";
import { citedConfig } from "../prescription/cited/cited_sources.ts";
import {
  type CitedRow,
  citedRows,
  foundIn,
  itemsOf,
  sentRow,
} from "../prescription/cited/cited_table.ts";
import { parseDrugList } from "../prescription/drug_list.ts";
import { parseMapping } from "../prescription/mapping.ts";
import { finding, outcomeOf } from "../prescription/verdict.ts";

const SITE = "site-1";
const ROWS = citedRows();
const AT_ONCE = 8;
const ISSUER = "https://his.example/";
/** As the HIS knows the node. */
const CDS_URL = "https://node.example";
const his = await generateKeyPair("ES384");

const opened = new AsyncDisposableStack();
let county: NodeProcess;
let other: NodeProcess;
let site: NodeProcess;
let codes: ReadonlyMap<string, string>;
/** Drugs of which a site alone cannot say what others gave out (P5). */
let tracked: ReadonlySet<string>;

beforeAll(async () => {
  const folder = opened.use(new TemporaryFolder()).path;
  const cited = citedConfig(folder, SITE, Date.now());
  const drugs = parseDrugList(Deno.readTextFileSync(cited.drugs));
  tracked = new Set(
    [...drugs.drugs].flatMap(([name, { classes }]) =>
      classes.some((one) => one === "narcotic" || one === "psychotropic-1") ? [name] : []
    ),
  );
  const mapping = parseMapping(Deno.readTextFileSync(cited.mappings[0]), drugs);
  codes = new Map([...mapping.codes.drugs].map(([code, drug]) => [drug, code]));
  // Long waits: a busy machine is not what is tried here.
  const keys = [{ ...await exportJWK(his.publicKey), kid: "k-1", alg: "ES384" }];
  const cds = { url: CDS_URL, clients: [{ name: "his", issuer: ISSUER, site: SITE, keys }] };
  const prescription = { ...cited, perSecond: 100_000, burst: 100_000, waitMs: 10_000, cds };
  [county, other] = await startCentres(folder, { prescription });
  opened.use(county);
  opened.use(other);
  const more = { counties: centresFor([county, other]), prescription };
  site = opened.use(new NodeProcess(folder, { name: SITE, role: "site", more }));
  await enrol(county, site);
  await site.start();
  await linked("up");
});
afterAll(() => opened.disposeAsync());

const linkStates = z.object({ links: z.array(z.object({ state: z.string() })) });

async function linked(state: "up" | "down"): Promise<void> {
  await until(`the site's links are ${state}`, async () => {
    const { links } = linkStates.parse(await site.ask("/api/status"));
    return links.every((link) => (link.state === "up") === (state === "up"));
  });
}

const plainAnswer = z.object({
  outcome: z.string(),
  degraded: z.boolean(),
  findings: z.array(finding),
});

async function sendPlain(node: NodeProcess, row: CitedRow, trial: string, before = false) {
  const document = sentRow(row, { trial, codes, nowMs: Date.now(), before });
  const answer = await node.fetch(`/api/prescriptions?site=${SITE}`, {
    method: "POST",
    body: JSON.stringify(document),
    headers: { "content-type": "application/json" },
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${row.rule} ${row.id}: ${text}`);
  const { outcome, degraded, findings } = plainAnswer.parse(JSON.parse(text));
  return { outcome, degraded, finds: foundIn(findings), items: itemsOf(findings) };
}

const coding = z.object({ coding: z.array(z.object({ code: z.string() })) });
const task = z.looseObject({
  resourceType: z.literal("Task"),
  businessStatus: coding,
  output: z.array(z.looseObject({ type: coding, valueBoolean: z.boolean().optional() })),
});
const issue = z.looseObject({
  resourceType: z.literal("DetectedIssue"),
  code: coding,
  extension: z.array(z.object({ url: z.string(), valueCode: z.string() })),
});
const fhirAnswer = z.object({
  entry: z.array(z.object({ resource: z.discriminatedUnion("resourceType", [task, issue]) })),
});

async function sendFhir(node: NodeProcess, row: CitedRow, trial: string, before = false) {
  const document = bundleOf(sentRow(row, { trial, codes, nowMs: Date.now(), before }));
  const answer = await node.fetch(`/fhir/$review-prescription?site=${SITE}`, {
    method: "POST",
    body: JSON.stringify(document),
    headers: { "content-type": "application/fhir+json" },
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${row.rule} ${row.id}: ${text}`);
  const resources = fhirAnswer.parse(JSON.parse(text)).entry.map(({ resource }) => resource);
  const [review] = resources.flatMap((one) => one.resourceType === "Task" ? [one] : []);
  const issues = resources.flatMap((one) => one.resourceType === "DetectedIssue" ? [one] : []);
  const findings = issues.map(({ code, extension }) => ({
    rule: code.coding[0].code,
    level: level.parse(extension.find(({ url }) => url.endsWith(":level"))?.valueCode),
    comment: extension.find(({ url }) => url.endsWith(":comment"))?.valueCode,
  }));
  const degraded = review.output.find(({ type }) => type.coding[0].code === "degraded");
  return {
    outcome: review.businessStatus.coding[0].code,
    degraded: degraded?.valueBoolean,
    finds: foundIn(findings),
    items: itemsOf(findings),
  };
}

const { level } = finding.shape;

const cards = z.object({
  cards: z.array(z.object({
    summary: z.string(),
    detail: z.string(),
    source: z.object({ topic: z.object({ code: z.string() }).optional() }),
  })),
});

/** A draft, by CDS Hooks; what the patient was sent before is a prescription all the same. */
async function sendCds(node: NodeProcess, row: CitedRow, trial: string, before = false) {
  if (before) return await sendPlain(node, row, trial, true);
  const service = "/cds-services/prescription-sign";
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, aud: `${CDS_URL}${service}`, jti: crypto.randomUUID() };
  const token = await new SignJWT({ ...claims, iat: seconds, exp: seconds + 60 })
    .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: "k-1" }).sign(his.privateKey);
  const call = hookCallOf(sentRow(row, { trial, codes, nowMs: Date.now() }), crypto.randomUUID());
  const answer = await node.fetch(service, {
    method: "POST",
    token: false,
    body: JSON.stringify(call),
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${row.rule} ${row.id}: ${text}`);
  const all = cards.parse(JSON.parse(text)).cards;
  const findings = all.flatMap(({ detail, source: { topic } }) => {
    const rule = /\(([^()]+)\)\\?$/.exec(detail.replaceAll("\\", ""))?.[1] ?? detail;
    return topic === undefined ? [] : [{ rule, level: level.parse(topic.code) }];
  });
  const degraded = all.some(({ summary }) => summary.includes("Checked here"));
  // A card is for who prescribes; items are for who comments.
  return { outcome: outcomeOf(findings), degraded, finds: foundIn(findings), items: null };
}

/** By the site's own history, which is enough for all but what other sites may have given out. */
function judgedAlone(row: CitedRow): Pick<CitedRow, "outcome" | "finds"> {
  const isTracked = row.lines.some((line) => tracked.has(/^[^ 「]+/.exec(line)?.[0] ?? ""));
  if (!isTracked || row.setting === "inpatient") return row;
  const levels = [...Object.values(row.finds), "could-not-check" as const];
  return {
    outcome: outcomeOf(levels.map((level) => ({ level }))),
    finds: { ...row.finds, "legal/controlled-twice": "could-not-check" },
  };
}

type Send = typeof sendCds | typeof sendPlain | typeof sendFhir;

/** What came of each row, where that is not what the table says. */
async function differing(send: Send, node: () => NodeProcess, trial: string, degraded: boolean) {
  const left = [...ROWS];
  const different: object[] = [];
  const one = async (row: CitedRow) => {
    if (row.before !== undefined) await send(node(), row, trial, true);
    const found = await send(node(), row, trial);
    // A rescue order never waits for the county (P12).
    const alone = degraded || (row.rescue && node() === site);
    const items = found.items === null ? null : row.items ?? found.items;
    const { outcome, finds } = alone ? judgedAlone(row) : row;
    const expected = { outcome, degraded: alone, finds, items };
    if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(expected))) {
      different.push({ row: `${row.rule} ${row.id}`, found, expected });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) await one(row);
  }));
  return different;
}

function sorted<T extends { readonly finds: Readonly<Record<string, string>> }>(one: T) {
  return { ...one, finds: Object.entries(one.finds).sort() };
}

describe(`P3 P4 P5 P13 P14: each of ${ROWS.length} cited prescriptions is judged alike`, () => {
  test.each(
    [
      ["plain JSON at the county", sendPlain, () => county],
      ["FHIR at the county", sendFhir, () => county],
      ["plain JSON at the other centre", sendPlain, () => other],
      ["plain JSON at a site", sendPlain, () => site],
      ["FHIR at a site", sendFhir, () => site],
      ["CDS Hooks at the county", sendCds, () => county],
      ["CDS Hooks at a site", sendCds, () => site],
    ] as const,
  )("%s", async (trial, send, node) => {
    // A site checks a draft by itself, and says so.
    const alone = trial === "CDS Hooks at a site";
    expect(await differing(send, node, trial, alone)).toEqual([]);
  });

  test("P9: drafts are journalled as checks, and are no prescriptions", async () => {
    const kinds = (await county.entriesOf(county.name, "record")).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "draft-check")).toHaveLength(ROWS.length);
    expect(new Set(kinds)).not.toContain("verdict");
  });

  test("P12: at a site whose line is down, by its own packs", async () => {
    await Promise.all([county.kill(), other.kill()]);
    await linked("down");
    expect(await differing(sendPlain, () => site, "line down", true)).toEqual([]);
  });
});
