import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import type { Config } from "../config.ts";
import { parseConfig } from "../config_file.ts";
import { testedTablesThread } from "../fixture_program.ts";
import { openNode } from "../node.ts";
import { catalogueOf, tellCatalogue } from "./catalogue.ts";

const title = { zh: "青山镇卫生院", en: "Qingshan" };

function site(dataDir: string, ...devices: object[]): Config {
  const connection = { type: "tcp", host: "127.0.0.1" };
  const lines = [{ name: "line-1", driver: "modbus", settings: { connection, devices } }];
  const sources = devices.length === 0 ? [] : lines;
  return parseConfig(stringify({ role: "site", node: "site-1", title, dataDir, sources }));
}

test("a site describes its devices as their profiles and its configuration do", () => {
  const own = { zh: "疫苗柜", en: "Vaccines" };
  const { title: named, devices } = catalogueOf(site(
    "data",
    { id: "fridge-1", profile: "vaccine-fridge" },
    { id: "fridge-2", unit: 2, profile: "vaccine-fridge", title: own, intervalSeconds: 2 },
  ));
  expect(named).toEqual(title);
  expect(devices).toMatchObject([
    {
      device: "fridge-1",
      title: { zh: "疫苗冷藏箱", en: "Vaccine fridge" },
      profile: "vaccine-fridge",
      source: "line-1",
      intervalSeconds: 10,
    },
    { device: "fridge-2", title: own, intervalSeconds: 2 },
  ]);
  expect(Object.entries(devices[0].points)[0]).toEqual([
    "temperature",
    { zh: "箱内温度", en: "Cabinet temperature" },
  ]);
});

test("a site tells of its devices when something changed, not at each start", async () => {
  using folder = new TemporaryFolder();
  const dataDir = join(folder.path, "site-1");
  const fridge = { id: "fridge-1", profile: "vaccine-fridge" };
  const seqs: (number | undefined)[] = [];
  const configs = [
    site(dataDir, fridge),
    site(dataDir, fridge),
    site(dataDir, { ...fridge, intervalSeconds: 5 }),
    site(dataDir),
  ];
  for (const config of configs) {
    await using node = await openNode(config, () => {}, { tablesThread: testedTablesThread() });
    await tellCatalogue(node, new AbortController().signal);
    await tellCatalogue(node, new AbortController().signal);
    seqs.push(node.journal.position(node.journal.origin, "reading")?.seq);
  }
  expect(seqs).toEqual([1, 1, 2, 3]);
});
