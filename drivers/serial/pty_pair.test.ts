import { expect, test } from "vitest";
import { until } from "../fixtures.ts";
import { gathered } from "./fixtures.ts";
import { openByteLine } from "./open_byte_line.ts";
import { joinPorts, openSimulatedPort } from "./pty_pair.ts";

test("a simulated port carries bytes both ways, and is gone afterwards", async () => {
  const folder = Deno.makeTempDirSync();
  const name = `${folder}/scale`;
  {
    await using place = await openSimulatedPort(name);
    expect(place.port).toBe(name);
    const far = { type: "serial", port: name, baud: 9600, dataBits: 8, stopBits: 1 } as const;
    await using line = await openByteLine({ ...far, parity: "none" });
    const [here, there] = [gathered(place.line), gathered(line)];
    await place.line.write(new TextEncoder().encode("weight"));
    await line.write(new TextEncoder().encode("ask"));
    await until("both have come", () => there.text === "weight" && here.text === "ask");
  }
  expect([...Deno.readDirSync(folder)]).toEqual([]);
});

test("a name that is taken, or has no folder, is refused and nothing is overwritten", async () => {
  const taken = Deno.makeTempFileSync();
  for (const name of [taken, `${taken}.folder/port`]) {
    await expect(openSimulatedPort(name)).rejects.toThrow(`Cannot make the port "${name}"`);
  }
  expect(Deno.statSync(taken).isFile).toBe(true);
});

test("ports that cannot be made are told with what socat says", async () => {
  const folder = Deno.makeTempDirSync();
  const ports = [`${folder}/a`, `${folder}/none/b`] as const;
  await expect(joinPorts(ports)).rejects.toThrow(/^Cannot make the ports .*: .*none\/b/s);
});

test("a machine without socat is told the line that installs it", async () => {
  const script = `
    const { joinPorts } = await import(${
    JSON.stringify(new URL("./pty_pair.ts", import.meta.url))
  });
    await joinPorts(["/nowhere/a", "/nowhere/b"]).catch((error) => console.log(error.message));
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", script],
    env: { PATH: "/nowhere" },
  }).output();
  expect(new TextDecoder().decode(stdout).trim())
    .toBe('Cannot make a pair of ports: "socat" is missing: sudo apt-get install -y socat');
});
