import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterAttempt,
  afterComposing,
  type Attempt,
  type DispatchState,
  IDLE,
  nextStep,
  noting,
  type Step,
  type Waiting,
} from "./dispatch.ts";
import { FOLDED_MAX } from "./delivery.ts";
import { waiting } from "./fixture_notifications.ts";

const HOUR_MS = 3_600_000;
const LIMITS = { foldMs: 60_000, perHour: 100, expireMs: 24 * HOUR_MS };
const CHANNEL: Attempt = { kind: "failed", of: "channel", detail: "no answer" };
const CONTACT: Attempt = { kind: "failed", of: "contact", detail: "mailbox busy" };
const DELIVERED: Attempt = { kind: "delivered", detail: "" };

/** The longest waits: those without any chance. */
function failing(state: DispatchState, attempt: Attempt, nowMs: number, contact = "li") {
  return afterAttempt(state, contact, attempt, { nowMs, random: 1 });
}

function step(state: DispatchState, all: readonly Waiting[], nowMs: number): Step {
  return nextStep(state, all, LIMITS, nowMs);
}

describe("a channel that does not work (T9)", () => {
  test("is tried again after 1 s, 2, 4, 8, 16, 32, and then every 60 s", () => {
    const open = [waiting("a", { message: "m" })];
    let [state, nowMs] = [IDLE, 0];
    const waits = [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000];
    for (const waitMs of waits) {
      state = failing(state, CHANNEL, nowMs);
      expect(step(state, open, nowMs + waitMs - 1).kind).toBe("wait");
      nowMs += waitMs;
      expect(step(state, open, nowMs)).toEqual({ kind: "send", contact: "li", message: "m" });
    }
  });

  test("waits half as long at the least, by chance", () => {
    const state = afterAttempt(IDLE, "li", CHANNEL, { nowMs: 0, random: 0 });
    const open = [waiting("a", { message: "m" })];
    expect(step(state, open, 499).kind).toBe("wait");
    expect(step(state, open, 500).kind).toBe("send");
  });

  test("gets one try in an interval, however many contacts wait, and begins nothing new", () => {
    const all = ["a", "b", "c"].map((one) => waiting(one, { contact: one, message: one }));
    const fresh = waiting("d", { contact: "d" });
    const state = failing(IDLE, CHANNEL, 0, "a");
    expect(step(state, [...all, fresh], 999)).toEqual({ kind: "wait", untilMs: 1000 });
    expect(step(state, [fresh], 999)).toEqual({ kind: "wait", untilMs: 1000 });
    expect(step(state, all, 1000).kind).toBe("send");
    expect(step(failing(state, CHANNEL, 1000, "a"), all, 2999).kind).toBe("wait");
  });

  test("works at once for all when one message got through", () => {
    const all = ["a", "b"].map((one) => waiting(one, { contact: one, message: one }));
    const state = failing(failing(IDLE, CHANNEL, 0, "a"), DELIVERED, 1000, "a");
    expect(step(state, all.slice(1), 1000).kind).toBe("send");
  });

  test("holds up nobody else where it is the contact that cannot be reached", () => {
    const all = ["a", "b"].map((one) => waiting(one, { contact: one, message: one }));
    const state = failing(IDLE, CONTACT, 0, "a");
    expect(step(state, all, 0)).toEqual({ kind: "send", contact: "b", message: "b" });
    expect(step(state, all.slice(0, 1), 999).kind).toBe("wait");
    expect(step(state, all.slice(0, 1), 1000).kind).toBe("send");
  });
});

