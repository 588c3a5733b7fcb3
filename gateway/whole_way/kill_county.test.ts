import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../../drivers/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import { centresFor, enrol, NodeProcess } from "../fixtures.ts";
import {
  bothEqual,
  brokerLine,
  consortium,
  countingProfile,
  held,
  writeProfiles,
} from "./fixtures.ts";
import {
  Chance,
  expectSound,
  livesAt,
  type Moment,
  readingsAt,
  type Round,
  ROUNDS,
  Stream,
  tallyOf,
  Totals,
} from "./kills.ts";
import { MqttDevice } from "./mqtt_device.ts";

/** Messages of each device that wait for their PUBACK at one time: a load that never ends. */
const INFLIGHT = 2;

/** An instant of the next life: while it starts, or while sites ship to it. */
async function instant(
  county: NodeProcess,
  sites: readonly NodeProcess[],
  chance: Chance,
): Promise<Moment> {
  if (await chance.ofStart(county)) return "starting";
  await until("it is ready", () => {
    if (county.ended) throw new Error(`${county.name} ended by itself:\n${county.log}`);
    return county.log.includes('"kind":"ready"');
  });
  const count = async () => {
    const each = await Promise.all(sites.map(({ name }) => held(county, name, "reading")));
    return each.reduce((sum, entries) => sum + entries, 0);
  };
  const [before, more] = [await count(), 1 + chance.below(300)];
  await until("sites ship to it", async () => await count() > before + more);
  await chance.ofTurns();
  return "working";
}

/** Kills one centre, then the other, as often as asked; returns the moments of the kills. */
async function killInTurn(
  round: Round,
  counties: readonly NodeProcess[],
  sites: readonly NodeProcess[],
): Promise<Moment[]> {
  const chance = new Chance(round);
  const moments: Moment[] = [];
  while (moments.length < round.kills) {
    const county = counties[moments.length % counties.length];
    moments.push(await instant(county, sites, chance));
    await county.kill("SIGKILL");
    county.spawn();
  }
  for (const county of counties) {
    await until(`${county.name} is back`, () => county.log.includes('"kind":"ready"'));
  }
  return moments;
}

const totals = new Totals("Kills of a county");
afterAll(() => totals.print());

test.each(ROUNDS)(
  "T1 T5 G1 G3: $kills kills of centres under load lose nothing, double nothing: seed $seed",
  { timeout: Math.max(...ROUNDS.map(({ timeoutMs }) => timeoutMs)) },
  async (round) => {
    const [port, otherPort] = [freePort(), freePort()];
    const profile = countingProfile("counter", { id: "id" });
    await using all = await consortium((folder) => ({
      profilesDir: writeProfiles(folder, profile),
      sources: [brokerLine(port, { counter: "counter" })],
    }));
    const { folder, a, b, site } = all;
    await using other = new NodeProcess(folder, {
      name: "site-2",
      role: "site",
      more: {
        counties: centresFor([a, b]),
        profilesDir: join(folder, "profiles"),
        sources: [brokerLine(otherPort, { counter: "counter" })],
      },
    });
    await enrol(b, other);
    const sites = [site, other];
    await Promise.all(sites.map((one) => one.start()));
    await using device = new MqttDevice("counter", port, "count/counter");
    await using otherDevice = new MqttDevice("counter", otherPort, "count/counter");
    const streams = [new Stream(device, INFLIGHT), new Stream(otherDevice, INFLIGHT)];
    const moments = await killInTurn(round, [a, b], sites);
    await Promise.all(streams.map((stream) => stream.stop()));

    const tallies = [];
    for (const [index, { name }] of sites.entries()) {
      await bothEqual({ a, b, site: sites[index] }, round.timeoutMs);
      const [own, atA, atB] = await Promise.all(
        [sites[index], a, b].map((node) => readingsAt(node, name)),
      );
      expect(atA).toEqual(own);
      expect(atB).toEqual(own);
      const readings = atA.filter(({ kind }) => kind === "reading");
      tallies.push(tallyOf(streams[index], readings, { named: true }));
    }
    totals.add(round, moments, tallies);

    // Each centre knows every life of itself and of the other.
    for (const county of [a, b]) {
      const lives = await livesAt(county, county.name);
      expect(lives).toEqual(lives.map((_, index) => index + 1));
      const killed = moments.filter((moment, index) =>
        moment === "working" && [a, b][index % 2] === county
      ).length;
      expect(lives.length).toBeGreaterThan(killed);
      const [another] = [a, b].filter((one) => one !== county);
      await until(
        `${another.name} knows them`,
        async () => (await livesAt(another, county.name)).join() === lives.join(),
      );
    }
    await expectSound([...sites, a, b]);
  },
);
