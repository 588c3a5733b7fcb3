import { expect, test } from "vitest";
import { range } from "../sync/fixtures.ts";
import { COUNTERS, Counters } from "./counters.ts";

test("a counter counts apart for each of its labels, and sums over all", () => {
  const counters = new Counters();
  counters.add("tributary_readings_total", { source: "a" });
  counters.add("tributary_readings_total", { source: "b" }, 10);
  counters.add("tributary_readings_total", { source: "a" }, 2);
  counters.add("tributary_duplicates_total", { source: "a" });
  expect(counters.list()).toEqual([
    { name: "tributary_readings_total", labels: { source: "a" }, value: 3 },
    { name: "tributary_readings_total", labels: { source: "b" }, value: 10 },
    { name: "tributary_duplicates_total", labels: { source: "a" }, value: 1 },
  ]);
  expect(counters.total("tributary_readings_total")).toBe(13);
  expect(counters.total("tributary_unreadable_total")).toBe(0);
});

test("a flood of made-up labels ends in one series, and what was there goes on", () => {
  const counters = new Counters();
  counters.add("tributary_received_entries_total", { from: "site-1" });
  for (const n of range(1, 9000)) {
    counters.add("tributary_received_entries_total", { from: `made-up-${n}` });
  }
  counters.add("tributary_received_entries_total", { from: "site-1" });
  const values = new Map(counters.list().map(({ labels, value }) => [labels.from, value]));
  expect(values.size).toBe(5001);
  expect(values.get("site-1")).toBe(2);
  expect(values.get("other")).toBe(9000 - 4999);
  expect(counters.total("tributary_received_entries_total")).toBe(9002);
});

test("every counter has a name as Prometheus wants them, a help text and a label", () => {
  for (const [name, { help, labels }] of Object.entries(COUNTERS)) {
    expect(name).toMatch(/^tributary_[a-z_]+_total$/);
    expect(help).not.toBe("");
    expect(labels.length).toBeGreaterThan(0);
  }
});
