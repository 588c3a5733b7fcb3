import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { BACKOFF } from "../../sync/backoff.ts";
import { centresFor, enrol, NodeProcess } from "../fixtures.ts";
import { bothEqual, brokerLine, countingProfile, held, writeProfiles } from "./fixtures.ts";
import { MqttDevice } from "./mqtt_device.ts";
import { type ToxicLine, ToxicLines } from "./toxic_lines.ts";

/** Messages of the device that wait for their PUBACK at one time. */
const INFLIGHT = 200;
/** A line that is silent is given up after so long, and tried again soon after that. */
const SILENCE_MS = 30_000;
/** What asks a centre on connections of its own: the link, what pulls, and the courier of blobs. */
const ASKERS = 3;
/** Any link says by then how it is, also on a machine that is busy. */
const TOLD_MS = 2 * SILENCE_MS;
/** 20 Mbit/s, and what a bad mobile line has: kilobytes a second, as Toxiproxy counts. */
const [LINE_RATE, MOBILE_RATE] = [20_000 / 8, 256 / 8];

const linksSchema = z.object({
  links: z.array(z.object({
    destination: z.string(),
    state: z.string(),
    reason: z.string().nullable(),
    attempts: z.number(),
    waitingEntries: z.number(),
  })),
});

const stack = new AsyncDisposableStack();
let toxic: ToxicLines;
let nodes: { a: NodeProcess; b: NodeProcess; site: NodeProcess };
/** From the site to both centres, and from one centre to the other. */
let lines: { toA: ToxicLine; toB: ToxicLine; aToB: ToxicLine };
let device: MqttDevice;
/** Ids of all messages that the device has its PUBACK for, in their order. */
const ids: string[] = [];

beforeAll(async () => {
  const folder = stack.use(new TemporaryFolder()).path;
  toxic = stack.use(await ToxicLines.start());
  const [portA, portB, mqttPort] = [freePort(), freePort(), freePort()];
  lines = {
    toA: await toxic.to("site to county-a", portA),
    toB: await toxic.to("site to county-b", portB),
    aToB: await toxic.to("county-a to county-b", portB),
  };
  const county = (name: string, port: number, other: string, url: string) =>
    stack.use(
      new NodeProcess(folder, {
        name,
        role: "county",
        port,
        more: { peer: { node: other, url } },
      }),
    );
  const a = county("county-a", portA, "county-b", lines.aToB.url);
  const b = county("county-b", portB, "county-a", `http://127.0.0.1:${portA}`);
  await Promise.all([a.start(), b.start()]);
  await enrol(a, b);
  const counties = centresFor([a, b]).map((centre, index) => ({
    ...centre,
    url: [lines.toA, lines.toB][index].url,
  }));
  const site = stack.use(
    new NodeProcess(folder, {
      name: "site-1",
      role: "site",
      more: {
        counties,
        profilesDir: writeProfiles(folder, countingProfile("counter", { id: "id" })),
        sources: [brokerLine(mqttPort, { counter: "counter" })],
      },
    }),
  );
  nodes = { a, b, site };
  await enrol(a, site);
  await site.start();
  device = stack.use(new MqttDevice("counter", mqttPort, "count/counter"));
});
afterEach(() => toxic.mend());
afterAll(() => stack.disposeAsync());

/** The device publishes so many messages; ids by chance, so that a batch cannot be made small. */
async function publish(count: number): Promise<void> {
  const own = Array.from({ length: count }, () => crypto.randomUUID());
  let next = 0;
  await device.publishAll(INFLIGHT, () => {
    if (next === count) return null;
    return JSON.stringify({ id: own[next], n: next++ });
  });
  ids.push(...own);
}

async function linkOf(node: NodeProcess, destination: string) {
  const { links } = linksSchema.parse(await node.ask("/api/status"));
  const link = links.find((one) => one.destination === destination);
  if (link === undefined) throw new Error(`${node.name} has no link to ${destination}`);
  return link;
}

