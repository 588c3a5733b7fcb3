/** What the queue must do over either store: one suite for libsql and PostgreSQL. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { range } from "../../../sync/fixtures.ts";
import type { SqlStand } from "../../sql/conformance.ts";
import type { Sql } from "../../sql/sql.ts";
import { compareWaiting, type QueueOrder, waitPolicy } from "../life/queue_order.ts";
import { AWAY_MS } from "./away_watch.ts";
import { Decisions, item, SITE } from "./fixture_queue.ts";
import { modelRules } from "./fixture_model.ts";
import { type Claim, STATE, type Taken } from "./queue_item.ts";
import { ReviewQueue } from "./review_queue.ts";

export interface QueueStand {
  readonly sql: Sql;
  readonly decisions: Decisions;
  readonly queue: ReviewQueue;
}

export function queueConformance(name: string, open: () => Promise<SqlStand>): void {
  describe(`the queue at ${name}`, () => {
    let stand: SqlStand;
    let fresh: QueueStand;
    beforeAll(async () => {
      stand = await open();
    });
    afterAll(() => stand[Symbol.asyncDispose]());
    beforeEach(async () => {
      fresh = await newQueue(stand.sql);
    });
    takeRules(() => fresh);
    presenceRules(() => fresh);
    decideRules(() => fresh);
    feedRules(() => fresh);
    fenceRules(() => fresh);
    workloadRules(() => fresh);
    modelRules(() => newQueue(stand.sql));
  });
}

/** As if the store had been lost, and with it all but the journal. */
async function lose(sql: Sql): Promise<void> {
  for (const table of ["reviewitems", "reviewholders", "reviewstore"]) {
    await sql.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

async function newQueue(sql: Sql, decidedFence = 0): Promise<QueueStand> {
  await lose(sql);
  const decisions = new Decisions();
  return { sql, decisions, queue: await reopened({ sql, decisions }, decidedFence) };
}

function reopened(
  { sql, decisions }: Pick<QueueStand, "sql" | "decisions">,
  decidedFence = 0,
): Promise<ReviewQueue> {
  return ReviewQueue.open(sql, { decidedFence, isDecided: (claim) => decisions.has(claim) });
}

/** Takes one, which has to be there. */
async function taken(queue: ReviewQueue, holder: string, senior = false): Promise<Taken> {
  const one = await queue.take(holder, { senior });
  if (one === null) throw new Error(`There is nothing for ${holder}`);
  return one;
}

async function decided(stand: QueueStand, claim: Claim): Promise<string> {
  return (await stand.queue.decide(claim, () => stand.decisions.append(claim))).kind;
}

function takeRules(stand: () => QueueStand): void {
  test("P8 they are taken by emergency, severity, age, whatever order they came in", async () => {
    const { queue } = stand();
    const orders: QueueOrder[] = [0, 1, 2].flatMap((severity) => [
      { emergency: 1, severity, sinceMs: 7 },
      { emergency: 0, severity, sinceMs: 9 },
      { emergency: 2, severity, sinceMs: 1 },
      { emergency: 1, severity, sinceMs: 6 },
    ]);
    await queue.offer(orders.map((order, n) => item(`rx-${n}`, { order })));
    const found: QueueOrder[] = [];
    for (const n of range(1, orders.length)) found.push((await taken(queue, `p-${n}`)).order);
    expect(found).toEqual(orders.toSorted(compareWaiting));
    expect(await queue.take("p-0")).toBeNull();
  });

  test("P7 whoever takes again has the same again, also from two pages at once", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1"), item("rx-2")]);
    const both = await Promise.all([queue.take("p-1"), queue.take("p-1")]);
    const again = await queue.take("p-1");
    expect(both).toEqual([again, again]);
    expect(await queue.held("p-1")).toEqual(again);
    expect((await taken(queue, "p-2")).prescription).toBe("rx-2");
  });

  test("P14 the first who signed is never given the second signature", async () => {
    const { queue } = stand();
    const barred = ["p-1", "p-1%", 'p"2'];
    await queue.offer([item("rx-1", { purpose: "second-signature", not: barred })]);
    for (const holder of barred) expect(await queue.take(holder)).toBeNull();
    expect((await taken(queue, "p-")).not.toSorted()).toEqual(barred.toSorted());
  });

  test("what is for seniors only passes the others by", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1", { senior: true }), item("rx-2")]);
    expect((await taken(queue, "p-1")).prescription).toBe("rx-2");
    expect(await queue.take("p-2")).toBeNull();
    expect((await taken(queue, "p-3", true)).prescription).toBe("rx-1");
  });

  test("P7 what is released is free for the next, and its claim stale", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    expect(await queue.release(claim)).toBe("released");
    expect(await queue.release(claim)).toBe("stale");
    expect((await taken(queue, "p-2")).claim.fence).toBeGreaterThan(claim.fence);
    expect(await decided(stand(), claim)).toBe("stale");
  });
}