describe("a storm of alarms", () => {
  const storm = Array.from({ length: 50 }, (_, n) => waiting(`n${n}`, { wallMs: n, severity: 1 }));

  test("the first one leaves at once, the rest in one message when the interval is over", () => {
    const first = step(IDLE, storm.slice(0, 1), 0);
    expect(first).toEqual({ kind: "compose", contact: "li", notifications: ["n0"] });
    const state = afterComposing(IDLE, "li", 0);
    expect(step(state, storm.slice(1), 59_999)).toEqual({ kind: "wait", untilMs: 60_000 });
    const next = step(state, storm.slice(1), 60_000);
    expect(next).toEqual({
      kind: "compose",
      contact: "li",
      notifications: storm.slice(1).map(({ notification }) => notification),
    });
  });

  test("what is critical stands first, then the oldest, and one message holds 200", () => {
    const many = Array.from(
      { length: 300 },
      (_, n) => waiting(`n${n}`, { wallMs: n, severity: 1 }),
    );
    const critical = waiting("fire", { wallMs: 1000, severity: 0 });
    const found = step(IDLE, [...many, critical], 0);
    if (found.kind !== "compose") throw new Error(found.kind);
    expect(found.notifications).toHaveLength(FOLDED_MAX);
    expect(found.notifications.slice(0, 3)).toEqual(["fire", "n0", "n1"]);
  });

  test("whoever has something critical comes before all others", () => {
    const all = [
      waiting("n", { contact: "a", severity: 2 }),
      waiting("c", { contact: "z", severity: 0, wallMs: 5 }),
    ];
    expect(step(IDLE, all, 0)).toMatchObject({ contact: "z" });
  });

  test("an hour begins no more messages than its limit, and what was begun is still sent", () => {
    let state = IDLE;
    const limits = { ...LIMITS, perHour: 2, foldMs: 0 };
    for (const nowMs of [0, 1000]) state = afterComposing(state, "li", nowMs);
    const fresh = [waiting("a", { contact: "x" })];
    expect(nextStep(state, fresh, limits, HOUR_MS - 1)).toEqual({ kind: "wait", untilMs: HOUR_MS });
    expect(nextStep(state, fresh, limits, HOUR_MS).kind).toBe("compose");
    const open = [waiting("a", { message: "m" })];
    expect(nextStep(state, open, limits, 2000).kind).toBe("send");
  });
});

describe("what nobody takes (T10)", () => {
  test("is given up after its time, not before, and not what came later", () => {
    const old = waiting("old", { message: "m" });
    let state = noting(IDLE, [old], 0);
    const all = [old, waiting("new", { contact: "wang", message: "n" })];
    state = failing(noting(state, all, 1000), CHANNEL, LIMITS.expireMs - 10);
    expect(step(state, all, LIMITS.expireMs - 1).kind).toBe("wait");
    expect(step(state, all, LIMITS.expireMs))
      .toEqual({ kind: "expire", contact: "li", notifications: ["old"] });
  });

  test("is looked at when its time comes, though nothing else happens", () => {
    const one = [waiting("a")];
    const state = afterComposing(noting(IDLE, one, 0), "li", 0);
    const limits = { ...LIMITS, foldMs: 2 * LIMITS.expireMs };
    expect(nextStep(state, one, limits, 5)).toEqual({ kind: "wait", untilMs: LIMITS.expireMs });
  });
});

test("whatever order they come in, the same is done next, and no other than what waits", () => {
  const some = fc.uniqueArray(
    fc.record({
      notification: fc.stringMatching(/^[a-f]{1,3}$/),
      contact: fc.constantFrom("li", "wang", "zhao"),
      severity: fc.integer({ min: 0, max: 2 }),
      wallMs: fc.integer({ min: 0, max: 3 }),
      message: fc.constantFrom(null, "m"),
    }),
    { selector: ({ notification, contact }) => `${notification} ${contact}`, maxLength: 12 },
  );
  fc.assert(
    fc.property(some, fc.integer({ min: 0, max: 100_000 }), (all, nowMs) => {
      const state = afterComposing(noting(IDLE, all, 0), "li", 0);
      const found = step(state, all, nowMs);
      expect(step(state, all.toReversed(), nowMs)).toEqual(found);
      if (found.kind === "wait") return;
      expect(all.map(({ contact }) => contact)).toContain(found.contact);
    }),
  );
});
