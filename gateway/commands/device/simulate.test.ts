import { describe, expect, test } from "vitest";
import { DrivenRun, Program, until } from "../../drivers/fixtures.ts";
import { modbus } from "../../drivers/modbus/modbus.ts";
import { mqttBroker } from "../../drivers/mqtt/broker.ts";
import { brokerFor, PASSWORD } from "../../drivers/mqtt/fixtures.ts";
import { builtInProfiles, readProfiles } from "../../drivers/profile_library.ts";
import { scale } from "../../drivers/scale/scale.ts";
import { ourProgram } from "../program.ts";

function simulate(...args: string[]): Program {
  const [program, all] = ourProgram("device", "simulate", ...args);
  return new Program(program, all);
}

describe("a simulated device", () => {
  test("answers over Modbus as its profile says, until it is told to stop", async () => {
    await using device = simulate("vaccine-fridge", "--tcp", "0");
    const address = /answers Modbus TCP on 127\.0\.0\.1:(\d+), any unit\n/;
    await until("it listens", () => address.test(device.output));
    const port = Number(address.exec(device.output)?.[1]);
    const profile = readProfiles(builtInProfiles()).get("vaccine-fridge");
    await using run = DrivenRun.of(modbus, {
      connection: { type: "tcp", host: "127.0.0.1", port },
      devices: [{ id: "fridge-1", profile, unit: 9 }],
    });
    await until("a reading", () => run.of("reading").length > 0);
    const [{ readings }] = run.of("reading");
    expect(readings.every(({ quality }) => quality === "good")).toBe(true);
    expect(readings.map(({ point }) => point)).toContain("temperature");
    await run.abort();
    await device.kill("SIGTERM");
    expect(device.output).not.toContain("rror");
  });

  test("sends the frames of a scale as its profile says", async () => {
    await using device = simulate("yaohua-a12e", "--tcp", "0");
    const address = /sends its frames to whoever connects to 127\.0\.0\.1:(\d+)\n/;
    await until("it listens", () => address.test(device.output));
    const port = Number(address.exec(device.output)?.[1]);
    const profile = readProfiles(builtInProfiles()).get("yaohua-a12e");
    await using run = DrivenRun.of(scale, {
      connection: { type: "socket", host: "127.0.0.1", port },
      devices: [{ id: "scale-1", profile }],
    });
    await until("a reading", () => run.of("reading").length > 0);
    expect(run.of("reading")[0].readings.map(({ point }) => point)).toContain("weight");
    expect(run.of("state")).toMatchObject([{ state: "online" }]);
    await run.abort();
  });

  test("publishes over MQTT as its profile says", async () => {
    await using broker = DrivenRun.of(mqttBroker, brokerFor({ "th-1": "temperature-humidity" }));
    await until("the broker listens", () => broker.of("line").length > 0);
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const login = ["--name", "th-1", "--password", PASSWORD, "--interval", "0.1"];
    await using _device = simulate("temperature-humidity", "--mqtt", url, ...login);
    await until("two readings", () => broker.of("reading").length > 1);
    expect(broker.of("reading")[0].device).toBe("th-1");
    expect(broker.of("unreadable")).toEqual([]);
  });
});

describe("exit code 1, saying what to do:", () => {
  test.each([
    [["vaccine-frige"], /^There is no profile "vaccine-frige"; there are: .*vaccine-fridge/],
    [["vaccine-fridge"], /^"vaccine-fridge" speaks Modbus: give --tcp PORT$/],
    [["yaohua-a12e"], /^"yaohua-a12e" is a scale: give --tcp PORT$/],
    [["temperature-humidity"], /^"temperature-humidity" speaks MQTT: give --mqtt URL$/],
  ])("%j", async (args, message) => {
    const device = simulate(...args);
    await until("it ends", () => device.ended);
    await device.kill();
    expect(device.output.trimEnd()).toMatch(message);
  });

  test("a port that somebody has", async () => {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr;
    const device = simulate("vaccine-fridge", "--tcp", String(port));
    await until("it ends", () => device.ended);
    await device.kill();
    expect(device.output.trimEnd().split("\n")).toHaveLength(1);
    expect(device.output).toContain(`127.0.0.1:${port}`);
  });
});
