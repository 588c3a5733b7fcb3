import { join } from "node:path";
import { stringify } from "yaml";
import { expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import { ModbusSimulator } from "../../../drivers/modbus/simulator.ts";
import { builtInProfiles, ProfileLibrary } from "../../../drivers/profile_library.ts";
import { exampleModel, type Values } from "../../../drivers/simulation.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { parseConfig } from "../../config_file.ts";
import { InnerNode } from "../../fixture_inner_node.ts";
import { FRIDGE, SiteCold } from "./fixture_cold_desk.ts";

const CONTACT = { device: "thermometer", point: "mains", off: false };

test("C4 C9: the contact of a real line says that power is off: an alarm at once, over when it is on", async () => {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(new TemporaryFolder());
  const profile = new ProfileLibrary(builtInProfiles()).get("vaccine-fridge");
  if (profile?.protocol !== "modbus") throw new Error("It is no Modbus profile");
  let mains = true;
  const values = exampleModel(profile.points);
  const model = (ms: number): Values => ({ ...values(ms), mains });
  const at = { host: "127.0.0.1", port: 0 };
  const device = opened.use(await ModbusSimulator.start({ profile, model, ...at }));
  const node = opened.use(
    await InnerNode.start(parseConfig(stringify({
      role: "site",
      node: "site-017",
      title: { zh: "河口镇卫生院", en: "Hekou" },
      dataDir: join(folder.path, "data"),
      http: { port: freePort() },
      sources: [{
        name: "fridges",
        driver: "modbus",
        settings: {
          connection: { type: "tcp", host: "127.0.0.1", port: device.port },
          devices: [{ id: "thermometer", profile: "vaccine-fridge", intervalSeconds: 0.5 }],
        },
      }],
      coldchain: { units: [{ ...FRIDGE, manual: false, power: CONTACT }] },
    }))),
  );
  const alarms = async () => {
    const answer = await (await node.fetch("/api/coldchain/alarms")).json();
    return answer.map(({ cause, level, state }: Record<string, string>) =>
      `${cause} ${level} ${state}`
    );
  };
  const units = async () => await (await node.fetch("/api/coldchain/units")).json();
  await until("it is read", async () => (await units()).at(0)?.probes.at(0)?.state === "good");
  expect(await alarms()).toEqual([]);
  mains = false;
  await until("it is told", async () => (await alarms()).length > 0);
  expect(await alarms()).toEqual(["power-off 1 open"]);
  mains = true;
  await until("it is over", async () => (await alarms())[0] === "power-off 1 recovered");
  mains = false;
  await until("it is another one", async () => (await alarms()).length === 2);
  expect(await alarms()).toEqual(["power-off 1 open", "power-off 1 recovered"]);
});

/** A device that tells its power each minute, as the tables know it. */
async function known(cold: SiteCold): Promise<void> {
  const about = { title: { zh: "箱", en: "Fridge" }, profile: "p", source: "s" };
  const device = { device: "thermometer", ...about, intervalSeconds: 60, points: {} };
  const title = { zh: "河口镇卫生院", en: "Hekou" };
  await cold.tables.append("catalogue", { title, devices: [device] }, 0, "reading");
}

async function tellsPower(cold: SiteCold, minute: number, value: boolean): Promise<void> {
  const readings = [
    { point: "temperature", value: 5, unit: "Cel", quality: "good" },
    { point: "mains", value, unit: "", quality: "good" },
  ];
  await cold.tables.append("reading", { device: "thermometer", readings }, minute * 60_000);
}

test("C4 T12: power-off comes to its levels at 0, 60 and 60 minutes, over a restart and set clocks", async () => {
  await using cold = await SiteCold.open([{ ...FRIDGE, power: CONTACT }]);
  await known(cold);
  await tellsPower(cold, 1, true);
  await cold.look(1);
  expect(await cold.episodes()).toEqual([]);
  const told = async () => (await cold.told()).filter((one) => one.includes("power-off"));
  await tellsPower(cold, 2, false);
  await cold.look(2);
  expect(await told()).toEqual(["raised cold-power-off 1"]);
  for (let minute = 3; minute <= 62; minute++) await tellsPower(cold, minute, false);
  await cold.restart();
  // Neither hastens it that the wall clock is set on, nor stops it that it is set back.
  cold.aheadMs = 5 * 60 * 60_000;
  await cold.look(61.99);
  expect(await told()).toHaveLength(1);
  cold.aheadMs = -5 * 60 * 60_000;
  await cold.look(62);
  await cold.look(62.1);
  expect(await told()).toEqual([
    "raised cold-power-off 1",
    "escalated cold-power-off 2",
    "escalated cold-power-off 3",
  ]);
});

test("C4 C7 T12: a unit whose device is offline is an alarm of its own after 60 minutes, once", async () => {
  await using cold = await SiteCold.open();
  await known(cold);
  await cold.reads(1, [5]);
  const state = (state: string, minute: number) =>
    cold.tables.append(
      "state",
      { device: "thermometer", state, reason: "a test" },
      minute * 60_000,
    );
  await state("offline", 2);
  const offline = async () => (await cold.told()).filter((one) => one.includes("offline"));
  // Over a restart of the process nothing but the boot-time clock counts, wherever the wall is set.
  await cold.restart();
  cold.aheadMs = 5 * 60 * 60_000;
  await cold.look(61.99);
  expect(await offline()).toEqual([]);
  await cold.restart();
  cold.aheadMs = -5 * 60 * 60_000;
  await cold.look(62.04);
  expect(await offline()).toEqual(["raised cold-offline 1"]);
  await cold.restart();
  await cold.look(63);
  await state("online", 64);
  await cold.look(65);
  expect(await offline()).toEqual(["raised cold-offline 1", "recovered cold-offline 1"]);
  expect(await cold.episodes()).toContain("offline 1 recovered");
});