function presenceRules(stand: () => QueueStand): void {
  test("P7 60 s without a sign of life return a claim, a millisecond less does not", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    expect(await queue.expire(5000)).toBe(0);
    expect(await queue.expire(5000 + AWAY_MS - 1)).toBe(0);
    expect(await queue.held("p-1")).not.toBeNull();
    expect(await queue.expire(5000 + AWAY_MS)).toBe(1);
    expect(await decided(stand(), claim)).toBe("stale");
    expect((await taken(queue, "p-2")).prescription).toBe("rx-1");
  });

  test("P7 a sign of life, seen by whichever node, begins the 60 s anew", async () => {
    const { queue } = stand();
    const other = await reopened(stand());
    await queue.offer([item("rx-1")]);
    await taken(queue, "p-1");
    await queue.expire(0);
    await other.present("p-1");
    expect(await queue.expire(AWAY_MS)).toBe(0);
    expect(await queue.expire(2 * AWAY_MS - 1)).toBe(0);
    expect(await queue.expire(2 * AWAY_MS)).toBe(1);
  });

  test("P7 nodes whose clocks are years apart return what is theirs to return, no more", async () => {
    const { queue } = stand();
    const other = await reopened(stand());
    const yearsMs = 1e11;
    await queue.offer([item("rx-1")]);
    await taken(queue, "p-1");
    expect([await queue.expire(yearsMs), await other.expire(-yearsMs)]).toEqual([0, 0]);
    expect([await queue.expire(yearsMs + 1), await other.expire(1 - yearsMs)]).toEqual([0, 0]);
    expect(await other.expire(AWAY_MS - yearsMs)).toBe(1);
    expect(await queue.expire(yearsMs + AWAY_MS)).toBe(0);
  });

  test("P7 going off duty returns claims at once, and only one's own", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1"), item("rx-2")]);
    await taken(queue, "p-1");
    const other = await taken(queue, "p-2");
    expect(await queue.offDuty("p-1")).toBe(1);
    expect(await queue.offDuty("p-1")).toBe(0);
    expect(await queue.held("p-2")).toEqual(other);
    expect((await queue.workload(0, waitPolicy.parse({}))).onDuty).toEqual(["p-2"]);
    expect((await taken(queue, "p-3")).prescription).toBe("rx-1");
  });
}

