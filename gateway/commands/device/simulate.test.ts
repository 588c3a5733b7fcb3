import { describe, expect, test } from "vitest";
import { DrivenRun, Program, until } from "../../../drivers/fixtures.ts";
import { modbus } from "../../../drivers/modbus/modbus.ts";
import { mqttBroker } from "../../../drivers/mqtt/broker.ts";
import { brokerFor, PASSWORD } from "../../../drivers/mqtt/fixtures.ts";
import { builtInProfiles, readProfiles } from "../../../drivers/profile_library.ts";
import { scale } from "../../../drivers/scale/scale.ts";
import { testedProgram } from "../../fixture_program.ts";

function simulate(...args: string[]): Program {
  const [program, all] = testedProgram("device", "simulate", ...args);
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

  test("answers Modbus RTU on a pseudo terminal, and tells faults and the seed that repeats them", async () => {
    const folder = Deno.makeTempDirSync();
    const faults = ["--fault", "noise=0.2", "--fault", "silent=0.05", "--seed", "17"];
    const port = `${folder}/fridge`;
    await using device = simulate("xy-md02", "--pty", port, "--unit", "9", ...faults);
    await until("it is there", () => device.output.includes("8N1, on "));
    expect(device.output).toContain("faults: noise=0.2, silent=0.05; --seed 17 brings the same");
    expect(device.output).toContain(`RTU at 9600 baud, 8N1, on ${port}, unit 9\n`);
    const profile = readProfiles(builtInProfiles()).get("xy-md02");
    await using run = DrivenRun.of(modbus, {
      connection: { type: "serial", port },
      devices: [{ id: "room-1", profile, unit: 9, intervalSeconds: 0.1 }],
    });
    await until("readings", () => run.of("reading").length > 3 || run.ended !== null);
    const readings = run.of("reading").flatMap((one) => one.readings);
    expect(readings.every(({ quality }) => quality === "good")).toBe(true);
    await run.abort();
    await device.kill("SIGTERM");
    expect(device.output).not.toContain("rror");
    expect([...Deno.readDirSync(folder)]).toEqual([]);
  });

  test("answers Modbus RTU as behind a converter, of a profile in a file", async () => {
    const built = `${builtInProfiles()}/renke-rs-ws-n01.yaml`;
    const file = `${Deno.makeTempDirSync()}/renke-rs-ws-n01.yaml`;
    Deno.copyFileSync(built, file);
    await using device = simulate(file, "--rtu-tcp", "0", "--baud", "115200");
    const address = /Modbus RTU at 115200 baud on 127\.0\.0\.1:(\d+), any unit\n/;
    await until("it listens", () => address.test(device.output));
    const port = Number(address.exec(device.output)?.[1]);
    const profile = readProfiles(builtInProfiles()).get("renke-rs-ws-n01");
    await using run = DrivenRun.of(modbus, {
      connection: { type: "rtu-over-tcp", host: "127.0.0.1", port, baud: 115_200 },
      devices: [{ id: "room-1", profile }],
    });
    await until("a reading", () => run.of("reading").length > 0 || run.ended !== null);
    expect(run.of("reading")[0].readings.every(({ quality }) => quality === "good")).toBe(true);
  });

  test("sends the frames of a scale on a pseudo terminal", async () => {
    await using device = simulate("mettler-toledo-continuous", "--pty");
    const place = /sends its frames on (\S+), 8N1\n/;
    await until("it is there", () => place.test(device.output));
    const port = place.exec(device.output)?.[1];
    const profile = readProfiles(builtInProfiles()).get("mettler-toledo-continuous");
    const bits = { dataBits: 8, parity: "none" };
    await using run = DrivenRun.of(scale, {
      connection: { type: "serial", port, ...bits },
      devices: [{ id: "scale-1", profile }],
    });
    await until("a reading", () => run.of("reading").length > 0 || run.ended !== null);
    expect(run.of("state")).toMatchObject([{ state: "online" }]);
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
    [["none.yaml"], /^Cannot read profile "none\.yaml": No such file/],
    [
      ["vaccine-fridge"],
      /^"vaccine-fridge" speaks Modbus: give --tcp PORT, --rtu-tcp PORT or --pty$/,
    ],
    [["vaccine-fridge", "--mqtt", "mqtt://127.0.0.1:1"], /^"vaccine-fridge" speaks Modbus: give /],
    [["vaccine-fridge", "--tcp", "0", "--pty"], /^"vaccine-fridge" speaks Modbus: give /],
    [
      ["vaccine-fridge", "--tcp", "0", "--unit", "256"],
      /^--unit 256: want a whole number up to 255$/,
    ],
    [["vaccine-fridge", "--pty", "--baud", "1"], /^--baud 1: want 300 to 921600$/],
    [
      ["vaccine-fridge", "--tcp", "0", "--fault", "slow"],
      /^Cannot play the fault "slow": want silent/,
    ],
    [["vaccine-fridge", "--tcp", "0", "--fault", "wrong-crc"], /^Modbus TCP has no CRC/],
    [["yaohua-a12e"], /^"yaohua-a12e" is a scale: give --tcp PORT or --pty$/],
    [["yaohua-a12e", "--pty", "/none/port"], /^Cannot make the port "\/none\/port"/],
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
