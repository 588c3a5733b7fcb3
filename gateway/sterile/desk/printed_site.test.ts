import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import { openSimulatedPort, type SimulatedPort } from "../../../drivers/serial/pty_pair.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { newEntry } from "../../collected_entry.ts";
import { parseConfig } from "../../config_file.ts";
import { InnerNode } from "../../fixture_inner_node.ts";
import { openNode } from "../../node.ts";
import { TABLES_THREAD } from "../../tables_thread.ts";
import { exampleBytes } from "../fixture_printouts.ts";

const SITE = "site-017";
const PROGRAM = { method: "prevacuum", setpointCel: 134, loads: ["instruments"] } as const;
const ports: SimulatedPort[] = [];
let folder: TemporaryFolder;
let node: InnerNode;

const title = { zh: "灭菌器", en: "Steriliser" };
const source = (name: string, { port }: SimulatedPort) => ({
  name,
  driver: "printer",
  settings: {
    connection: { type: "serial", port },
    devices: [{ id: name, title, profile: "printer-port" }],
  },
});
const steriliser = (id: string, device: string, grammar: string, program: object) => ({
  ...{ id, title, device, grammar, temperatures: ["chamber"], altitudeMetres: 0 },
  programs: [{ id: "p", ...PROGRAM, ...program }],
});

/** Elara prints its record when it is done; DAC prints a line when it happens. */
beforeAll(async () => {
  folder = new TemporaryFolder();
  ports.push(await openSimulatedPort(null), await openSimulatedPort(null));
  const [elara, dac] = ports;
  const validated = { by: "检测机构", report: "2026-031", day: "2026-01-20" };
  const config = parseConfig(stringify({
    role: "site",
    node: SITE,
    title: { zh: "河口镇卫生院", en: "Hekou" },
    dataDir: join(folder.path, "data"),
    http: { port: freePort() },
    sources: [source("elara", elara), source("dac", dac)],
    sterile: {
      sterilisers: [
        steriliser("S1", "elara", "tuttnauer-elara", {
          ...{ names: ["WRAPPED INSTU"], holdSeconds: 300 },
        }),
        steriliser("S2", "dac", "dac-universal", {
          ...{ names: ["Universal/134?C/3min"], holdSeconds: 180, validated },
        }),
      ],
    },
  }));
  {
    await using before = await openNode(config, () => {}, { tablesThread: TABLES_THREAD });
    const time = before.clock.now();
    const load = {
      ...{ id: "load-1", site: SITE, load: "L-1", steriliser: "S1", type: "instruments" },
      ...{ packs: ["P-1"], by: { id: "li" } },
    };
    await before.journal.append([newEntry("record", "sterile-load", time, load)], time);
  }
  node = await InnerNode.start(config);
}, 60_000);
afterAll(async () => {
  await node?.[Symbol.asyncDispose]();
  for (const port of ports) await port[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function asked(path: string) {
  return await (await node.fetch(`/api/${path}`)).json();
}

interface ListedCycle {
  readonly cycle: string;
  readonly steriliser: string;
  readonly number: string;
  readonly verdict: string;
  readonly startedMs: number;
  readonly endedMs: number;
}

/**
 * The first cycles of one steriliser, once there are as many. On a slow machine there may be one
 * more: a print-out that goes on with nothing is over by itself some seconds after its end.
 */
async function firstCycles(steriliser: string, count: number): Promise<readonly ListedCycle[]> {
  let found: readonly ListedCycle[] = [];
  await until(`${count} are judged`, async () => {
    const all: readonly ListedCycle[] = await asked("sterile/cycles");
    found = all.filter((one) => one.steriliser === steriliser).toReversed();
    return found.length >= count;
  });
  return found.slice(0, count);
}

const lineOf = ({ number, verdict }: ListedCycle) => `${number} ${verdict}`;

/** At the pace of the line; all of it is stored when its last line is. */
async function prints({ line }: SimulatedPort, text: Uint8Array): Promise<void> {
  for (let at = 0; at < text.length; at += 64) await line.write(text.subarray(at, at + 64));
}

const elaraText = (change: (text: string) => string) =>
  new TextEncoder().encode(change(new TextDecoder().decode(exampleBytes("tuttnauer-elara"))));

describe("S6 a steriliser with a printer and nothing else, on a serial line", () => {
  test("S1: its print-out is a cycle with its number, its hold and a verdict", async () => {
    await until(
      "both ports are open",
      async () =>
        (await asked("devices")).filter(({ state }: { state: string }) => state === "online")
          .length === 2,
    );
    await prints(ports[0], exampleBytes("tuttnauer-elara"));
    // The next one begins: the first is over.
    const next = (text: string) =>
      text.replace("001207", "001208").replace(/^S 00:2[56]:00.*\n/gm, "");
    await prints(ports[0], elaraText(next));
    const [first] = await firstCycles("S1", 1);
    expect(lineOf(first)).toBe("001207 pass");
    const { cycle, startedMs, endedMs } = first;
    // It printed all of it when it was over: it began as long before as its rows last.
    expect((endedMs - startedMs) / 60_000).toBeGreaterThan(5);
    expect(await asked(`sterile/cycles/${cycle}`)).toMatchObject({
      standing: {
        ...{ steriliser: "S1", number: "001207", program: "p", source: "printed", load: "L-1" },
        ...{ holdSeconds: 300, lowestCel: 135.222, highestCel: 135.556, reasons: [] },
      },
    });
  });

  test("S3: rows that are missing are undetermined, and so is a print-out without a load", async () => {
    await prints(ports[0], elaraText((text) => text.replace("001207", "001209")));
    const told = await firstCycles("S1", 2);
    expect(told.map(lineOf)).toEqual(["001207 pass", "001208 undetermined"]);
  });

  test("S1 S3: the device's own word that it failed stands; a record that came at once proves no hold", async () => {
    await prints(ports[1], exampleBytes("dac-universal"));
    await firstCycles("S2", 1);
    await prints(ports[1], exampleBytes("dac-universal-failed"));
    const told = await firstCycles("S2", 2);
    expect(told.map(({ verdict }) => verdict)).toEqual(["undetermined", "fail"]);
  });
});
