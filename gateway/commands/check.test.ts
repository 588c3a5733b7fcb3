import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { centresFor, enrol, NodeProcess } from "../fixtures.ts";
import { findingsText } from "./check.ts";

/** The marks of the lines that begin with a mark, by what they are about. */
function findings(printed: string): Map<string, string> {
  return new Map(
    [...printed.matchAll(
      /^([✓!✕]) ((?:folder|disk|clock|port|line|centre|counties|the|http)\b.*)$/gm,
    )]
      .map(([, mark, rest]) => [rest, mark]),
  );
}

function fridge(name: string, port: number) {
  const connection = { type: "tcp", host: "127.0.0.1", port };
  const devices = [{ id: name, profile: "vaccine-fridge" }];
  return { name, driver: "modbus", settings: { connection, devices } };
}

test("every fault is found at once, and told with what to do; exit code 1", async () => {
  using folder = new TemporaryFolder();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using broker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  hangUp(taken);
  const [deviceless, dead] = [freePort(), freePort()];
  Deno.writeTextFileSync(join(folder.path, "file"), "");
  const dataDir = join(folder.path, "file", "data");
  const settings = { host: "127.0.0.1", port: broker.addr.port };
  const hospital = {
    url: `mqtt://127.0.0.1:${dead}`,
    clientId: "c",
    devices: [{ id: "th-1", profile: "temperature-humidity" }],
  };
  const scale = {
    connection: { type: "serial", port: join(folder.path, "ttyUSB0") },
    devices: [{ id: "scale-1", profile: "yaohua-a12e" }],
  };
  const node = new NodeProcess(folder.path, {
    name: "site-1",
    role: "site",
    port: taken.addr.port,
    more: {
      dataDir,
      counties: [{ node: "county-a", url: `http://127.0.0.1:${dead}` }],
      sources: [
        { name: "sensors", driver: "mqtt-broker", settings },
        fridge("fridge-1", deviceless),
        { name: "hospital", driver: "mqtt-client", settings: hospital },
        { name: "waste", driver: "scale", settings: scale },
      ],
    },
  });
  const { code, printed } = await node.run("check");
  expect(code).toBe(1);
  const faults = [...findings(printed)].filter(([, mark]) => mark === "✕").map(([what]) => what);
  expect(faults).toEqual([
    expect.stringMatching(/^folder .*: Not a directory.*set dataDir to a folder of its own$/),
    expect.stringMatching(/^disk of /),
    expect.stringMatching(/^port 127\.0\.0\.1:\d+ \(console and API\): .*choose another port$/),
    expect.stringMatching(/^port 127\.0\.0\.1:\d+ \(sensors\): .*choose another port$/),
    expect.stringMatching(/^centre county-a: cannot reach http:\/\/127\.0\.0\.1:\d+: /),
    expect.stringMatching(/^line fridge-1 \(modbus\): cannot reach 127\.0\.0\.1:\d+: /),
    expect.stringMatching(/^line hospital \(mqtt-client\): cannot reach 127\.0\.0\.1:\d+: /),
    expect.stringMatching(
      /^line waste \(scale\): No such file .*; look under \/dev\/serial\/by-id/,
    ),
  ]);
  expect(printed).toContain("! counties: 1 of 2 centres configured");
  expect(printed.trimEnd().split("\n").at(-1)).toBe("Not all is well");
});

