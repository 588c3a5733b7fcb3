import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../../drivers/fixtures.ts";
import { profileOf, type Pymodbus, pymodbus } from "../../../drivers/modbus/fixtures.ts";
import { parseRecording } from "../../../drivers/modbus/recording.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { exchangeView } from "../../devices/trace_api.ts";
import { NodeProcess } from "../../fixtures.ts";
import { testedProgram } from "../../fixture_program.ts";
import { brokerLine, modbusLine, writeProfiles } from "../../whole_way/fixtures.ts";

const PROFILE = profileOf({ value: { address: 7, type: "int16" } }, { profile: "one-register" });

describe("exchanges of a running site", () => {
  const folder = new TemporaryFolder();
  let device: Pymodbus;
  let site: NodeProcess;

  beforeAll(async () => {
    device = await pymodbus([{ table: "holding", address: 7, type: "int16", value: 42 }]);
    const sources = [
      modbusLine("fridge-1", device.port, "one-register"),
      modbusLine("gone", freePort(), "one-register"),
      brokerLine(freePort(), { sensor: "temperature-humidity" }),
    ];
    const more = { profilesDir: writeProfiles(folder.path, PROFILE), sources };
    site = new NodeProcess(folder.path, { name: "site-1", role: "site", more });
    await site.start();
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await device[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  test("are shown as bytes and in words, and no more than the last 20", async () => {
    const ask = async () =>
      z.array(exchangeView).parse(await site.ask("/api/devices/fridge-1/trace"));
    await until("20 exchanges", async () => (await ask()).length === 20);
    const { code, printed } = await site.run("device", "trace", "fridge-1");
    expect(code).toBe(0);
    const time = String.raw`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    expect(printed).toMatch(
      new RegExp(
        [
          `^${time} > .. .. 00 00 00 06 01 03 00 07 00 01`,
          " {24} = unit 1: read holding 7",
          `${time} < .. .. 00 00 00 05 01 03 02 00 2a`,
          " {24} = answered 0x002a\n",
        ].join("\n"),
      ),
    );
    const asked = printed.split("\n").filter((line) => line.includes(" > "));
    expect(asked.length).toBe(20);
    const json = await site.run("device", "trace", "fridge-1", "--json");
    expect(z.array(exchangeView).parse(JSON.parse(json.printed))).toHaveLength(20);
  });

  test("are recorded into a new file, which replays to what the device told", async () => {
    const file = join(folder.path, "fridge-1.yaml");
    const record = ["device", "trace", "fridge-1", "--record", file, "--for", "2"];
    const { code, printed } = await site.run(...record);
    expect(printed).toMatch(/fridge-1\.yaml: \d+ exchanges, from 20\S+Z to 20\S+Z\n/);
    const replay = `tributary device replay ${file} --profile one-register`;
    expect(printed).toContain(replay);
    expect(code).toBe(0);
    const { exchanges } = parseRecording(Deno.readTextFileSync(file), file);
    expect(exchanges.length).toBeGreaterThan(20);
    const profile = join(folder.path, "profiles", "one-register.yaml");
    const [program, args] = testedProgram("device", "replay", file, "--profile", profile);
    const replayed = await new Deno.Command(program, { args }).output();
    const text = new TextDecoder().decode(replayed.stdout);
    expect(text.match(/^20\S+Z +value +42 +good$/gm)).toHaveLength(exchanges.length);
    expect((await site.run(...record)).printed).toContain("it is there already; give another name");
  });

  test("are none of a device that was never reached, which is said", async () => {
    const { code, printed } = await site.run("device", "trace", "gone");
    expect(printed).toContain("gone was not asked yet; `tributary status` says why");
    expect(code).toBe(0);
    const recorded = await site.run("device", "trace", "gone", "--record", `${folder.path}/none`);
    expect(recorded.printed).toContain("Nothing was said yet; ");
    expect(recorded.code).toBe(1);
  });

  test.each([
    ["fridge-2", 'there is no "fridge-2"; it has fridge-1, gone, sensor'],
    ["sensor", 'Exchanges are kept of Modbus devices only; "sensor" is on a line of mqtt-broker'],
  ])("of %s are none: exit 1, saying why", async (name, message) => {
    const { code, printed } = await site.run("device", "trace", name);
    expect(printed).toContain(message);
    expect(code).toBe(1);
  });
});
