/** What bench:modbus measures: our site and the floor, at the devices that both of them ask. */
import * as z from "zod";
import { freePort, listening } from "../../drivers/fixtures.ts";
import { type CommandLine, ourProgram } from "../program.ts";
import type { FloorLoad } from "./modbus_floor.ts";
import { REGISTERS, REQUESTS_MIN, TAGS, writeProfiles } from "./modbus_tags.ts";
import { deno, Measured } from "./processes.ts";
import { writeSite } from "./site_files.ts";

const WARMUP_SECONDS = 3;

/** What was done since the process that is measured began. */
export interface Counts {
  /** Polls that are on the disk, each an entry; of the floor those that were answered. */
  readonly polls: number;
  /** Values in them that are good. */
  readonly points: number;
  /** As the devices count them. */
  readonly requests: number;
}

/** A second of a stretch of so many seconds; and what the process took for it. */
export interface Rates extends Counts {
  readonly seconds: number;
  /** Requests for a poll, since its start; those are included whose poll is still under way. */
  readonly requestsOfPoll: number;
  /** Of one processor. */
  readonly cpuShare: number;
  readonly residentMiB: number;
}

const devicesSchema = z.object({
  ports: z.array(z.number()),
  requests: z.number(),
  wrong: z.number(),
});

export class Devices implements AsyncDisposable {
  readonly ports: readonly number[];
  readonly #process: Measured;
  readonly #controlPort: number;

  private constructor(process: Measured, controlPort: number, ports: readonly number[]) {
    this.#process = process;
    this.#controlPort = controlPort;
    this.ports = ports;
  }

  static async start(count: number): Promise<Devices> {
    const port = freePort();
    const process = new Measured(...script("./modbus_devices.ts", String(port), String(count)));
    await listening(port);
    const { ports } = await askDevices(port);
    return new Devices(process, port, ports);
  }

  /** Requests so far; throws when somebody asked for what is not there. */
  async requests(): Promise<number> {
    const { requests, wrong } = await askDevices(this.#controlPort);
    if (wrong > 0) throw new Error(`${wrong} requests were for what no device has`);
    return requests;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

async function askDevices(port: number): Promise<z.infer<typeof devicesSchema>> {
  return devicesSchema.parse(await (await fetch(`http://127.0.0.1:${port}`)).json());
}

/** A script of the bench under the same Deno. */
export function script(name: string, ...args: readonly string[]): CommandLine {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  return deno("--config", config, new URL(name, import.meta.url).pathname, ...args);
}

export interface Site extends AsyncDisposable {
  readonly process: Measured;
  /** What is on its disk, as it counts it. */
  readonly stored: () => Promise<Pick<Counts, "polls" | "points">>;
}

/** A site that runs with these sources, whose devices are asked at this interval. */
export async function siteOf(sources: readonly object[], intervalSeconds: number): Promise<Site> {
  const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
  const profilesDir = writeProfiles(dir, intervalSeconds);
  const { file, url } = await writeSite(dir, 0, { sources, profilesDir });
  const process = new Measured(...ourProgram("run", "-c", file));
  await listening(Number(new URL(url).port));
  return {
    process,
    stored: async () => {
      const text = await (await fetch(new URL("/metrics", url))).text();
      return {
        polls: summed(text, "tributary_readings_total{"),
        points: summed(text, 'tributary_points_total{quality="good"}'),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await process[Symbol.asyncDispose]();
      Deno.removeSync(dir, { recursive: true });
    },
  };
}

/** The whole site, a source each device. */
export async function measureSite(
  devices: Devices,
  intervalSeconds: number,
  seconds: number,
): Promise<Rates> {
  const sources = devices.ports.map((port, number) => ({
    name: `line-${number}`,
    driver: "modbus",
    settings: {
      connection: { type: "tcp", host: "127.0.0.1", port },
      devices: [{ id: `dev-${number}`, profile: "bench-tags" }],
    },
  }));
  const before = await devices.requests();
  await using site = await siteOf(sources, intervalSeconds);
  while ((await site.stored()).polls < devices.ports.length) await pause(0.1);
  const look = async () => ({
    ...await site.stored(),
    requests: await devices.requests() - before,
  });
  return await stretch(site.process, look, seconds);
}

/** `everyMs`: 0 for as fast as answers come. */
export async function measureFloor(
  devices: Devices,
  everyMs: number,
  seconds: number,
): Promise<Rates> {
  const load: FloorLoad = { ports: [...devices.ports], registers: REGISTERS, everyMs };
  const before = await devices.requests();
  await using process = new Measured(...script("./modbus_floor.ts", JSON.stringify(load)));
  while (await devices.requests() - before < devices.ports.length) await pause(0.1);
  return await stretch(process, async () => {
    const requests = await devices.requests() - before;
    const polls = requests / REQUESTS_MIN;
    return { requests, polls, points: TAGS * polls };
  }, seconds);
}

/** What a process does and takes in so many seconds, once it has done it for a while. */
export async function stretch(
  process: Measured,
  look: () => Promise<Counts>,
  seconds: number,
): Promise<Rates> {
  await pause(WARMUP_SECONDS);
  const at = async () => ({
    ...await look(),
    cpuSeconds: process.usage().cpuSeconds,
    ms: performance.now(),
  });
  const before = await at();
  await pause(seconds);
  const after = await at();
  const passed = (after.ms - before.ms) / 1000;
  return {
    seconds: passed,
    polls: (after.polls - before.polls) / passed,
    points: (after.points - before.points) / passed,
    requests: (after.requests - before.requests) / passed,
    requestsOfPoll: after.requests / after.polls,
    cpuShare: (after.cpuSeconds - before.cpuSeconds) / passed,
    residentMiB: process.usage().residentMiB,
  };
}

/** A counter of a page of metrics, summed over all labels. */
function summed(text: string, start: string): number {
  return text.split("\n")
    .filter((line) => line.startsWith(start))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