/** Waits until the links of all these are as is asked; tells how they are where it was in vain. */
async function linksAre(
  what: string,
  ends: readonly (readonly [node: NodeProcess, destination: string])[],
  condition: (link: Awaited<ReturnType<typeof linkOf>>) => boolean,
): Promise<void> {
  let links: Awaited<ReturnType<typeof linkOf>>[] = [];
  try {
    await until(what, async () => {
      links = await Promise.all(ends.map(([node, destination]) => linkOf(node, destination)));
      return links.every(condition);
    }, TOLD_MS);
  } catch (cause) {
    throw new Error(`Not so: ${what}: ${JSON.stringify(links)}`, { cause });
  }
}

/** Waits until the node says that the line is down, and why. */
function told(node: NodeProcess, destination: string, why: RegExp): Promise<void> {
  return linksAre(
    `${node.name} says why it does not reach ${destination}`,
    [[node, destination]],
    ({ state, reason }) => state === "down" && why.test(reason ?? ""),
  );
}

/** All links work, and nothing waits. */
function calm(): Promise<void> {
  const { a, b, site } = nodes;
  return linksAre(
    "all lines are well and nothing waits",
    [[site, "county-a"], [site, "county-b"], [a, "county-b"], [b, "county-a"]],
    ({ state, waitingEntries }) => state === "up" && waitingEntries === 0,
  );
}

/** Each message is at both centres, once, in the order in which the device sent them. */
async function expectAll(): Promise<void> {
  await bothEqual(nodes, TOLD_MS);
  for (const county of [nodes.a, nodes.b]) {
    const entries = await county.entriesOf("site-1", "reading");
    const found = entries.filter(({ kind }) => kind === "reading").map(({ body }) => body.id);
    expect(found).toEqual(ids);
  }
}

