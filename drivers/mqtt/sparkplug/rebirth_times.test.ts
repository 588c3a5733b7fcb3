import { expect, test } from "vitest";
import { RebirthTimes } from "./rebirth_times.ts";

/** The moments, of all seconds of two hours, at which a node that tells no birth is asked. */
function askedAt(times: RebirthTimes): number[] {
  return Array.from({ length: 7200 }, (_, second) => second)
    .filter((second) => times.mayAsk(second * 1000));
}

test("T9: a node that does not answer is asked less and less often, down to every ten minutes", () => {
  const asked = askedAt(new RebirthTimes());
  expect(asked.slice(0, 8)).toEqual([0, 10, 30, 70, 150, 310, 630, 1230]);
  expect(asked.slice(7).every((second, index) => second === 1230 + index * 600)).toBe(true);
});

test("T9: one that answers each time is asked every ten seconds at most", () => {
  const times = new RebirthTimes();
  const asked = Array.from({ length: 100 }, (_, second) => {
    times.born();
    return times.mayAsk(second * 1000);
  });
  expect(asked.filter((isAsked) => isAsked)).toHaveLength(10);
});
