import { join } from "node:path";
import { stringify } from "yaml";
import * as z from "zod";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { parseConfig } from "../../config_file.ts";
import { InnerNode } from "../../fixture_inner_node.ts";

const folder = new TemporaryFolder();
let node: InnerNode;

beforeAll(async () => {
  const config = parseConfig(stringify({
    role: "site",
    node: "site-017",
    title: { zh: "河口镇卫生院", en: "Hekou" },
    dataDir: join(folder.path, "site-017"),
    http: { port: freePort() },
    waste: { scales: [{ device: "ward-scale", divisionGrams: 10 }] },
  }));
  node = await InnerNode.start(config);
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function ask(path: string, body?: object) {
  const headers = { "content-type": "application/json" };
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await node.fetch(path, { headers, ...init });
  const json: unknown = await answer.json();
  return { status: answer.status, json, text: JSON.stringify(json) };
}

const reading = "site-017.1-0000000000000001/reading/1";
const seal = {
  id: "act-000001",
  category: "841-001-01",
  source: { ward: "ward-3" },
  weight: { from: "scale", reading },
};

test("W4 only a person seals a bag, with an own credential", async () => {
  const { status, text } = await ask("/api/waste/bags", seal);
  expect([status, text]).toEqual([403, expect.stringContaining("person-needed")]);
  const turn = { id: "act-000002", isOn: true, basis: "文件", reason: "疫情" };
  const turned = await ask("/api/waste/epidemic", turn);
  expect([turned.status, turned.text]).toEqual([403, expect.stringContaining("person-needed")]);
});

test("W1 what does not fit is refused by the name of its field", async () => {
  const { status, text } = await ask("/api/waste/bags", { ...seal, category: "841-009-01" });
  expect([status, text]).toEqual([400, expect.stringContaining("category")]);
});

test("what is known of waste is told, also where there is none", async () => {
  expect((await ask("/api/waste/bags")).json).toEqual({ bags: [], next: null });
  expect((await ask("/api/waste/bags?held=store/store-1")).json)
    .toEqual({ bags: [], next: null });
  expect((await ask("/api/waste/alarms")).json).toEqual({ alarms: [], next: null });
  expect((await ask("/api/waste/epidemic")).json).toMatchObject({ isOn: false, since: null });
  for (const path of ["bags/B1", "bags/B1/label", "manifests/M-1"]) {
    expect((await ask(`/api/waste/${path}`)).status).toBe(404);
  }
});

test("every act is described for programs", async () => {
  const { json } = await ask("/api/openapi.json");
  const { paths } = z.object({ paths: z.record(z.string(), z.unknown()) }).parse(json);
  const acts = [
    ...["bags", "boxings", "handovers", "stored", "confirmations", "reversals", "resolutions"],
    ...["manifests", "manifest-numbers", "departures", "receipts", "disposals", "epidemic"],
  ];
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(acts.map((act) => `/api/waste/${act}`)),
  );
});
