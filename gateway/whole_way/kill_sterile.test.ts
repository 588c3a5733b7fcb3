import { expect, test } from "vitest";
import * as z from "zod";
import { ModbusSimulator } from "../../drivers/modbus/simulator.ts";
import { builtInProfiles, ProfileLibrary } from "../../drivers/profile_library.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { pause } from "../../sync/timer.ts";
import { steriliserModel } from "../demo/steriliser_model.ts";
import { NodeProcess } from "../fixtures.ts";
import { addNurse, PINS, sessionOf } from "../waste/fixture_nurses.ts";
import { Chance, ROUNDS } from "./kills.ts";

/** The device holds longer than its program asks for: what is seen of it is enough. */
const [HOLD_MS, PROGRAM_SECONDS, PAUSE_MS] = [5000, 2, 500];
const MODEL = steriliserModel([{ holdSeconds: HOLD_MS / 1000, fault: null }], {
  pauseSeconds: PAUSE_MS / 1000,
  pace: 200,
});
/** Air leaves for 1.1 s, steam for 0.9 s. */
const HOLD_AT_MS = PAUSE_MS + 1100;
const CYCLE_MS = HOLD_AT_MS + HOLD_MS + 900;
/** An act takes about so long: kills come before, within and behind it. */
const ACT_MS = 300;
/** Power cuts of one life. */
const LIFE_KILLS = 11;

const P134 = {
  ...{ id: "p134", names: ["WRAPPED 134"], method: "prevacuum", setpointCel: 134 },
  ...{ holdSeconds: PROGRAM_SECONDS, loads: ["instruments", "test"] },
  validated: { by: "厂家", report: "V-1", day: "2026-01-01" },
};

const answer = z.object({ entry: z.string(), subject: z.string() });
const cycleLines = z.array(z.object({
  ...{ cycle: z.string(), load: z.string().nullable(), verdict: z.string() },
  judgements: z.number(),
}));
const standing = z.object({ state: z.string(), seen: z.array(z.string()) });
const trace = z.object({
  where: z.object({ kind: z.string() }),
  loads: z.array(z.object({ state: z.string() })),
});
const recalls = z.array(z.object({
  cause: z.string(),
  packs: z.array(z.object({ pack: z.string(), state: z.string() })),
}));

/** A site with a steriliser that runs when it is told to. */
class Site implements AsyncDisposable {
  readonly node: NodeProcess;
  readonly device: ModbusSimulator;
  readonly #started: { ms: number };
  /** Of each person: power cuts do not end them. */
  readonly #sessions = new Map<string, string>();