describe("a bad line loses nothing, doubles nothing, and is told", { timeout: 300_000 }, () => {
  /** What the line to A does, with messages under way; the reason that the site tells. */
  const dead: readonly {
    readonly line: string;
    /** Messages that wait for the line when it goes bad: a batch that takes it a while. */
    readonly backlog?: number;
    readonly spoil: (line: ToxicLine) => Promise<void>;
    readonly why: RegExp;
  }[] = [
    {
      line: "is cut",
      spoil: (line) => line.cut(),
      why: /ECONNREFUSED/,
    },
    {
      line: "is reset at once",
      spoil: (line) => line.poison("reset_peer", { timeout: 0 }, "downstream"),
      why: /ECONNRESET/,
    },
    {
      line: "is reset after a while",
      spoil: (line) => line.poison("reset_peer", { timeout: 300 }, "upstream"),
      why: /ECONNRESET/,
    },
    {
      line: "breaks in the middle of a batch",
      backlog: 4000,
      spoil: (line) => line.poison("limit_data", { bytes: 20_000 }, "upstream"),
      why: /hang up|ECONNRESET|aborted/,
    },
    {
      line: "breaks in the headers of an answer",
      spoil: (line) => line.poison("limit_data", { bytes: 100 }, "downstream"),
      why: /hang up|ECONNRESET|aborted/,
    },
    {
      line: "breaks in the body of an answer",
      spoil: (line) => line.poison("limit_data", { bytes: 600 }, "downstream"),
      why: /hang up|ECONNRESET|aborted/,
    },
    {
      line: "is closed late by an end that is gone",
      spoil: async (line) => {
        await line.poison("slow_close", { delay: 1000 }, "upstream", "downstream");
        await line.poison("limit_data", { bytes: 300 }, "downstream");
      },
      why: /hang up|ECONNRESET|aborted/,
    },
  ];

  test.each(dead)("T1 T5 T8: when it $line", async ({ spoil, why, backlog = 0 }) => {
    await calm();
    if (backlog > 0) {
      await lines.toA.cut();
      await publish(backlog);
    }
    await spoil(lines.toA);
    if (backlog > 0) await lines.toA.join();
    await publish(500);
    await told(nodes.site, "county-a", why);
    await toxic.mend();
    await expectAll();
  });

  /** What a line does that is bad, but works: nothing is given up, and all arrives through it. */
  const slow: readonly {
    readonly line: string;
    readonly spoil: (line: ToxicLine) => Promise<void>;
  }[] = [
    {
      line: "takes 600 ms",
      spoil: (line) =>
        line.poison("latency", { latency: 300, jitter: 0 }, "upstream", "downstream"),
    },
    {
      line: "has 20 Mbit/s",
      spoil: (line) => line.poison("bandwidth", { rate: LINE_RATE }, "upstream", "downstream"),
    },
    {
      line: "has 256 kbit/s",
      spoil: (line) => line.poison("bandwidth", { rate: MOBILE_RATE }, "upstream", "downstream"),
    },
    {
      line: "brings a few bytes at a time",
      spoil: (line) =>
        line.poison(
          "slicer",
          { average_size: 100, size_variation: 50, delay: 200 },
          "upstream",
          "downstream",
        ),
    },
  ];

  test.each(slow)("T5 T7: when it $line", async ({ spoil }) => {
    await calm();
    const failures = await nodes.site.metric("tributary_link_failures_total");
    await spoil(lines.toA);
    await publish(2000);
    await expectAll();
    await calm();
    expect(await nodes.site.metric("tributary_link_failures_total")).toBe(failures);
    await toxic.mend();
  });

  test("T1 T5: when it is cut again and again in the stream", async () => {
    await calm();
    const before = await held(nodes.a, "site-1", "reading");
    const streaming = publish(6000);
    for (const part of [0.2, 0.4, 0.6]) {
      await until(
        "more has come",
        async () => await held(nodes.a, "site-1", "reading") >= before + 6000 * part,
      );
      await lines.toA.cut();
      await told(nodes.site, "county-a", /ECONNREFUSED/);
      await lines.toA.join();
    }
    await streaming;
    await expectAll();
  });

  test("T5 T8 T9: when it is silent, both ways or one way, and so is that between centres", async () => {
    const { a, b, site } = nodes;
    await calm();
    const before = await held(b, "site-1", "reading");
    const fromMs = performance.now();
    await lines.toA.poison("timeout", { timeout: 0 }, "upstream", "downstream");
    await lines.toB.poison("timeout", { timeout: 0 }, "downstream");
    await lines.aToB.poison("timeout", { timeout: 0 }, "upstream");
    const connections = lines.toA.connections;
    await publish(500);
    await Promise.all([
      told(site, "county-a", /no answer/),
      told(site, "county-b", /no answer/),
      told(a, "county-b", /no answer/),
    ]);
    // What B has got of the site, without an answer coming back, A has from B.
    expect(await held(b, "site-1", "reading")).toBeGreaterThan(before);
    await until(
      "A has from B what the site could not bring",
      async () => await held(a, "site-1", "reading") >= await held(b, "site-1", "reading"),
    );
    // A connection that is there and silent is given up before the next is tried. None of those who
    // ask need have had one when the line fell silent, and each may just have begun another.
    const made = lines.toA.connections - connections;
    const silences = Math.floor((performance.now() - fromMs) / SILENCE_MS);
    expect(made).toBeLessThanOrEqual(ASKERS * (silences + 1));
    await toxic.mend();
    await calm();
    await expectAll();
  });

  test("T9: a dead destination is tried once in an interval that doubles", async () => {
    await calm();
    const { toA } = lines;
    const before = toA.connections;
    const fromMs = performance.now();
    await toA.poison("reset_peer", { timeout: 0 }, "downstream");
    // Half of each wait is chance; the first try is made at once.
    let shortestMs = 0;
    for (let tries = 1; tries <= 4; tries++) {
      // More that waits is no reason to try sooner.
      await publish(10);
      await until("it is tried again", () => toA.connections >= before + tries);
      // However late it is noticed: no more were made than the time since then allows.
      expect(performance.now() - fromMs).toBeGreaterThanOrEqual(shortestMs);
      shortestMs += BACKOFF.firstMs * 2 ** (tries - 1) / 2;
    }
    await toxic.mend();
    await expectAll();
  });
});
