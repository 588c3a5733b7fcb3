import { afterAll, expect, test } from "vitest";
import { freePort } from "../../drivers/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import type { NodeProcess } from "../fixtures.ts";
import { bothEqual, brokerLine, consortium, countingProfile, writeProfiles } from "./fixtures.ts";
import {
  atOnce,
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

/** Messages of each device that wait for their PUBACK at one time. */
const INFLIGHT = 16;

/** An instant of the next life: while it starts, or with messages on their way. */
async function instant(
  site: NodeProcess,
  devices: readonly MqttDevice[],
  chance: Chance,
): Promise<Moment> {
  if (await chance.ofStart(site)) return "starting";
  // Behind a PUBLISH that left, or behind a PUBACK that came; and then anywhere in a commit.
  const [behindSent, count] = [chance.below(2) < 1, Math.floor(chance.below(400))];
  const total = () =>
    devices.reduce((sum, { sent, acknowledged }) => sum + (behindSent ? sent : acknowledged), 0);
  const from = total();
  await until("messages come again", () => {
    if (site.ended) throw new Error(`The site ended by itself:\n${site.log}`);
    return total() > from;
  });
  await atOnce(() => total() >= from + count);
  await chance.ofTurns();
  return "working";
}

/** Kills the site and starts it again, as often as asked; returns the moments of the kills. */
async function killOften(
  round: Round,
  site: NodeProcess,
  devices: readonly MqttDevice[],
): Promise<Moment[]> {
  const chance = new Chance(round);
  const moments: Moment[] = [];
  while (moments.length < round.kills) {
    moments.push(await instant(site, devices, chance));
    await site.kill("SIGKILL");
    site.spawn();
  }
  await until("the site is back", () => site.log.includes('"kind":"ready"'));
  return moments;
}

const totals = new Totals("Kills of a site");
afterAll(() => totals.print());

test.each(ROUNDS)(
  "T1 T2 G1 G3: $kills kills of a site lose nothing acknowledged, double nothing: seed $seed",
  { timeout: Math.max(...ROUNDS.map(({ timeoutMs }) => timeoutMs)) },
  async (round) => {
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
    const streams = { named: new Stream(named, INFLIGHT), plain: new Stream(plain, INFLIGHT) };
    const moments = await killOften(round, site, [named, plain]);
    await Promise.all(Object.values(streams).map((stream) => stream.stop()));
    await bothEqual(all, round.timeoutMs);

    const [own, atA, atB] = await Promise.all(
      [site, a, b].map((node) => readingsAt(node, "site-1")),
    );
    expect(atA).toEqual(own);
    expect(atB).toEqual(own);
    const of = (device: string) =>
      atA.filter(({ kind, body }) => kind === "reading" && body.device === device);
    totals.add(round, moments, [
      tallyOf(streams.named, of("named"), { named: true }),
      tallyOf(streams.plain, of("plain"), { named: false }),
    ]);
    const amid = moments.filter((moment) => moment === "working").length;
    // It would show nothing unless messages were cut off from their acknowledgements.
    for (const device of [named, plain]) expect(device.repeated).toBeGreaterThan(amid / 2);

    // Every life that was killed is followed by one with the next number, known to all three.
    const lives = await livesAt(site, "site-1");
    expect(lives).toEqual(lives.map((_, index) => index + 1));
    expect(lives.length).toBeGreaterThan(amid);
    expect(await livesAt(a, "site-1")).toEqual(lives);
    expect(await livesAt(b, "site-1")).toEqual(lives);
    await expectSound([site, a, b]);
  },
);
