import fc from "fast-check";
import { expect, test } from "vitest";
import { Heard, SILENT_MS, type Wanted } from "./heard.ts";

const place = (seq: number): Wanted => ({ origin: "county-b.1-0", stream: "to:site-1", seq });
const moment = (steadyMs: number) => ({ steadyMs, wallMs: steadyMs + 1_000_000 });
/** What is here, of one stream. */
const upTo = (here: number) => ({ seq }: Wanted) => seq <= here;

/** The other centre writes an entry each millisecond; `hereMs`: all of then is here at `nowMs`. */
function follow(heard: Heard, nowMs: number, hereMs: number): void {
  const reached = heard.look(nowMs, upTo(hereMs));
  if (reached !== null) heard.reached(reached);
}

test("P11 a way on which nothing comes any more is noticed after 10 s, though it answers", () => {
  const heard = new Heard();
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 250) {
    if (nowMs % 3000 === 0) heard.has(moment(nowMs), [place(nowMs)]);
    follow(heard, nowMs, Math.min(nowMs, 30_000));
    expect(heard.isWhole(nowMs)).toBe(nowMs <= 30_000 + SILENT_MS);
  }
  expect(heard.allOf).toEqual(moment(30_000));
  // It goes on where it left off.
  follow(heard, 60_000, 60_000);
  expect(heard.isWhole(60_000)).toBe(true);
});

test("P11 what is always some seconds late, under load, is all here at any time", () => {
  const lateMs = fc.integer({ min: 0, max: SILENT_MS - 3000 - 500 });
  fc.assert(fc.property(fc.array(lateMs, { minLength: 100, maxLength: 100 }), (late) => {
    const heard = new Heard();
    let hereMs = 0;
    heard.has(moment(0), []);
    follow(heard, 0, 0);
    return late.every((ms, n) => {
      const nowMs = (n + 1) * 250;
      hereMs = Math.max(hereMs, nowMs - ms);
      if (nowMs % 3000 === 0) heard.has(moment(nowMs), [place(nowMs)]);
      follow(heard, nowMs, hereMs);
      return heard.isWhole(nowMs);
    });
  }));
});

test("P11 it is never all here where something is missing of longer ago than that", () => {
  const step = fc.record({
    askedMs: fc.integer({ min: 1, max: 20_000 }),
    lookMs: fc.integer({ min: 0, max: 20_000 }),
    comes: fc.integer({ min: 0, max: 20_000 }),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const heard = new Heard();
    let [nowMs, hereMs] = [0, 0];
    return steps.every(({ askedMs, lookMs, comes }) => {
      nowMs += askedMs;
      heard.has(moment(nowMs), [place(nowMs)]);
      nowMs += lookMs;
      hereMs = Math.min(nowMs, hereMs + comes);
      follow(heard, nowMs, hereMs);
      return !heard.isWhole(nowMs) || nowMs - hereMs <= SILENT_MS;
    });
  }));
});

test("P11 a line that broke is not believed by what was asked before", () => {
  const heard = new Heard();
  expect([heard.isWhole(0), heard.allOf]).toEqual([false, null]);
  heard.has(moment(0), []);
  follow(heard, 1, 0);
  expect(heard.isWhole(1)).toBe(true);
  heard.has(moment(2), []);
  heard.broke();
  follow(heard, 3, 0);
  expect(heard.isWhole(3)).toBe(false);
  // Until when all was here stays known.
  expect(heard.allOf?.wallMs).toBe(1_000_000);
  heard.has(moment(4), []);
  follow(heard, 5, 0);
  expect(heard.isWhole(5)).toBe(true);
});
