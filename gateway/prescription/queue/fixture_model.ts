/** The queue beside a simple one in memory: any sequence of calls has the same answers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareWaiting, type QueueOrder } from "../life/queue_order.ts";
import { AWAY_MS } from "./away_watch.ts";
import { type Decisions, item, SITE } from "./fixture_queue.ts";
import type { Claim, QueueItem } from "./queue_item.ts";
import type { ReviewQueue } from "./review_queue.ts";

interface Stand {
  readonly queue: ReviewQueue;
  readonly decisions: Decisions;
}

const person = fc.constantFrom("p-1", "p-2", "p-3");
const prescription = fc.constantFrom("rx-1", "rx-2", "rx-3", "rx-4");
const step = fc.oneof(
  fc.record({
    do: fc.constant("offer" as const),
    prescription,
    version: fc.integer({ min: 1, max: 2 }),
    not: fc.constantFrom<string[]>([], [], ["p-1"]),
    senior: fc.boolean(),
    severity: fc.integer({ min: 0, max: 2 }),
    emergency: fc.constantFrom<QueueOrder["emergency"]>(0, 1, 2),
  }),
  fc.record({ do: fc.constant("take" as const), person, senior: fc.boolean() }),
  fc.record({
    do: fc.constant("decide" as const),
    claim: fc.nat(20),
    dies: fc.constantFrom("no", "no", "before", "behind"),
  }),
  fc.record({ do: fc.constant("release" as const), claim: fc.nat(20) }),
  fc.record({ do: fc.constant("withdraw" as const), prescription }),
  fc.record({ do: fc.constant("offDuty" as const), person }),
  fc.record({ do: fc.constant("away" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Entry {
  item: QueueItem;
  state: "free" | "held" | "deciding" | "decided";
  claim: Claim | null;
}

class Model {
  readonly entries = new Map<string, Entry>();

  offer(offered: QueueItem): void {
    const there = this.entries.get(offered.prescription);
    const isSame = there?.item.version === offered.version &&
      there.item.not.join() === offered.not.join();
    if (there !== undefined && isSame) there.item = offered;
    else this.entries.set(offered.prescription, { item: offered, state: "free", claim: null });
  }

  heldBy(person: string): Entry | undefined {
    return [...this.entries.values()].find(({ claim }) => claim?.holder === person);
  }

  next(person: string, senior: boolean): Entry | undefined {
    const free = [...this.entries.values()].filter(({ item, state }) =>
      state === "free" && !item.not.includes(person) && (senior || !item.senior)
    );
    return free.toSorted(({ item: one }, { item: other }) =>
      compareWaiting(one.order, other.order) || (one.prescription < other.prescription ? -1 : 1)
    ).at(0);
  }

  under(claim: Claim): Entry | undefined {
    return [...this.entries.values()].find((one) => one.claim?.fence === claim.fence);
  }
}

function move(entry: Entry, state: "free" | "decided"): void {
  entry.state = state;
  entry.claim = null;
}

/** One sequence; `claims` are all that were ever given. */
class Run {
  readonly #model = new Model();
  readonly #claims: Claim[] = [];
  readonly #stand: Stand;
  #nowMs = 0;

  constructor(stand: Stand) {
    this.#stand = stand;
  }

  async step(step: Step): Promise<void> {
    const { queue } = this.#stand;
    switch (step.do) {
      case "offer": {
        const { prescription, version, not, senior, severity, emergency } = step;
        const order = { emergency, severity, sinceMs: 1 };
        const offered = item(prescription, { version, not, senior, order });
        this.#model.offer(offered);
        return await queue.offer([offered]);
      }
      case "take":
        return await this.#take(step.person, step.senior);
      case "decide":
        return await this.#decide(this.#claims[step.claim], step.dies);
      case "release":
        return await this.#release(this.#claims[step.claim]);
      case "withdraw":
        this.#model.entries.delete(step.prescription);
        return await queue.withdraw([{ site: SITE, prescription: step.prescription }]);
      case "offDuty": {
        const held = this.#model.heldBy(step.person);
        const returns = held?.state === "held";
        expect(await queue.offDuty(step.person)).toBe(returns ? 1 : 0);
        if (returns) move(held, "free");
        return;
      }
      case "away":
        return await this.#away();
    }
  }

  async #take(person: string, senior: boolean): Promise<void> {
    const taken = await this.#stand.queue.take(person, { senior });
    const expected = this.#model.heldBy(person) ?? this.#model.next(person, senior);
    expect(taken?.prescription).toBe(expected?.item.prescription);
    if (taken === null || expected === undefined) return;
    expect(taken.version).toBe(expected.item.version);
    if (expected.claim !== null) return expect(taken.claim).toEqual(expected.claim);
    // Never given before: it grows.
    for (const { fence } of this.#claims) expect(taken.claim.fence).toBeGreaterThan(fence);
    this.#claims.push(taken.claim);
    Object.assign(expected, { state: "held", claim: taken.claim });
  }

  async #decide(claim: Claim | undefined, dies: string): Promise<void> {
    if (claim === undefined) return;
    const { queue, decisions } = this.#stand;
    const entry = this.#model.under(claim);
    const may = entry !== undefined || await decisions.has(claim);
    const outcome = queue.decide(claim, async () => {
      if (dies === "before") throw new Error("it died");
      await decisions.append(claim);
      if (dies === "behind") throw new Error("it died");
    });
    const kind = await outcome.then(({ kind }) => kind, () => "died");
    expect(kind).toBe(!may ? "stale" : dies === "no" ? "decided" : "died");
    if (entry === undefined) return;
    if (dies === "no") move(entry, "decided");
    else entry.state = "deciding";
  }

  async #release(claim: Claim | undefined): Promise<void> {
    if (claim === undefined) return;
    const entry = this.#model.under(claim);
    const may = entry?.state === "held";
    expect(await this.#stand.queue.release(claim)).toBe(may ? "released" : "stale");
    if (may) move(entry, "free");
  }

  /** Everybody is gone for 60 s. */
  async #away(): Promise<void> {
    const { queue, decisions } = this.#stand;
    await queue.expire(this.#nowMs);
    this.#nowMs += AWAY_MS;
    let freed = 0;
    for (const entry of this.#model.entries.values()) {
      if (entry.claim === null) continue;
      const isDecided = entry.state === "deciding" && await decisions.has(entry.claim);
      if (!isDecided) freed++;
      move(entry, isDecided ? "decided" : "free");
    }
    expect(await queue.expire(this.#nowMs)).toBe(freed);
  }
}

export function modelRules(open: () => Promise<Stand>): void {
  test("P7 P8 P14 any sequence of calls has the answers of a simple model", async () => {
    const sequences = fc.array(step, { minLength: 10, maxLength: 60, size: "max" });
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const run = new Run(await open());
        for (const each of steps) await run.step(each);
      }),
      { numRuns: 40 },
    );
  });
}
