import { describe, expect, test } from "vitest";
import { newsOf, type Waiting, waitToldIn } from "./wait_told.ts";

const MINUTE = 60_000;
/** Last night. */
const OLD = 1_000_000;
const NOW = OLD + 8 * 60 * MINUTE;

const QUIET: Waiting = {
  level: "in-time",
  emergency: "in-time",
  urgentMs: null,
  warnedMs: null,
  escalatedMs: null,
};
const STUCK: Waiting = { ...QUIET, level: "escalate", warnedMs: OLD, escalatedMs: OLD };

/** Tells one after the other; when it was told. */
function toldOf(looks: readonly (readonly [nowMs: number, now: Waiting])[]): number[] {
  let told = waitToldIn("in-time");
  return looks.flatMap(([nowMs, now]) => {
    const news = newsOf(told, now, nowMs);
    if (news === null) return [];
    // As the store keeps it.
    told = waitToldIn(JSON.stringify(news));
    return [nowMs];
  });
}

describe("P8: what waits past a limit is told", () => {
  test("once, for as long as nothing newer passes it", () => {
    expect(toldOf([[NOW, QUIET], [NOW + 1, STUCK], [NOW + 10 * MINUTE, STUCK]])).toEqual([NOW + 1]);
    expect(toldOf([[NOW, STUCK], [NOW + 1, QUIET], [NOW + 2, QUIET]])).toEqual([NOW, NOW + 1]);
  });

  test("anew at either limit, behind one that has waited since last night", () => {
    const [warned, both] = [
      { ...STUCK, warnedMs: NOW + MINUTE },
      { ...STUCK, warnedMs: NOW + MINUTE, escalatedMs: NOW + MINUTE },
    ];
    const looks: [number, Waiting][] = [
      [NOW, STUCK],
      [NOW + 4 * MINUTE, warned],
      [NOW + 5 * MINUTE, warned],
      [NOW + 6 * MINUTE, both],
      [NOW + 7 * MINUTE, both],
    ];
    expect(toldOf(looks)).toEqual([NOW, NOW + 4 * MINUTE, NOW + 6 * MINUTE]);
  });

  test("at most once a minute for each limit, however many pass it", () => {
    const looks = Array.from({ length: 1201 }, (_, tenths): [number, Waiting] => {
      const atMs = NOW + tenths * 100;
      return [atMs, { ...STUCK, warnedMs: atMs, escalatedMs: OLD }];
    });
    expect(toldOf(looks)).toEqual([NOW, NOW + MINUTE, NOW + 2 * MINUTE]);
    expect(toldOf([[NOW, STUCK], [NOW + MINUTE - 1, { ...STUCK, escalatedMs: NOW }]]))
      .toEqual([NOW]);
  });

  test("not anew when the newest was decided, nor silenced by a clock set back", () => {
    const newer = { ...STUCK, escalatedMs: OLD + 1 };
    expect(toldOf([[NOW, newer], [NOW + 2 * MINUTE, STUCK], [NOW + 4 * MINUTE, newer]]))
      .toEqual([NOW]);
    expect(toldOf([[NOW, STUCK], [NOW - MINUTE, newer]])).toEqual([NOW, NOW - MINUTE]);
  });

  test("of an emergency at once, whatever waits before it", () => {
    const urgent: Waiting = { ...STUCK, emergency: "warn", urgentMs: NOW - 3 * MINUTE };
    const looks: [number, Waiting][] = [
      [NOW, STUCK],
      [NOW + 1, urgent],
      [NOW + 2, { ...urgent, emergency: "escalate" }],
      [NOW + 3, { ...urgent, emergency: "escalate", urgentMs: NOW }],
      [NOW + 4, { ...STUCK, urgentMs: NOW + 4 }],
    ];
    expect(toldOf(looks)).toEqual([NOW, NOW + 1, NOW + 2, NOW + 3, NOW + 4]);
  });
});

test.each([
  ["in-time", "in-time"],
  ["escalate", "escalate"],
  ["escalate warn 1764000000000", "escalate"],
  ["{", "in-time"],
])("a store of before has said %s: %s", (text, level) => {
  expect(waitToldIn(text)).toMatchObject({ level, emergency: "in-time", urgentMs: null });
});
