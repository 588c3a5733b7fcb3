import { expect, test } from "vitest";
import { freePort } from "../../drivers/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import { nodeOf, parseOrigin } from "../../sync/origin.ts";
import type { HeldEntry, NodeProcess } from "../fixtures.ts";
import { bothEqual, brokerLine, consortium, countingProfile, writeProfiles } from "./fixtures.ts";
import { MqttDevice } from "./mqtt_device.ts";

const KILLS = Number(Deno.env.get("TRIBUTARY_KILLS") ?? 50);
const SEED = Number(
  Deno.env.get("TRIBUTARY_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
);
/** Messages of each device that wait for their PUBACK at one time. */
const INFLIGHT = 16;
/** A kill and a start take a few seconds at most, on a machine that does other things as well. */
const TIMEOUT_MS = 120_000 + KILLS * 6000;

/** Numbers in [0, 1) that a seed decides (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns at the very turn of the event loop in which the condition holds. */
async function atOnce(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A device that counts without an end, {@link INFLIGHT} messages at a time, until it is told. */
class Stream {
  readonly device: MqttDevice;
  readonly #done: Promise<void>;
  #stopped = false;
  published = 0;

  constructor(device: MqttDevice) {
    this.device = device;
    this.#done = device.publishAll(INFLIGHT, () => {
      if (this.#stopped) return null;
      const n = ++this.published;
      return JSON.stringify({ id: `m-${n}`, n });
    });
  }

  /** Publishes nothing new; resolves when all that was published is acknowledged. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#done;
  }
}

type Moment = "opening" | "streaming";

/** A moment of the next life: while it opens its journal, or with messages on their way. */
async function randomMoment(
  site: NodeProcess,
  devices: readonly MqttDevice[],
  random: () => number,
): Promise<Moment> {
  const [kind, count, turns] = [random(), Math.floor(random() * 400), Math.floor(random() * 60)];
  if (kind < 0.1) {
    await until("it has opened its journal", () => site.log.includes('"kind":"started"'));
    return "opening";
  }
  // Behind a PUBLISH that left, or behind a PUBACK that came; and then anywhere in a commit.
  const total = () =>
    devices.reduce((sum, { sent, acknowledged }) => sum + (kind < 0.55 ? sent : acknowledged), 0);
  const from = total();
  await until("messages come again", () => {
    if (site.ended) throw new Error(`The site ended by itself:\n${site.log}`);
    return total() > from;
  });
  await atOnce(() => total() >= from + count);
  let turn = 0;
  await atOnce(() => turn++ >= turns);
  return "streaming";
}

/** Kills the site and starts it again, as often as asked; returns the moments of the kills. */
async function killOften(site: NodeProcess, devices: readonly MqttDevice[]): Promise<Moment[]> {
  const random = randomFrom(SEED);
  const moments: Moment[] = [];
  while (moments.length < KILLS) {
    moments.push(await randomMoment(site, devices, random));
    await site.kill("SIGKILL");
    site.spawn();
  }
  await until("the site is back", () => site.log.includes('"kind":"ready"'));
  return moments;
}

/** Entries of the site's readings that a node holds, older lives first. */
async function readingsAt(node: NodeProcess): Promise<HeldEntry[]> {
  const entries = await node.entriesOf("site-1", "reading");
  const life = ({ origin }: HeldEntry) => parseOrigin(origin)?.life ?? 0;
  return entries.sort((a, b) => life(a) - life(b) || a.seq - b.seq);
}

/** The lives of the site that a node knows, by their number. */
async function livesAt(node: NodeProcess): Promise<number[]> {
  const origins = new Set((await node.positions()).map(({ origin }) => origin));
  return [...origins].filter((origin) => nodeOf(origin) === "site-1")
    .map((origin) => parseOrigin(origin)?.life ?? 0).sort((a, b) => a - b);
}

/** Checks what is held of a device against what it published; returns the facts for the report. */
function expectAllOf(name: string, stream: Stream, entries: readonly HeldEntry[]): string {
  const { published, device: { acknowledged, repeated } } = stream;
  const own = entries.filter(({ kind, body }) => kind === "reading" && body.device === name);
  const numbers = Map.groupBy(own, ({ body }) => JSON.stringify(body.readings));
  const twice = [...numbers.values()].filter((same) => same.length > 1);
  // The devices did not rest before all was acknowledged: whatever was published is there.
  expect(acknowledged).toBe(published);
  expect([...numbers.keys()].map((readings) => JSON.parse(readings)[0].value).sort((a, b) => a - b))
    .toEqual(Array.from({ length: published }, (_, index) => index + 1));
  if (name === "named") expect(twice).toEqual([]);
  const unmarked = twice.flatMap((same) => same.slice(1))
    .filter(({ body }) => body.possibleDuplicate !== true);
  expect(unmarked).toEqual([]);
  return `${name}: ${acknowledged} acknowledged, ${repeated} sent again, ${twice.length} twice`;
}

test(
  `T1 T2 G1 G3: ${KILLS} kills lose nothing acknowledged, double nothing unmarked (seed ${SEED})`,
  async ({ annotate }) => {
    const port = freePort();
    await using all = await consortium((folder) => ({
      profilesDir: writeProfiles(
        folder,
        countingProfile("counter-with-id", { id: "id" }),
        countingProfile("counter"),
      ),
      sources: [brokerLine(port, { named: "counter-with-id", plain: "counter" })],
    }));
    const { a, b, site } = all;
    await site.start();
    await using named = new MqttDevice("named", port, "count/named");
    await using plain = new MqttDevice("plain", port, "count/plain");
    const streams = { named: new Stream(named), plain: new Stream(plain) };
    const moments = await killOften(site, [named, plain]);
    await Promise.all(Object.values(streams).map((stream) => stream.stop()));
    await bothEqual(all, TIMEOUT_MS);

    const [own, atA, atB] = await Promise.all([site, a, b].map(readingsAt));
    expect(atA).toEqual(own);
    expect(atB).toEqual(own);
    const told = Object.entries(streams).map(([name, stream]) => expectAllOf(name, stream, atA));
    const amid = moments.filter((moment) => moment === "streaming").length;
    // It would show nothing unless messages were cut off from their acknowledgements.
    for (const device of [named, plain]) expect(device.repeated).toBeGreaterThan(amid / 2);

    // Every life that was killed is followed by one with the next number, known to all three.
    const lives = await livesAt(site);
    expect(lives).toEqual(lives.map((_, index) => index + 1));
    expect(lives.length).toBeGreaterThan(amid);
    expect(await livesAt(a)).toEqual(lives);
    expect(await livesAt(b)).toEqual(lives);
    for (const node of [site, a, b]) {
      const { code, printed } = await node.run("verify");
      expect(`${printed}exit ${code}`).toMatch(/all sound\nexit 0$/);
    }
    await annotate(
      [
        `seed ${SEED}: ${KILLS} kills, ${amid} of them amid the stream`,
        ...told,
        `${lives.length} lives, ${own.length} entries`,
      ].join("; "),
    );
  },
  TIMEOUT_MS,
);
