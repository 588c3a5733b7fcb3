import * as z from "zod";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { newEntry } from "../../collected_entry.ts";
import { InnerNode } from "../../fixture_inner_node.ts";
import { openNode } from "../../node.ts";
import { TABLES_THREAD } from "../../tables_thread.ts";
import { SITE, siteConfig } from "../flow/fixture_flow_node.ts";
import { unitBodyOf } from "../life/fixture_life.ts";
import { MINUTE_MS, rulesOf, SHANGHAI } from "../series/fixture_series.ts";

const BEFORE_MINUTES = 30;
const folder = new TemporaryFolder();
const config = siteConfig(folder.path, { http: { port: freePort() } });
/** The midnight in China that is at least two hours ago. */
const midnightMs = SHANGHAI.dayOf(Date.now() - 120 * MINUTE_MS).fromMs;
let node: InnerNode;

/**
 * Minutes since half past eleven: at 40 the wall clock is set back by five minutes, at 50 the box
 * starts anew with a clock that is right again.
 */
function stampAt(minute: number): Stamp {
  const trueMs = midnightMs + (minute - BEFORE_MINUTES) * MINUTE_MS;
  const hasBooted = minute >= 50;
  const isBack = minute >= 40 && !hasBooted;
  return {
    wallMs: isBack ? trueMs - 5 * MINUTE_MS : trueMs,
    bootId: (hasBooted ? "b" : "a").repeat(32),
    bootMs: (hasBooted ? minute - 49 : minute + 1000) * MINUTE_MS,
    clock: "trusted",
  };
}

/** Each fridge is at 8.1 °C for so many minutes, then at 5 °C. */
async function writeNight(fridges: Readonly<Record<string, number>>): Promise<void> {
  await using opened = await openNode(config, () => {}, { tablesThread: TABLES_THREAD });
  const { journal } = opened;
  const first = stampAt(-1);
  for (const unit of Object.keys(fridges)) {
    const probes = [{ id: "p", device: `sensor-${unit}`, point: "temperature" }];
    const body = { ...unitBodyOf(), id: unit, site: SITE, unit, probes, rules: rulesOf("strict") };
    await journal.append([newEntry("record", "cold-unit", first, body)], first);
  }
  const last = Math.max(...Object.values(fridges)) + 3;
  for (let minute = 0; minute <= last; minute++) {
    const time = stampAt(minute);
    const entries = Object.entries(fridges).map(([unit, out]) => {
      const value = minute < out ? 8.1 : 5;
      const readings = [{ point: "temperature", value, unit: "Cel", quality: "good" }];
      return newEntry("reading", "reading", time, { device: `sensor-${unit}`, readings });
    });
    await journal.append(entries, time);
  }
  await opened.tables.caughtUp(journal);
}

const alarm = z.object({ unit: z.string(), cause: z.string(), episode: z.string() });

async function warm() {
  const answer = await node.fetch("/api/coldchain/alarms");
  return z.array(alarm).parse(await answer.json()).filter(({ cause }) => cause === "high");
}

beforeAll(async () => {
  await writeNight({ "f-59": 59, "f-60": 60, "f-61": 61 });
  node = await InnerNode.start(config);
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

test("C2, T12 over midnight, a clock that is set and a restart 60 minutes are 60", async () => {
  await until("both are told", async () => (await warm()).length >= 2);
  const told = await warm();
  expect(told.map(({ unit }) => unit).sort()).toEqual(["f-60", "f-61"]);
  // The node starts anew: the same alarms, none twice, none more.
  await node[Symbol.asyncDispose]();
  node = await InnerNode.start(config);
  await until("they are told again", async () => (await warm()).length >= 2);
  expect((await warm()).map(({ episode }) => episode).sort())
    .toEqual(told.map(({ episode }) => episode).sort());
});