function decideRules(stand: () => QueueStand): void {
  test("P7 what is decided is nobody's any more, and decided again by none", async () => {
    const { queue, decisions } = stand();
    await queue.offer([item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    expect(await decided(stand(), claim)).toBe("decided");
    expect(await queue.take("p-2")).toBeNull();
    expect(await queue.list(10)).toEqual([]);
    expect(decisions.keys.size).toBe(1);
  });

  test("P7 T2 a decision sent again is appended under the same key, and so acknowledged", async () => {
    const { queue, decisions } = stand();
    await queue.offer([item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    expect([await decided(stand(), claim), await decided(stand(), claim)])
      .toEqual(["decided", "decided"]);
    expect(decisions.keys.size).toBe(1);
  });

  test("P7 another fence, holder, store or prescription is stale, and nothing is written", async () => {
    const { queue, decisions } = stand();
    await queue.offer([item("rx-1"), item("rx-2")]);
    const { claim } = await taken(queue, "p-1");
    const others: Claim[] = [
      { ...claim, fence: claim.fence - 1 },
      { ...claim, fence: claim.fence + 1 },
      { ...claim, holder: "p-2" },
      { ...claim, store: "another" },
      { ...claim, prescription: "rx-2" },
      { ...claim, site: "site-018" },
    ];
    for (const other of others) expect(await decided(stand(), other)).toBe("stale");
    expect(decisions.keys.size).toBe(0);
    expect(await decided(stand(), claim)).toBe("decided");
  });

  test("P7 while it is being decided it is given back to nobody", async () => {
    const { queue, decisions } = stand();
    await queue.offer([item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    await queue.expire(0);
    const outcome = await queue.decide(claim, async () => {
      expect(await queue.expire(AWAY_MS)).toBe(0);
      expect(await queue.expire(3 * AWAY_MS)).toBe(0);
      expect(await queue.offDuty("p-1")).toBe(0);
      expect(await queue.release(claim)).toBe("stale");
      expect(await queue.take("p-2")).toBeNull();
      return await decisions.append(claim);
    });
    expect(outcome.kind).toBe("decided");
  });

  test.each([["it is there", true], ["it is not", false]])(
    "P7 of a process that died while it decided the journal is asked: %s",
    async (_found, written) => {
      const { queue, decisions } = stand();
      await queue.offer([item("rx-1")]);
      const { claim } = await taken(queue, "p-1");
      const died = queue.decide(claim, async () => {
        if (written) await decisions.append(claim);
        throw new Error("it died");
      });
      await expect(died).rejects.toThrow("it died");
      const other = await reopened(stand());
      expect(await other.take("p-2")).toBeNull();
      expect(await other.expire(0)).toBe(0);
      expect(await other.expire(AWAY_MS)).toBe(written ? 0 : 1);
      expect(await other.take("p-2") === null).toBe(written);
      expect(await decided(stand(), claim)).toBe(written ? "decided" : "stale");
      expect(decisions.keys.size).toBe(written ? 1 : 0);
    },
  );

  test("P7 whoever failed to decide may try again under the same claim", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    await expect(queue.decide(claim, () => Promise.reject(new Error("full")))).rejects
      .toThrow("full");
    expect((await taken(queue, "p-1")).claim).toEqual(claim);
    expect(await decided(stand(), claim)).toBe("decided");
  });
}

function feedRules(stand: () => QueueStand): void {
  test("an offer made twice is there once, and a claim outlives it", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1"), item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    const graver = { emergency: 0, severity: 0, sinceMs: 5 } as const;
    await queue.offer([item("rx-1", { order: graver })]);
    expect(await queue.list(10)).toMatchObject([{ holder: "p-1", order: graver }]);
    expect(await decided(stand(), claim)).toBe("decided");
  });

  test.each([
    { version: 2 },
    { purpose: "second-signature" as const },
    { not: ["p-1"] },
    { over: ["answer-1"] },
  ])("P7 another task makes the claim stale: %o", async (change) => {
    const { queue } = stand();
    await queue.offer([item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    await queue.offer([item("rx-1", change)]);
    expect(await decided(stand(), claim)).toBe("stale");
    expect(await taken(queue, "p-2")).toMatchObject({ prescription: "rx-1", ...change });
  });

  test("what is withdrawn is gone, free or held, and may come again", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1"), item("rx-2")]);
    const { claim } = await taken(queue, "p-1");
    await queue.withdraw(["rx-1", "rx-2", "rx-3"].map((prescription) => ({
      site: SITE,
      prescription,
    })));
    expect([await queue.take("p-2"), await decided(stand(), claim)]).toEqual([null, "stale"]);
    await queue.offer([item("rx-1")]);
    expect((await taken(queue, "p-2")).claim.fence).toBeGreaterThan(claim.fence);
  });

  test("P7 an offer that is behind the decision brings nothing back", async () => {
    const { queue } = stand();
    await queue.offer([item("rx-1")]);
    const { claim } = await taken(queue, "p-1");
    await decided(stand(), claim);
    await queue.offer([item("rx-1"), item("rx-1", { decidedFence: claim.fence - 1 })]);
    expect(await queue.take("p-2")).toBeNull();
    await queue.offer([item("rx-1", { decidedFence: claim.fence })]);
    expect((await taken(queue, "p-2")).claim.fence).toBeGreaterThan(claim.fence);
  });

  test("P14 the second signature is offered while the first is being written", async () => {
    const { queue, decisions } = stand();
    await queue.offer([item("rx-1", { over: ["answer-1"] })]);
    const { claim } = await taken(queue, "p-1");
    const second = { purpose: "second-signature", not: ["p-1"], over: ["answer-1"] } as const;
    await queue.decide(claim, async () => {
      const key = await decisions.append(claim);
      await queue.offer([item("rx-1", { ...second, decidedFence: claim.fence })]);
      return key;
    });
    expect(await queue.take("p-1")).toBeNull();
    expect(await taken(queue, "p-2")).toMatchObject(second);
  });

  test("a thousand are offered at once, from two sides, and are there once", async () => {
    const { queue } = stand();
    const all = range(1, 1000).map((n) => item(`rx-${n}`));
    await Promise.all([queue.offer(all), queue.offer(all.toReversed())]);
    expect((await queue.workload(0, waitPolicy.parse({}))).waiting).toBe(1000);
    expect(await queue.list(1000)).toHaveLength(500);
  });
}

function fenceRules(stand: () => QueueStand): void {
  test("P7 a store made anew gives higher fences than any decision has, by another name", async () => {
    const { sql, queue, decisions } = stand();
    await queue.offer([item("rx-1"), item("rx-2")]);
    const [one, two] = [await taken(queue, "p-1"), await taken(queue, "p-2")];
    expect(await decided(stand(), one.claim)).toBe("decided");
    await lose(sql);
    const anew = await reopened({ sql, decisions }, one.claim.fence);
    await anew.offer([item("rx-2")]);
    const again = await taken(anew, "p-2");
    // Number and holder are those of the claim that was lost; the store's name is not.
    expect(again.claim).toMatchObject({ holder: "p-2", fence: two.claim.fence });
    expect(again.claim.store).not.toBe(two.claim.store);
    expect(await anew.decide(two.claim, () => decisions.append(two.claim)))
      .toEqual({ kind: "stale" });
  });

  test("P7 opened again, fences go on; behind the journal they are raised", async () => {
    const { queue } = stand();
    await queue.offer(range(1, 3).map((n) => item(`rx-${n}`)));
    const first = (await taken(queue, "p-1")).claim;
    const [again, raised] = [await reopened(stand()), await reopened(stand(), 70)];
    expect(await again.name()).toBe(first.store);
    expect((await taken(raised, "p-2")).claim.fence).toBe(71);
    expect((await taken(queue, "p-3")).claim.fence).toBe(72);
  });
}

function workloadRules(stand: () => QueueStand): void {
  test("P8 warned at three minutes, escalated at five; not what nobody waits for", async () => {
    const { queue } = stand();
    const nowMs = 1_000_000;
    const since = (emergency: 0 | 1 | 2, ms: number) => ({
      order: { emergency, severity: 2, sinceMs: nowMs - ms },
    });
    await queue.offer([
      item("rx-1", since(1, 179_999)),
      item("rx-2", since(1, 180_000)),
      item("rx-3", since(1, 299_999)),
      item("rx-4", since(0, 300_000)),
      item("rx-5", since(2, 900_000)),
    ]);
    const policy = waitPolicy.parse({});
    expect((await taken(queue, "p-1")).prescription).toBe("rx-4");
    expect(await queue.workload(nowMs, policy)).toEqual({
      waiting: 5,
      free: 4,
      emergencies: 1,
      warned: 2,
      escalated: 1,
      oldestMs: nowMs - 300_000,
      urgentMs: nowMs - 300_000,
      onDuty: ["p-1"],
    });
    expect((await queue.workload(nowMs - 1, policy)).escalated).toBe(0);
    expect(await queue.newestPast(nowMs, policy))
      .toEqual({ warnedMs: nowMs - 180_000, escalatedMs: nowMs - 300_000 });
    expect(await queue.newestPast(nowMs - 1, policy))
      .toEqual({ warnedMs: nowMs - 299_999, escalatedMs: null });
    const states = (await queue.list(10)).map(({ state }) => STATE[state]);
    expect(states).toEqual([1, 0, 0, 0, 0]);
  });

  test("an empty queue has nothing that waits", async () => {
    const { queue } = stand();
    expect(await queue.workload(0, waitPolicy.parse({})))
      .toMatchObject({ waiting: 0, oldestMs: null, onDuty: [] });
  });
}
