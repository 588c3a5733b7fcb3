import { expect, test } from "vitest";
import { Backlog } from "./backlog.ts";

const WAITED = "it may have waited at the broker";

/** A backlog whose pings leave at once, and how many did. */
function watched(sessionPresent: boolean, nowMs = () => 0) {
  const sent = { pings: 0 };
  const backlog: Backlog = new Backlog(() => {
    sent.pings++;
    backlog.pinged();
  }, nowMs);
  backlog.connected(sessionPresent);
  backlog.ask();
  return { backlog, sent };
}

test("G7: nothing waits for a session that is new", () => {
  const { backlog, sent } = watched(false);
  expect(backlog.doubt(false)).toBeNull();
  expect(sent.pings).toBe(0);
});

test("G7: messages are doubted until a ping is answered without one before the answer", () => {
  const { backlog, sent } = watched(true);
  backlog.came()();
  backlog.answered();
  expect([backlog.doubt(false), sent.pings]).toEqual([WAITED, 2]);
  backlog.answered();
  expect([backlog.doubt(false), sent.pings]).toEqual([null, 2]);
});

test("G7: a ping that left while a message was held says nothing of what waits behind it", () => {
  const { backlog, sent } = watched(true);
  const acknowledged = backlog.came();
  backlog.answered();
  expect(sent.pings).toBe(1);
  // One that keeps the connection alive.
  backlog.pinged();
  acknowledged();
  backlog.answered();
  expect([backlog.doubt(false), sent.pings]).toEqual([WAITED, 2]);
  backlog.answered();
  expect(backlog.doubt(false)).toBeNull();
});

test("G7: what is sent again is not of now, though nothing waits", () => {
  expect(watched(false).backlog.doubt(true)).toBe("the broker has sent it before");
});

test("G7: while one message found no room for long, those behind it waited", () => {
  let nowMs = 0;
  const { backlog, sent } = watched(false, () => nowMs);
  const soon = backlog.came();
  nowMs += 5000;
  soon();
  expect(backlog.doubt(false)).toBeNull();
  const late = backlog.came();
  nowMs += 5001;
  late();
  expect([backlog.doubt(false), sent.pings]).toEqual([WAITED, 1]);
});
