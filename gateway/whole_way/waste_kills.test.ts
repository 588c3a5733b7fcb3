import { expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { pause } from "../../sync/timer.ts";
import { NodeProcess } from "../fixtures.ts";
import { WASTE_KINDS } from "../waste/entry/event.ts";
import { WASTE_RULES } from "../waste/entry/rules_body.ts";
import { act, addNurse, PINS, sessionOf } from "../waste/fixture_nurses.ts";
import { MANIFEST } from "../waste/fixture_waste.ts";
import { brokerLine, publishedBy } from "./fixtures.ts";
import { Chance, ROUNDS } from "./kills.ts";

const SCALE = "ward-scale";
const WARD = { kind: "ward", id: "ward-3" };
const CARRIER = { kind: "person", id: "carrier" };
const STORE = { kind: "store", id: "store-1" };
const VEHICLE = { kind: "vehicle", id: "lorry" };
const DISPOSER = { kind: "disposer", id: "disposer" };
/** An act with a PIN takes about so long: kills come before, within and behind it. */
const ACT_MS = 400;

const answer = z.object({ entry: z.string(), subject: z.string() });
const standing = z.object({
  state: z.string(),
  pending: z.array(z.string()),
  history: z.array(z.object({ id: z.string() })),
});

/** What is known of one bag's life so far. */
interface Life {
  readonly number: number;
  bag: string;
  load: string;
  handover: string;
}

interface Step {
  readonly path: string;
  readonly by: "li" | "wang";
  /** Where the bag stands once it is done. */
  readonly state: string;
  readonly isWeighed?: true;
  readonly body: (life: Life, reading: string) => object;
  readonly after?: (life: Life, done: z.infer<typeof answer>) => void;
}

const second = { account: "wang", pin: PINS.wang };
const weight = (reading: string) => ({ from: "scale", reading });
const manifestOf = ({ number }: Life) => `M-${number}`;

/** A bag's life, one act after the other. */
const STEPS: readonly Step[] = [
  {
    path: "bags",
    by: "li",
    state: "sealed",
    isWeighed: true,
    body: (_life, reading) => ({
      category: "841-001-01",
      source: { ward: WARD.id },
      weight: weight(reading),
    }),
    after: (life, { subject }) => void (life.bag = subject),
  },
  {
    path: "boxings",
    by: "li",
    state: "sealed",
    body: ({ bag }) => ({ box: "box-7", bags: [bag] }),
    after: (life, { subject }) => void (life.load = subject),
  },
  {
    path: "handovers",
    by: "li",
    // It waits for the second person.
    state: "sealed",
    body: ({ load }) => ({ from: WARD, to: CARRIER, loads: [load] }),
    after: (life, { entry }) => void (life.handover = entry),
  },
  {
    path: "confirmations",
    by: "wang",
    state: "handed-over",
    body: ({ handover }) => ({ of: handover }),
  },
  {
    path: "stored",
    by: "li",
    state: "stored",
    isWeighed: true,
    body: ({ load }, reading) => ({
      ...{ from: CARRIER, to: STORE, loads: [load], weight: weight(reading), second },
    }),
  },
  {
    path: "manifests",
    by: "li",
    state: "stored",
    body: (life) => ({
      ...MANIFEST,
      ...{ manifest: manifestOf(life), bags: [], loads: [life.load] },
    }),
  },
  {
    path: "manifest-numbers",
    by: "li",
    state: "stored",
    body: (life) => ({
      manifest: manifestOf(life),
      number: `2026330100${String(life.number).padStart(4, "0")}`,
    }),
  },
  {
    path: "departures",
    by: "li",
    state: "departed",
    body: (life) => ({
      ...{ from: STORE, to: VEHICLE, loads: [life.load], second },
      manifest: manifestOf(life),
    }),
  },
  {
    path: "receipts",
    by: "li",
    state: "received",
    body: (life) => ({
      ...{ from: VEHICLE, to: DISPOSER, loads: [life.load], second, grams: 4000 },
      ...{ manifest: manifestOf(life), receipt: `R-${life.number}` },
    }),
  },
  {
    path: "disposals",
    by: "li",
    state: "disposed",
    body: (life) => ({
      ...{ manifest: manifestOf(life), receipt: `R-${life.number}`, method: "D10" },
      disposedMs: Date.now(),
    }),
  },
];

/** A site with a scale, and what it was seen to do. */
class Site {
  readonly node: NodeProcess;
  readonly #brokerPort = freePort();
  #weighings = 0;

  constructor(folder: string) {
    const sources = [brokerLine(this.#brokerPort, { [SCALE]: "waste-scale" })];
    const waste = {
      scales: [{ device: SCALE, divisionGrams: 10 }],
      stores: [{ id: STORE.id, name: "暂存间", capacityGrams: 200_000 }],
    };
    this.node = new NodeProcess(folder, {
      ...{ name: "site-1", role: "site", more: { sources, waste } },
    });
  }

  /** The bag is put on the scale: the place of the reading. */
  async weighs(): Promise<string> {
    const id = `weighing-${++this.#weighings}`;
    const said = { id, time: Date.now(), weight: 4, stable: true, category: "841-001-01" };
    const topic = `scales/${SCALE}/weighing`;
    await until(
      "the scale is heard",
      () => publishedBy(SCALE, this.#brokerPort, topic, JSON.stringify(said)),
    );
    const readings = await this.node.entriesOf("site-1", "reading");
    const found = readings.findLast(({ body }) => body.id === id);
    if (found === undefined) throw new Error(`What the scale said is gone: ${id}`);
    return `${found.origin}/reading/${found.seq}`;
  }

  /** Ids of what persons wrote about waste, in every life of the site. */
  async entries(): Promise<unknown[]> {
    const all = await this.node.entriesOf("site-1", "record");
    return all.filter(({ kind }) => WASTE_KINDS.has(kind)).map(({ body }) => body.id);
  }

  /** How often it told by which numbers it goes. */
  async rulesTold(): Promise<number> {
    const all = await this.node.entriesOf("site-1", "record");
    return all.filter(({ kind }) => kind === WASTE_RULES).length;
  }

  async standing(bag: string): Promise<z.infer<typeof standing> | null> {
    const response = await this.node.fetch(`/api/waste/bags/${bag}`);
    const json: unknown = await response.json();
    return response.status === 404 ? null : standing.parse(json);
  }
}

/** One step, in the midst of which the power fails; how often its answer came before that. */
async function stepWithKill(
  site: Site,
  life: Life,
  index: number,
  chance: Chance,
): Promise<boolean> {
  const { node } = site;
  const { path, by, state, isWeighed, body, after } = STEPS[index];
  const before = await site.entries();
  const send = async () => {
    const reading = isWeighed ? await site.weighs() : "";
    const asked = { id: `life-${life.number}-${index}`, ...body(life, reading) };
    const cookie = await sessionOf(node, by);
    return () => act(node, cookie, path, asked);
  };
  const first = await send();
  const [killedMs, waits] = [chance.below(ACT_MS), chance.below(2) < 1];
  const answering = first().then(({ status, json }) => ({ status, json }), () => null);
  // In half of all cases behind the answer: what was shown as done is not lost.
  if (waits) await answering;
  else await pause(killedMs, new AbortController().signal);
  await node.kill("SIGKILL");
  const answered = await answering;
  await node.start();

  const here = await site.entries();
  expect(here.slice(0, before.length)).toEqual(before);
  expect(here.length - before.length).toBeLessThanOrEqual(1);
  if (answered !== null) {
    expect([answered.status, path]).toEqual([201, path]);
    expect(here).toContain(answer.parse(answered.json).entry);
  }
  // Nothing that nobody did: the bag stands where it stood, or where this step brings it.
  const standsAt = here.length > before.length
    ? state
    : index === 0
    ? null
    : STEPS[index - 1].state;
  if (life.bag !== "") expect((await site.standing(life.bag))?.state ?? null).toBe(standsAt);

  const again = await (await send())();
  expect([again.status, path, JSON.stringify(again.json)]).toEqual([201, path, expect.anything()]);
  const told = answer.parse(again.json);
  if (here.length > before.length) expect(told.entry).toBe(here.at(-1));
  expect(await site.entries()).toEqual([...before, told.entry]);
  after?.(life, told);
  const now = await site.standing(life.bag);
  expect(now?.state).toBe(state);
  expect(now?.pending).toEqual(path === "handovers" ? [told.entry] : []);
  return answered !== null;
}

test.each(ROUNDS)(
  "W4 W8 G1: a kill in each step of a bag's life loses nothing shown, makes nothing up: seed $seed",
  { timeout: Math.max(...ROUNDS.map(({ timeoutMs }) => 2 * timeoutMs)) },
  async (round) => {
    using folder = new TemporaryFolder();
    const site = new Site(folder.path);
    await using node = await site.node.start();
    for (const name of ["li", "wang"]) await addNurse(node, name);
    const chance = new Chance(round);
    const lives = Math.max(1, Math.round(round.kills / STEPS.length));
    let answered = 0;
    for (let number = 1; number <= lives; number++) {
      const life = { number, bag: "", load: "", handover: "" };
      for (const index of STEPS.keys()) {
        if (await stepWithKill(site, life, index, chance)) answered++;
      }
    }
    expect(await site.entries()).toHaveLength(lives * STEPS.length);
    expect(await site.rulesTold()).toBe(1);
    expect(answered).toBeGreaterThan(0);
  },
);
