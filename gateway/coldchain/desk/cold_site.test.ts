import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { parseConfig } from "../../config_file.ts";
import { InnerNode } from "../../fixture_inner_node.ts";

const folder = new TemporaryFolder();
const dataDir = join(folder.path, "site-017");
const port = freePort();
let node: InnerNode;

const site = (units: readonly object[]) =>
  stringify({
    role: "site",
    node: "site-017",
    title: { zh: "河口镇卫生院", en: "Hekou" },
    dataDir,
    http: { port },
    coldchain: { units },
  });
const fridge = {
  id: "fridge-1",
  name: "一号冰箱",
  form: "refrigerator",
  preset: "strict",
  manual: false,
};

beforeAll(async () => {
  node = await InnerNode.start(parseConfig(site([fridge])));
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function ask(path: string, body?: object) {
  const headers = { "content-type": "application/json" };
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await node.fetch(`/api/coldchain/${path}`, { headers, ...init });
  return { status: answer.status, json: await answer.json() };
}

test("C5 C13: a configured unit is shown, with why it is not compliant", async () => {
  await until("it is told", async () => (await ask("units")).json.length > 0);
  const { json } = await ask("units?site=site-017");
  expect(json).toMatchObject([{
    ...{ site: "site-017", unit: "fridge-1", name: "一号冰箱", watch: "watched", alarms: [] },
    notCompliant: ["recipients", "no-probe"],
  }]);
  expect((await ask("alarms")).json).toEqual([]);
});

test("C3: days and curves are of units that are known, and of spans that are shown", async () => {
  const unit = "units/site-017/fridge-1";
  const span = (days: number) =>
    `from=${new Date(0).toISOString()}&to=${new Date(days * 86_400_000).toISOString()}`;
  expect((await ask(`${unit}/days?from=2026-11-01&to=2026-11-29`)).json).toEqual([]);
  expect((await ask(`${unit}/curve?${span(90)}`)).json).toMatchObject({ probes: [] });
  expect(await ask(`${unit}/curve?${span(91)}`)).toMatchObject({
    status: 400,
    json: { type: "urn:tributary:problem:bad-span" },
  });
  expect((await ask(`units/site-017/none/curve?${span(1)}`)).status).toBe(404);
});

test("C8 C9: only a person acknowledges, switches off and writes down, by an own credential", async () => {
  const orders = {
    "acknowledgements": { id: "a", episode: "e", level: 1, found: "unknown", comment: "none" },
    "suppressions": { id: "a", unit: "fridge-1", hours: 1, reason: "defrosting" },
    "suppressions-ended": { id: "a", unit: "fridge-1" },
    "calibrations": {
      ...{ id: "a", probe: "p", calibratedOn: "2026-01-01", validUntil: "2026-12-31" },
      ...{ certificate: "c", points: [{ reference: 5, error: 0 }] },
    },
    "readings": { id: "a", unit: "fridge-1", celsius: 5 },
  };
  for (const [path, order] of Object.entries(orders)) {
    expect(await ask(path, order)).toMatchObject({
      status: 403,
      json: { type: "urn:tributary:problem:person-needed" },
    });
  }
  const { status, json } = await ask("suppressions", { ...orders.suppressions, hours: 25 });
  expect([status, JSON.stringify(json)]).toEqual([400, expect.stringContaining("hours")]);
});

test("C2: a configuration that cannot be watched is refused by the name of its field", () => {
  const faulty: readonly (readonly [object, string])[] = [
    [{ ...fridge, preset: "none" }, "preset"],
    [{ ...fridge, preset: undefined }, "want either preset"],
    [{ ...fridge, form: "box" }, "form"],
    [{ ...fridge, probes: [{ id: "p", device: "nobody" }] }, 'there is no device "nobody"'],
  ];
  for (const [unit, named] of faulty) expect(() => parseConfig(site([unit]))).toThrow(named);
  expect(() => parseConfig(site([fridge, fridge]))).toThrow("want each id once");
});