  private constructor(node: NodeProcess, device: ModbusSimulator, started: { ms: number }) {
    [this.node, this.device, this.#started] = [node, device, started];
  }

  static async start(folder: string): Promise<Site> {
    const profile = new ProfileLibrary(builtInProfiles()).get("enbio-steriliser");
    if (profile?.protocol !== "modbus") throw new Error("It is no Modbus profile");
    const started = { ms: Infinity };
    const model = () => {
      const sinceMs = performance.now() - started.ms;
      return MODEL(sinceMs > 0 && sinceMs < CYCLE_MS ? sinceMs : 0);
    };
    const device = await ModbusSimulator.start({ profile, model, host: "127.0.0.1", port: 0 });
    const connection = { type: "tcp", host: "127.0.0.1", port: device.port };
    const devices = [{ id: "autoclave-1", profile: "enbio-steriliser", intervalSeconds: 0.25 }];
    const steriliser = {
      ...{ id: "S1", title: { zh: "灭菌器", en: "Steriliser" }, device: "autoclave-1" },
      ...{ points: "enbio-steriliser", temperatures: ["chamber"], altitudeMetres: 20 },
      programs: [P134],
    };
    const node = new NodeProcess(folder, {
      ...{ name: "site-1", role: "site" },
      more: {
        sources: [{ name: "autoclave", driver: "modbus", settings: { connection, devices } }],
        sterile: { sterilisers: [steriliser] },
      },
    });
    await node.start();
    for (const name of ["li", "wang"]) await addNurse(node, name, ["sterile-technician"]);
    return new Site(node, device, started);
  }

  /** Kinds and ids of all that was written of sterile supply, in its order. */
  async entries(): Promise<{ readonly kind: string; readonly id: unknown }[]> {
    const streams = await Promise.all(
      ["record", "alarm"].map((stream) => this.node.entriesOf("site-1", stream)),
    );
    return streams.flat().filter(({ kind }) => kind.startsWith("sterile-"))
      .map(({ kind, body }) => ({ kind, id: body.id }));
  }

  async cycles() {
    return cycleLines.parse(await this.node.ask("/api/sterile/cycles?limit=200"));
  }

  async load(load: string) {
    const answered = await this.node.fetch(`/api/sterile/loads/${load}`);
    const json: unknown = await answered.json();
    return answered.status === 404 ? null : standing.parse(json);
  }

  async act(by: string, path: string, body: object) {
    const cookie = this.#sessions.get(by) ?? await sessionOf(this.node, by);
    this.#sessions.set(by, cookie);
    const headers = { cookie, "content-type": "application/json" };
    const init = { method: "POST", token: false, headers, body: JSON.stringify(body) } as const;
    return async () => {
      const answered = await this.node.fetch(`/api/sterile/${path}`, init);
      const json: unknown = await answered.json();
      return { status: answered.status, json };
    };
  }

  /** The device runs a whole cycle, and the power fails so long behind its start, or not at all. */
  async runs(killedMs: number | null): Promise<z.infer<typeof cycleLines>[number]> {
    const before = await this.cycles();
    const known = new Set(before.map(({ cycle }) => cycle));
    const { signal } = new AbortController();
    this.#started.ms = performance.now();
    const left = () => this.#started.ms - performance.now();
    if (killedMs !== null) {
      await pause(Math.max(0, killedMs + left()), signal);
      await this.node.kill("SIGKILL");
      // Whatever it did meanwhile nobody has seen.
      await pause(Math.max(0, CYCLE_MS + left()), signal);
      await this.node.start();
    }
    let fresh = await this.cycles();
    await until("it is judged", async () => {
      fresh = (await this.cycles()).filter(({ cycle }) => !known.has(cycle));
      return fresh.length > 0;
    });
    // What was shown stays as it was: nothing is lost, nothing judged twice.
    expect(await this.cycles()).toEqual(expect.arrayContaining(before));
    expect(fresh).toMatchObject([{ judgements: 1 }]);
    return fresh[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
    await this.device[Symbol.asyncDispose]();
  }
}

interface Step {
  readonly by: "li" | "wang";
  readonly path: string;
  readonly body: object;
  /** What it writes, in one commit. */
  readonly kinds: readonly string[];
}

/** An act in the midst of which the power fails: all of it is there, or nothing. */
async function stepWithKill(site: Site, id: string, step: Step, chance: Chance): Promise<boolean> {
  const { by, path, body, kinds } = step;
  const before = await site.entries();
  const send = await site.act(by, path, { id, ...body });
  const [killedMs, waits] = [chance.below(ACT_MS), chance.below(2) < 1];
  const answering = send().catch(() => null);
  // In half of all cases behind the answer: what was shown as done is not lost.
  if (waits) await answering;
  else await pause(killedMs, new AbortController().signal);
  await site.node.kill("SIGKILL");
  const answered = await answering;
  await site.node.start();

  const here = await site.entries();
  const fresh = newIn(here, before);
  expect([path, [], kinds.toSorted()]).toContainEqual(fresh.map(({ kind }) => kind).toSorted());
  if (answered !== null) {
    expect([path, answered.status, answered.json]).toEqual([path, 201, expect.anything()]);
    expect(fresh.map((entry) => entry.id)).toContain(answer.parse(answered.json).entry);
  }
  const again = await (await site.act(by, path, { id, ...body }))();
  expect([path, again.status, again.json]).toEqual([path, 201, expect.anything()]);
  const now = await site.entries();
  expect(newIn(now, before).map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  expect(newIn(now, before).map((entry) => entry.id)).toContain(answer.parse(again.json).entry);
  return answered !== null;
}

type Entries = Awaited<ReturnType<Site["entries"]>>;

/** All that was there is still there, as it was. */
function newIn(now: Entries, before: Entries): Entries {
  const known = new Set(before.map(({ id }) => id));
  expect(now.filter(({ id }) => known.has(id))).toEqual(before);
  return now.filter(({ id }) => !known.has(id));
}

/** From a test and two loads to a recall; how many of its acts were answered before a kill. */
async function life(site: Site, number: number, chance: Chance): Promise<number> {
  const [cold, load, pack] = [`L-${number}-0`, `L-${number}-1`, `P-${number}-1`];
  let answered = 0;
  let acted = 0;
  const step = async (
    by: Step["by"],
    path: string,
    body: object,
    ...kinds: readonly string[]
  ): Promise<void> => {
    const asked = { by, path, body, kinds: kinds.map((kind) => `sterile-${kind}`) };
    if (await stepWithKill(site, `life-${number}-${++acted}`, asked, chance)) answered++;
  };
  const stateOf = async (name: string) => (await site.load(name))?.state ?? null;
  const chemical = (cycle: string, result: "pass" | "fail") => {
    const kind = { indicator: "chemical", class: 1, place: "outside" };
    return { cycle, result, ...kind };
  };
  const checked = { account: "wang", pin: PINS.wang };
  const packed = (label: string) => ({
    ...{ pack: label, title: "清创包", implant: false, expires: null, checked },
  });
  const loaded = (name: string, packs: readonly string[], type = "instruments") => ({
    ...{ load: name, steriliser: "S1", type, packs },
  });

  const plainly = async (by: Step["by"], path: string, body: object) => {
    const { status } = await (await site.act(by, path, body))();
    expect([path, status]).toEqual([path, 201]);
  };
  await plainly("li", "loads", { id: `life-${number}-bd`, ...loaded(`BD-${number}`, [], "test") });
  const test = await site.runs(null);
  expect(test).toMatchObject({ load: `BD-${number}`, verdict: "pass" });
  await step("li", "bowie-dicks", { cycle: test.cycle, result: "pass" }, "bowie-dick");

  // Of a hold whose end nobody saw nobody says that it was enough.
  await plainly("li", "packs", { id: `life-${number}-cold`, ...packed(`P-${number}-0`) });
  await plainly("li", "loads", { id: `life-${number}-load`, ...loaded(cold, [`P-${number}-0`]) });
  const unseen = await site.runs(HOLD_AT_MS + 500 + chance.below(1000));
  expect(unseen).toMatchObject({ load: cold, verdict: "undetermined" });
  expect(await stateOf(cold)).toBe("refused");

  await step("li", "packs", packed(pack), "pack");
  await step("li", "loads", loaded(load, [pack]), "load");
  expect(await stateOf(load)).toBe("loaded");
  // Behind the hold, about when it is judged: the verdict is made once, whenever the power fails.
  const passed = await site.runs(HOLD_AT_MS + HOLD_MS + 700 + chance.below(1500));
  expect(passed).toMatchObject({ load, verdict: "pass" });
  expect(await stateOf(load)).toBe("waiting");
  await step("li", "indicators", chemical(passed.cycle, "pass"), "indicator");
  expect(await stateOf(load)).toBe("ready");
  const seen = async () => ({ seen: (await site.load(load))?.seen ?? [] });
  await step("li", `loads/${load}/steps`, { step: "check", ...await seen() }, "release-step");
  expect(await stateOf(load)).toBe("checked");
  await step("wang", `loads/${load}/steps`, { step: "release", ...await seen() }, "release-step");
  expect(await stateOf(load)).toBe("released");
  await step("li", "issues", { pack, place: "手术室" }, "issue");
  await step("li", "uses", { pack, patient: `patient-${number}`, place: "手术室" }, "use");
  expect(recalls.parse(await site.node.ask("/api/sterile/recalls?limit=200")))
    .toHaveLength(number - 1);
  await step(
    ...["li", "indicators", chemical(passed.cycle, "fail")] as const,
    ...["indicator", "recall", "alarm"] as const,
  );
  const [recall, ...others] = recalls.parse(
    await site.node.ask("/api/sterile/recalls?limit=200"),
  );
  expect(recall).toMatchObject({ cause: "chemical-failed", packs: [{ pack, state: "used" }] });
  expect(others).toHaveLength(number - 1);
  expect(trace.parse(await site.node.ask(`/api/sterile/packs/${pack}`)))
    .toMatchObject({ where: { kind: "used" }, loads: [{ state: "recalled" }] });
  expect((await site.cycles()).filter(({ verdict }) => verdict === "pass"))
    .toHaveLength(2 * number);
  return answered;
}

test.each(ROUNDS)(
  "S3 S5 G1: a kill in each step from pack to recall makes no verdict and no release up: seed $seed",
  { timeout: Math.max(...ROUNDS.map(({ timeoutMs }) => 2 * timeoutMs)) },
  async (round) => {
    using folder = new TemporaryFolder();
    await using site = await Site.start(folder.path);
    const chance = new Chance(round);
    let answered = 0;
    const lives = Math.max(1, Math.round(round.kills / LIFE_KILLS));
    for (let number = 1; number <= lives; number++) answered += await life(site, number, chance);
    expect(answered).toBeGreaterThan(0);
  },
);
