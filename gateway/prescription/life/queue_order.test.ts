import { describe, expect, test } from "vitest";
import { Story } from "./fixture_life.ts";
import {
  compareWaiting,
  type QueueOrder,
  severityOf,
  waitPolicy,
  waitState,
} from "./queue_order.ts";
import { standingOf } from "./standing.ts";

describe("P8 the order of the queue", () => {
  test("P8 emergency before severity before age; a review afterwards last", () => {
    const rows: QueueOrder[] = [
      { emergency: 0, severity: 0, sinceMs: 9 },
      { emergency: 0, severity: 2, sinceMs: 1 },
      { emergency: 1, severity: 0, sinceMs: 8 },
      { emergency: 1, severity: 1, sinceMs: 6 },
      { emergency: 1, severity: 2, sinceMs: 4 },
      { emergency: 1, severity: 2, sinceMs: 5 },
      { emergency: 2, severity: 0, sinceMs: 0 },
    ];
    expect([...rows].reverse().sort(compareWaiting)).toEqual(rows);
    expect([...rows.slice(3), ...rows.slice(0, 3)].sort(compareWaiting)).toEqual(rows);
  });

  test("P3 P8 red goes before what could not be checked, that before orange", () => {
    const of = (...levels: Parameters<typeof severityOf>[0][number]["level"][]) =>
      severityOf(levels.map((level) => ({ level })));
    expect([of("red"), of("could-not-check"), of("orange"), of("yellow"), of("blue"), of()])
      .toEqual([0, 1, 2, 3, 4, 4]);
    expect(of("orange", "could-not-check", "red")).toBe(0);
  });

  test("P8 an emergency is so by its setting; a rescue that left is a review afterwards", () => {
    const orderOf = (otherwise: object) => {
      const a = new Story("county-a", 0);
      const { due } = standingOf([a.prescription({ ...otherwise }), a.verdict("pharmacist")]);
      return due.flatMap((one) => one.do === "review" ? [one.order] : []);
    };
    expect(orderOf({ setting: "emergency" }))
      .toEqual([{ emergency: 0, severity: 2, sinceMs: 2000 }]);
    expect(orderOf({})).toEqual([{ emergency: 1, severity: 2, sinceMs: 2000 }]);
    expect(orderOf({ setting: "emergency", rescue: true })).toMatchObject([{ emergency: 2 }]);
  });

  test("P8 warns at three minutes and escalates at five, as configured", () => {
    const policy = waitPolicy.parse({});
    const after = (ms: number) => waitState(1000, 1000 + ms, policy);
    expect([after(179_999), after(180_000), after(299_999), after(300_000)])
      .toEqual(["in-time", "warn", "warn", "escalate"]);
    expect([after(-5000), after(86_400_000)]).toEqual(["in-time", "escalate"]);
    expect(policy).toMatchObject({ rule: "P8", effective: "2026-01-01" });
    const faulty = waitPolicy.safeParse({ warnMs: 300_000 });
    expect(faulty.error?.issues[0]).toMatchObject({ path: ["escalateMs"] });
  });
});
