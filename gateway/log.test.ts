import { expect, test } from "vitest";
import { range } from "../sync/fixtures.ts";
import { createLog, type Log, type LogLine } from "./log.ts";

/** A log of which the test sees each line, and whose time it lets pass. */
function testLog(): {
  log: Log;
  lines: Record<string, unknown>[];
  texts: string[];
  pass(ms: number): void;
} {
  const texts: string[] = [];
  const lines: Record<string, unknown>[] = [];
  let nowMs = 0;
  const log = createLog((text) => {
    texts.push(text);
    lines.push(JSON.parse(text));
  }, () => nowMs);
  return { log, lines, texts, pass: (ms) => nowMs += ms };
}

const refused = (who: string, detail = "nobody knows it"): LogLine => ({
  kind: "refusal",
  source: "sensors",
  code: "unknown-client",
  who,
  detail,
});

test("an event is one line of JSON with its time, level and fields", () => {
  const { log, lines, texts } = testLog();
  log({ kind: "device", device: "fridge-1", state: "offline", reason: "two\nlines 冷藏箱" });
  expect(texts[0].indexOf("\n")).toBe(texts[0].length - 1);
  const [{ time, ...line }] = lines;
  expect(new Date(String(time)).toISOString()).toBe(time);
  expect(line).toEqual({
    level: "info",
    kind: "device",
    device: "fridge-1",
    state: "offline",
    reason: "two\nlines 冷藏箱",
  });
});

test.each<[LogLine, string]>([
  [{ kind: "stopped" }, "info"],
  [refused("th-9"), "warning"],
  [{ kind: "failed", error: "out of disk", stack: undefined }, "error"],
])("%j is told as %s", (line, level) => {
  const { log, lines } = testLog();
  log(line);
  expect(lines[0].level).toBe(level);
});

test("a warning that repeats is told once a minute, with how often it was held back", () => {
  const { log, lines, pass } = testLog();
  for (const _second of range(1, 60)) {
    log(refused("th-9"));
    pass(1000);
  }
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toHaveProperty("repeats");
  log(refused("th-9"));
  expect(lines[1]).toMatchObject({ kind: "refusal", who: "th-9", repeats: 59 });
});

test("repeats are told apart by their subject, not by what differs each time", () => {
  const { log, lines } = testLog();
  log(refused("th-9"));
  log(refused("th-8"));
  log(refused("th-9", "the third try"));
  log({ kind: "source-down", source: "bus", reason: "no answer", attempts: 1, waitMs: 700 });
  log({ kind: "source-down", source: "bus", reason: "no answer", attempts: 2, waitMs: 1900 });
  log({ kind: "source-down", source: "bus", reason: "reset", attempts: 3, waitMs: 4000 });
  expect(lines.map(({ who, reason }) => who ?? reason)).toEqual([
    "th-9",
    "th-8",
    "no answer",
    "reset",
  ]);
});

test("what is no warning is told each time", () => {
  const { log, lines } = testLog();
  const device = { kind: "device", device: "fridge-1", state: "online", reason: "" } as const;
  const failed = { kind: "failed", error: "out of disk", stack: undefined } as const;
  for (const line of [device, device, failed, failed]) log(line);
  expect(lines).toHaveLength(4);
});

test("made-up subjects are forgotten before they take all the memory", () => {
  const { log, lines } = testLog();
  for (const n of range(1, 2500)) log(refused(`made-up-${n}`));
  expect(lines).toHaveLength(2500);
  // The last ones are remembered all the same.
  log(refused("made-up-2500"));
  expect(lines).toHaveLength(2500);
});
