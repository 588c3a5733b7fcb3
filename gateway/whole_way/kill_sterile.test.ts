import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { ModbusSimulator } from "../../drivers/modbus/simulator.ts";
import { builtInProfiles, ProfileLibrary } from "../../drivers/profile_library.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { steriliserModel } from "../demo/steriliser_model.ts";
import { NodeProcess } from "../fixtures.ts";

const HOLD_SECONDS = 6;
const MODEL = steriliserModel([{ holdSeconds: HOLD_SECONDS, fault: null }], {
  pauseSeconds: 1,
  pace: 200,
});
/** Of a cycle's life: as air leaves, as it holds, as steam leaves, behind its end. */
const MOMENTS_MS = [1800, 4000, 8300, 9300];
const CYCLE_MS = 1000 + HOLD_SECONDS * 1000 + 2200;

let folder: TemporaryFolder;
let device: ModbusSimulator;
let site: NodeProcess;
let startedMs = Infinity;

beforeAll(async () => {
  folder = new TemporaryFolder();
  const profile = new ProfileLibrary(builtInProfiles()).get("enbio-steriliser");
  if (profile?.protocol !== "modbus") throw new Error("It is no Modbus profile");
  const sinceMs = () => performance.now() - startedMs;
  device = await ModbusSimulator.start({
    profile,
    // One cycle, and then it is idle.
    model: () => MODEL(sinceMs() > 0 && sinceMs() < CYCLE_MS ? sinceMs() : 0),
    host: "127.0.0.1",
    port: 0,
  });
  const connection = { type: "tcp", host: "127.0.0.1", port: device.port };
  const devices = [{ id: "autoclave-1", profile: "enbio-steriliser", intervalSeconds: 0.25 }];
  site = new NodeProcess(folder.path, {
    name: "site-1",
    role: "site",
    more: {
      sources: [{ name: "autoclave", driver: "modbus", settings: { connection, devices } }],
      sterile: {
        sterilisers: [{
          id: "S1",
          title: { zh: "灭菌器", en: "Steriliser" },
          device: "autoclave-1",
          points: "enbio-steriliser",
          temperatures: ["chamber"],
          altitudeMetres: 20,
          programs: [],
        }],
      },
    },
  });
  await site.start();
});
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await device?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

const cyclesSchema = z.array(
  z.object({ cycle: z.string(), verdict: z.string(), judgements: z.number() }),
);
const cycles = async () => cyclesSchema.parse(await site.ask("/api/sterile/cycles?limit=200"));

test.each(MOMENTS_MS)(
  "S3 G1 a kill %d ms into a cycle never yields a pass, nor loses or doubles what was told",
  async (moment) => {
    const before = await cycles();
    const known = new Set(before.map(({ cycle }) => cycle));
    startedMs = performance.now();
    await until("the moment has come", () => performance.now() - startedMs >= moment);
    await site.kill("SIGKILL");
    const shown = before;
    await site.start();
    await until("the cycle is over", () => performance.now() - startedMs >= CYCLE_MS);
    startedMs = Infinity;
    await until(
      "it is judged",
      async () => (await cycles()).some(({ cycle }) => !known.has(cycle)),
    );
    const after = await cycles();
    // What was shown stays as it was: nothing is lost, nothing judged twice.
    for (const one of shown) expect(after).toContainEqual(one);
    const fresh = after.filter(({ cycle }) => !known.has(cycle));
    expect(new Set(fresh.map(({ cycle }) => cycle)).size).toBe(fresh.length);
    expect(fresh.every(({ judgements }) => judgements === 1)).toBe(true);
    // Nobody said what was loaded, and part of it nobody saw.
    expect(fresh.map(({ verdict }) => verdict)).not.toContain("pass");
  },
);
