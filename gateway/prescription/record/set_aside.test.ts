import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { range, stampAt } from "../../../sync/fixtures.ts";
import { firstHash } from "../../../sync/chain.ts";
import { entriesOf } from "../../../sync/run.ts";
import { streamTo } from "../../../sync/stream.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { Story } from "../life/fixture_life.ts";
import { SetAside } from "./set_aside.ts";
import { type StuckBody, stuckBody } from "./stuck_body.ts";
import { stuckSelect } from "./stuck_rows.ts";
import type { RecordKey } from "./stored_events.ts";

const MINUTE = 60_000;

let desk: TablesDesk;
let nowMs: number;
let aside: SetAside;
beforeEach(async () => {
  desk = await TablesDesk.open({ node: "county-a" });
  nowMs = 0;
  aside = opened();
});
afterEach(() => desk[Symbol.asyncDispose]());

function opened(node = "county-a"): SetAside {
  const { journal, tables } = desk;
  const clock = { now: () => stampAt(nowMs) };
  const parts = { clock, config: { node }, disk: journal, log: () => {}, tables };
  return new SetAside(parts, "review", () => nowMs);
}

function keyOf(number: string): RecordKey {
  return { site: "site-1", number };
}

/** Tries one, as a desk does whenever its turn has come. */
async function attempt(number: string, fault: string | null = "no such drug list"): Promise<void> {
  const work = () => fault === null ? null : Promise.reject(new Error(fault));
  await aside.guard(work, { site: "site-1", prescription: { id: number } });
}

/** Fails from `fromMs` on, at each minute until `toMs`. */
async function fails(numbers: readonly string[], fromMs: number, toMs: number): Promise<void> {
  for (nowMs = fromMs; nowMs <= toMs; nowMs += MINUTE) {
    await Promise.all(numbers.map((number) => attempt(number)));
  }
  nowMs = toMs;
}

async function alarms(): Promise<StuckBody[]> {
  const { journal } = desk;
  const limits = { entriesMax: 100, bytesMax: 1 << 20 };
  const read = await journal.read(journal.origin, "alarm", 0, limits);
  if (read.kind !== "run") return [];
  return [...entriesOf(read.run, firstHash(), journal.hashName)]
    .map(({ body }) => stuckBody.parse(JSON.parse(new TextDecoder().decode(body))));
}

describe("T10: what cannot be decided is told to a person", () => {
  test("after five minutes, once, and stays a concern until it is decided", async () => {
    await fails(["RX-1"], 0, 4 * MINUTE);
    expect([await alarms(), aside.concerns]).toEqual([[], []]);
    await fails(["RX-1"], 5 * MINUTE, 9 * MINUTE);
    expect(await alarms()).toMatchObject([{
      at: "review",
      count: 1,
      prescriptions: [{
        site: "site-1",
        prescription: "RX-1",
        since: stampAt(0).wallMs,
        reason: "Error: no such drug list",
      }],
    }]);
    expect(aside.concerns).toMatchObject([{ reason: "site-1/RX-1: Error: no such drug list" }]);
    await attempt("RX-1", null);
    expect([aside.concerns, aside.size]).toEqual([[], 0]);
  });

  test("those of one moment in one alarm, by name as far as a list goes", async () => {
    await fails(range(1, 21).map((n) => `RX-${n}`), 0, 7 * MINUTE);
    const [told, ...more] = await alarms();
    expect([told.count, told.prescriptions.length, more]).toEqual([21, 20, []]);
    expect(aside.concerns[0].reason).toMatch(/; and 1 more$/);
  });

  test("at most once a minute, with those that have become stuck since", async () => {
    await fails(["RX-1"], 0, 5 * MINUTE);
    nowMs = 30_000;
    await attempt("RX-2");
    nowMs = 5 * MINUTE + 30_000;
    await attempt("RX-2");
    expect(await alarms()).toHaveLength(1);
    nowMs = 6 * MINUTE + 30_000;
    await attempt("RX-2");
    const [, second] = await alarms();
    expect(second.prescriptions.map(({ prescription }) => prescription)).toEqual(["RX-2"]);
    expect(second.count).toBe(2);
  });
});

describe("T10: a restart", () => {
  const { signal } = new AbortController();

  /** The prescription as its site sent it: a county owes it a review. */
  async function arrives(number: string): Promise<void> {
    const { body } = new Story("site-1").prescription({ id: number });
    await desk.append("prescription", { ...body, site: "site-1" }, 0, streamTo("site-1"));
  }

  async function restart(): Promise<void> {
    await desk.reopen();
    nowMs += 10 * MINUTE;
    aside = opened();
    await aside.recall(signal);
  }

  test("forgets nothing of what an alarm has told of, and tells it no second time", async () => {
    await arrives("RX-1");
    // Of RX-2 no content is here: nothing is owed of it.
    await fails(["RX-1", "RX-2"], 0, 5 * MINUTE);
    const before = await alarms();
    await restart();
    expect(aside.concerns).toMatchObject([{ reason: "site-1/RX-1: Error: no such drug list" }]);
    expect([aside.size, aside.has(keyOf("RX-1"))]).toEqual([1, false]);
    const from = nowMs;
    await fails(["RX-1"], from, from + 6 * MINUTE);
    expect([before.length, await alarms()]).toEqual([1, before]);
    const other = opened("county-b");
    await other.recall(signal);
    expect(other.size).toBe(0);
    await attempt("RX-1", null);
    expect(aside.concerns).toEqual([]);
    const plan = await desk.tables.rows(`EXPLAIN QUERY PLAN ${stuckSelect("review")}`, ["", "", 1]);
    expect(plan.filter((row) => row.text("detail").startsWith("SCAN"))).toEqual([]);
  });
});

describe("T6: what is set aside", () => {
  test("has its turn again a minute later, and holds up nothing meanwhile", async () => {
    await attempt("RX-1");
    nowMs = MINUTE - 1;
    expect([aside.has(keyOf("RX-1")), aside.has(keyOf("RX-2"))]).toEqual([true, false]);
    nowMs = MINUTE;
    expect(aside.has(keyOf("RX-1"))).toBe(false);
  });

  test("and was decided elsewhere is asked for no more", async () => {
    await attempt("RX-1");
    await attempt("RX-2");
    const page = { ready: [], round: [keyOf("RX-2")], isMore: true };
    expect(aside.after(page)).toBe(1000);
    expect(aside.size).toBe(1);
    expect(aside.after({ ready: [], round: [], isMore: false })).toBe(false);
    expect(aside.size).toBe(0);
  });

  test("is not asked for at every moment, what waits for another centre is", async () => {
    await attempt("RX-1");
    const waiting = { ready: [], round: [keyOf("RX-1"), keyOf("RX-2")], isMore: true };
    expect(aside.after(waiting)).toBe(true);
    expect(aside.after({ ready: [], round: null, isMore: true })).toBe(true);
  });

  test("stays so when another version of it is decided at the same moment", async () => {
    await Promise.all([attempt("RX-1"), attempt("RX-1", null)]);
    expect(aside.has(keyOf("RX-1"))).toBe(true);
  });
});
