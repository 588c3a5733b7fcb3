/** How much of a serial line our site uses: ten devices on it, asked as often as it carries. */
import * as z from "zod";
import { freePort, listening } from "../../drivers/fixtures.ts";
import { lineTiming } from "../../drivers/modbus/settings.ts";
import { ptyPair } from "../../drivers/serial/fixtures.ts";
import { serialSettings } from "../../drivers/serial/settings.ts";
import { pause, script, siteOf, stretch } from "./modbus_load.ts";
import { Measured } from "./processes.ts";

export const BAUD = 9600;
const DEVICES = 10;
/** Far more often than the line carries. */
const INTERVAL_SECONDS = 0.1;

export interface LineUse {
  /** A second. */
  readonly polls: number;
  readonly points: number;
  readonly requests: number;
  /** What the line would carry if no moment of it was lost. */
  readonly requestsMost: number;
  /** Of the time: bytes and the silence that has to be between frames. */
  readonly used: number;
  readonly cpuShare: number;
}

const countsSchema = z.object({ requests: z.number(), bytes: z.number(), early: z.number() });

export async function measureLine(seconds: number): Promise<LineUse> {
  await using pair = await ptyPair();
  const [port, slavesPort] = pair.ports;
  const controlPort = freePort();
  await using _slaves = new Measured(
    ...script("./modbus_slaves.ts", slavesPort, String(BAUD), String(controlPort)),
  );
  await listening(controlPort);
  const connection = serialSettings.parse({ type: "serial", port, baud: BAUD });
  const devices = Array.from({ length: DEVICES }, (_, index) => ({
    id: `unit-${index + 1}`,
    profile: "bench-line",
    unit: index + 1,
  }));
  const settings = { connection, devices };
  const sources = [{ name: "line", driver: "modbus", settings }];
  await using site = await siteOf(sources, INTERVAL_SECONDS);
  while ((await site.stored()).polls < DEVICES) await pause(0.1);
  let bytes: number[] = [];
  const rates = await stretch(site.process, async () => {
    const counts = countsSchema.parse(
      await (await fetch(`http://127.0.0.1:${controlPort}`)).json(),
    );
    if (counts.early > 0) throw new Error(`${counts.early} requests came too early`);
    bytes = [...bytes, counts.bytes];
    return { ...await site.stored(), requests: counts.requests };
  }, seconds);
  const { characterMs, gapMs } = lineTiming(connection);
  const requests = rates.requests * rates.seconds;
  const eachMs = (bytes[1] - bytes[0]) / requests * characterMs + 2 * gapMs;
  const { polls, points, cpuShare } = rates;
  const requestsMost = 1000 / eachMs;
  const used = rates.requests / requestsMost;
  return { polls, points, requests: rates.requests, requestsMost, used, cpuShare };
}