test("polls that do not fit on a line are told before they are left out", async () => {
  using folder = new TemporaryFolder();
  const connection = { type: "serial", port: join(folder.path, "ttyUSB0"), baud: 1200 };
  const devices = Array.from({ length: 20 }, (_, index) => ({
    ...{ id: `fridge-${index + 1}`, profile: "vaccine-fridge" },
    ...{ unit: index + 1, intervalSeconds: 1 },
  }));
  const sources = [{ name: "bus", driver: "modbus", settings: { connection, devices } }];
  const more = { counties: centresFor([]), sources };
  const node = new NodeProcess(folder.path, { name: "site-1", role: "site", more });
  const { printed } = await node.run("check");
  expect(printed).toMatch(/^! line bus \(modbus\): its polls take \d{3,} % of the line's time/m);
  expect(printed).toMatch(
    /so that some are left out; make intervalSeconds \d+\.\d times as long, raise/,
  );
});

test("a line that is not set as its devices leave their factory is told", async () => {
  using folder = new TemporaryFolder();
  const connection = { type: "serial", port: join(folder.path, "ttyUSB0") };
  const devices = [{ id: "case-1", profile: "danfoss-ak-cc55" }];
  const sources = [{ name: "bus", driver: "modbus", settings: { connection, devices } }];
  const more = { counties: centresFor([]), sources };
  const node = new NodeProcess(folder.path, { name: "site-1", role: "site", more });
  const { printed } = await node.run("check");
  const told = "! line of case-1: it leaves its factory with parity even, the line has none";
  expect(printed).toContain(told);
});

/** Takes connections and closes them, as what is no node may do. */
async function hangUp(listener: Deno.Listener): Promise<void> {
  for await (const connection of listener) connection.close();
}

describe("a port that somebody has", () => {
  test("is told also when what has it answers everything with ok", async () => {
    using folder = new TemporaryFolder();
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    await using other = Deno.serve(options, () => Response.json({ node: "another" }));
    const { port } = other.addr;
    const node = new NodeProcess(folder.path, { name: "county-a", role: "county", port });
    const { code, printed } = await node.run("check");
    expect(code).toBe(1);
    expect(printed).toContain(`✕ port 127.0.0.1:${port} (console and API): `);
  });

  test("is none of anybody else's when the node itself runs", async () => {
    using folder = new TemporaryFolder();
    await using node = await new NodeProcess(folder.path, { name: "county-a", role: "county" })
      .start();
    const { code, printed } = await node.run("check");
    expect(code).toBe(0);
    expect(printed).toContain("✓ the node: it is running; its ports are its own");
  });
});

test("a certificate that cannot be read is told", async () => {
  using folder = new TemporaryFolder();
  const tls = { certificate: join(folder.path, "c.pem"), key: join(folder.path, "k.pem") };
  Deno.writeTextFileSync(tls.key, "");
  const more = { http: { host: "127.0.0.1", port: freePort(), tls } };
  const node = new NodeProcess(folder.path, { name: "county-a", role: "county", more });
  const { code, printed } = await node.run("check");
  expect(code).toBe(1);
  expect(printed).toContain(`✕ http.tls.certificate ${tls.certificate}: No such file`);
  expect(printed).toContain(`✓ http.tls.key ${tls.key}: can be read`);
});

test("where all is well the exit code is 0; a centre that does not know us yet is a warning", async () => {
  using folder = new TemporaryFolder();
  await using county = await new NodeProcess(folder.path, { name: "county-a", role: "county" })
    .start();
  using device = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const site = new NodeProcess(folder.path, {
    name: "site-1",
    role: "site",
    more: { counties: centresFor([county]), sources: [fridge("fridge-1", device.addr.port)] },
  });
  const before = await site.run("check");
  expect(before.code).toBe(0);
  const notYet = `! centre county-a: ${county.url}, not enrolled yet: \`tributary enroll CODE\``;
  expect(before.printed).toContain(notYet);
  await enrol(county, site);
  const after = await site.run("check");
  expect(after.code).toBe(0);
  expect(after.printed).toContain(`✓ centre county-a: ${county.url}, enrolled`);
  expect(after.printed).toContain(`✓ port 127.0.0.1:${site.port} (console and API): free`);
  expect(after.printed).toContain("✓ line fridge-1 (modbus): ");
});

test("findings are one line each, and told apart by a mark", () => {
  const text = findingsText([
    { level: "ok", what: "clock", found: "synchronised" },
    { level: "warning", what: "disk", found: "little" },
    { level: "fault", what: "port", found: "taken" },
  ]);
  expect(text).toBe("✓ clock: synchronised\n! disk: little\n✕ port: taken");
});
