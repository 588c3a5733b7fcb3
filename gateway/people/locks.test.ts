import { describe, expect, test } from "vitest";
import { range, stampAt } from "../../sync/fixtures.ts";
import {
  ADDRESS_FAILURES_MAX,
  failed,
  FAILURES_MAX,
  FORGET_MS,
  kept,
  type Lock,
  LOCK_MS,
  lockedForMs,
} from "./locks.ts";

const LI = { kind: "account", of: "li" } as const;

function after(failures: number, of: Pick<Lock, "kind" | "of"> = LI): Lock | undefined {
  let lock: Lock | undefined;
  for (let index = 0; index < failures; index++) lock = failed(lock, of, stampAt(0));
  return lock;
}

describe("X1: 5 failures lock", () => {
  test("four do not, the fifth does, for half an hour to the millisecond", () => {
    expect(lockedForMs(undefined, stampAt(0))).toBe(0);
    expect(lockedForMs(after(FAILURES_MAX - 1), stampAt(0))).toBe(0);
    const locked = after(FAILURES_MAX);
    expect(lockedForMs(locked, stampAt(0))).toBe(LOCK_MS);
    expect(lockedForMs(locked, stampAt(LOCK_MS - 1))).toBe(1);
    expect(lockedForMs(locked, stampAt(LOCK_MS))).toBe(0);
  });

  test("behind a lock counting begins anew", () => {
    const again = failed(after(FAILURES_MAX), LI, stampAt(LOCK_MS));
    expect(again.failures).toBe(1);
  });

  test("knocking on a lock neither prolongs it nor counts", () => {
    const locked = after(FAILURES_MAX);
    expect(failed(locked, LI, stampAt(LOCK_MS - 1))).toEqual(locked);
  });

  test("failures of long ago are forgotten after a day, not before", () => {
    const four = after(FAILURES_MAX - 1);
    expect(failed(four, LI, stampAt(FORGET_MS - 1)).failures).toBe(FAILURES_MAX);
    expect(failed(four, LI, stampAt(FORGET_MS)).failures).toBe(1);
  });

  test("an address, at which several persons sit, is locked by the twentieth", () => {
    const address = { kind: "address", of: "10.0.0.7" } as const;
    expect(lockedForMs(after(ADDRESS_FAILURES_MAX - 1, address), stampAt(0))).toBe(0);
    expect(lockedForMs(after(ADDRESS_FAILURES_MAX, address), stampAt(0))).toBe(LOCK_MS);
  });

  test("a new boot whose clock nobody vouches for unlocks nothing early", () => {
    const rebooted = { wallMs: 5000, bootId: "f".repeat(32), bootMs: 5000, clock: "untrusted" };
    expect(lockedForMs(after(FAILURES_MAX), { ...stampAt(0), ...rebooted, clock: "untrusted" }))
      .toBe(LOCK_MS - 5000);
  });

  test("a wall clock that is set unlocks nothing", () => {
    const ahead = { ...stampAt(1000), wallMs: stampAt(0).wallMs + 10 * LOCK_MS };
    expect(lockedForMs(after(FAILURES_MAX), ahead)).toBe(LOCK_MS - 1000);
  });
});

describe("the table of failures", () => {
  test("forgets what is a day old", () => {
    const lock = failed(undefined, LI, stampAt(0));
    expect(kept([lock], stampAt(FORGET_MS - 1))).toEqual([lock]);
    expect(kept([lock], stampAt(FORGET_MS))).toEqual([]);
  });

  test("is bounded: a flood of names drives out names, but neither locked ones nor accounts", () => {
    const account = failed(undefined, LI, stampAt(0));
    const locked = range(1, 5).reduce<Lock | undefined>(
      (lock) => failed(lock, { kind: "name", of: "root" }, stampAt(0)),
      undefined,
    );
    const flood = range(1, 3000).map((number) =>
      failed(undefined, { kind: "name", of: String(number) }, stampAt(number))
    );
    const left = kept([account, ...locked === undefined ? [] : [locked], ...flood], stampAt(5000));
    expect(left.length).toBe(1001);
    expect(left).toContainEqual(account);
    expect(left).toContainEqual(locked);
    expect(left).toContainEqual(flood.at(-1));
    expect(left).not.toContainEqual(flood[0]);
  });
});
