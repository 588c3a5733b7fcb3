import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { bundleOf } from "../prescription/cited/cited_bundle.ts";
import { citedConfig } from "../prescription/cited/cited_sources.ts";
import { type CitedRow, citedRows, foundIn, sentRow } from "../prescription/cited/cited_table.ts";
import { parseDrugList } from "../prescription/drug_list.ts";
import { parseMapping } from "../prescription/mapping.ts";
import { finding } from "../prescription/verdict.ts";

const SITE = "site-1";
const ROWS = citedRows();
const AT_ONCE = 8;

const opened = new AsyncDisposableStack();
let county: NodeProcess;
let other: NodeProcess;
let site: NodeProcess;
let codes: ReadonlyMap<string, string>;

beforeAll(async () => {
  const folder = opened.use(new TemporaryFolder()).path;
  const cited = citedConfig(folder, SITE, Date.now());
  const drugs = parseDrugList(Deno.readTextFileSync(cited.drugs));
  const mapping = parseMapping(Deno.readTextFileSync(cited.mappings[0]), drugs);
  codes = new Map([...mapping.codes.drugs].map(([code, drug]) => [drug, code]));
  // Long waits: a busy machine is not what is tried here.
  const prescription = { ...cited, perSecond: 100_000, burst: 100_000, waitMs: 10_000 };
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
  return { outcome, degraded, finds: foundIn(findings) };
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
  }));
  const degraded = review.output.find(({ type }) => type.coding[0].code === "degraded");
  return {
    outcome: review.businessStatus.coding[0].code,
    degraded: degraded?.valueBoolean,
    finds: foundIn(findings),
  };
}

const { level } = finding.shape;

type Send = typeof sendPlain | typeof sendFhir;

/** What came of each row, where that is not what the table says. */
async function differing(send: Send, node: () => NodeProcess, trial: string, degraded: boolean) {
  const left = [...ROWS];
  const different: object[] = [];
  const one = async (row: CitedRow) => {
    if (row.before !== undefined) await send(node(), row, trial, true);
    const found = await send(node(), row, trial);
    // A rescue order never waits for the county (P12).
    const alone = degraded || (row.rescue && node() === site);
    const expected = { outcome: row.outcome, degraded: alone, finds: row.finds };
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
    ] as const,
  )("%s", async (trial, send, node) => {
    expect(await differing(send, node, trial, false)).toEqual([]);
  });

  test("P12: at a site whose line is down, by its own packs", async () => {
    await Promise.all([county.kill(), other.kill()]);
    await linked("down");
    expect(await differing(sendPlain, () => site, "line down", true)).toEqual([]);
  });
});
