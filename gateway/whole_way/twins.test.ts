import { cpSync } from "node:fs";
import { expect, test } from "vitest";
import { freePort } from "../../drivers/fixtures.ts";
import { range, TemporaryFolder, until } from "../../sync/fixtures.ts";
import * as z from "zod";
import { twinsView } from "../fleet/twins.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { brokerLine, countingProfile, publishedBy, writeProfiles } from "./fixtures.ts";

const [FIRST, SECOND] = ["a".repeat(32), "b".repeat(32)];

/** Numbers of a site's readings that a node holds, over all lives, sorted. */
async function numbersAt(node: NodeProcess): Promise<number[]> {
  const entries = await node.entriesOf("site-1", "reading");
  return entries.flatMap(({ body }) => pointsIn(body)).toSorted((a, b) => a - b);
}

const readingBody = z.object({
  readings: z.array(z.object({ value: z.unknown() })),
});

function pointsIn(body: unknown): number[] {
  const parsed = readingBody.safeParse(body);
  if (!parsed.success) return [];
  return parsed.data.readings.flatMap(({ value }) => typeof value === "number" ? [value] : []);
}

test("two boxes with one identity are both named, and nothing of either is lost", async () => {
  using folder = new TemporaryFolder();
  using other = new TemporaryFolder();
  const counties = await startCentres(folder.path);
  await using a = counties[0];
  await using _b = counties[1];
  const profilesDir = writeProfiles(folder.path, countingProfile("counter"));
  const box = (path: string, machine: string) => {
    const port = freePort();
    const sources = [brokerLine(port, { "c-1": "counter" })];
    const more = { counties: centresFor(counties), sources, profilesDir };
    const node = new NodeProcess(path, { name: "site-1", role: "site", more, machine });
    const say = (n: number) => publishedBy("c-1", port, "count/c-1", JSON.stringify({ n }));
    return { node, say };
  };
  const first = box(folder.path, FIRST);
  await using _first = first.node;
  await first.node.start();
  await enrol(a, first.node);
  for (const n of range(1, 5)) expect(await first.say(n)).toBe(true);
  for (const county of counties) {
    await until("it is there", async () => (await numbersAt(county)).length === 5, 60_000);
  }
  await first.node.kill("SIGTERM");
  const second = box(other.path, SECOND);
  await using _second = second.node;
  cpSync(first.node.dataDir, second.node.dataDir, { recursive: true });

  await Promise.all([first.node.start(), second.node.start()]);
  for (const n of range(6, 20)) {
    expect(await first.say(n)).toBe(true);
    expect(await second.say(100 + n)).toBe(true);
  }
  const twinsAt = async (county: NodeProcess) =>
    z.array(twinsView).parse(await county.ask("/api/twins"));
  for (const county of counties) {
    await until("both boxes are named", async () => (await twinsAt(county)).length === 1, 150_000);
    const [{ node, boxes }] = await twinsAt(county);
    expect(node).toBe("site-1");
    expect(boxes.map(({ machine }) => machine).sort()).toEqual([FIRST, SECOND]);
    expect(new Set(boxes.map(({ origin }) => origin)).size).toBe(2);
    expect(boxes.some(({ remote }) => remote === "127.0.0.1")).toBe(true);
  }
  // What either has acknowledged is at both centres, once.
  const all = [...range(1, 20), ...range(106, 120)];
  for (const county of counties) {
    await until("all is there", async () => (await numbersAt(county)).length >= all.length);
    expect(await numbersAt(county)).toEqual(all);
    expect((await county.run("verify")).code).toBe(0);
  }
  // Each centre sees both for itself, though the other one may have told it before.
  const seen = () => a.metric("tributary_twins_total", { node: "site-1" });
  await until("it has seen both", async () => await seen() >= 1, 60_000);
  for (
    const [language, text] of [["zh", "两台网关都自称是 site-1"], ["en", "Two boxes both say"]]
  ) {
    const page = await a.page("/sites/site-1", language === "zh" ? "zh" : "en");
    for (const shown of [text, FIRST.slice(0, 8), SECOND.slice(0, 8)]) {
      expect(page).toContain(shown);
    }
  }
  // The one that stays is given a new key: then there is one again.
  const { code: invitation } = z.object({ code: z.string() })
    .parse(await a.ask("/api/invitations", { node: "site-1", role: "site" }));
  expect((await first.node.run("key", "rotate", "--identity", invitation)).code).toBe(0);
  await first.node.kill("SIGTERM");
  await first.node.start();
  expect(await first.say(21)).toBe(true);
  for (const county of counties) {
    await until("it goes on", async () => (await numbersAt(county)).includes(21), 60_000);
    await until("there is one again", async () => (await twinsAt(county)).length === 0);
  }
  expect(await second.say(121)).toBe(true);
  await until("the other is refused", () => second.node.log.includes("not that of the node it"));
  const alarms = (await a.entriesOf("county-a", "alarm")).filter(({ kind }) => kind === "twins");
  expect(alarms).toHaveLength(1);
}, 240_000);
