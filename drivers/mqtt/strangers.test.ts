import { expect, test } from "vitest";
import { Strangers } from "./strangers.ts";

const HERE = "10.0.0.66";
const ELSEWHERE = "10.0.0.5";

function crowded(count: number, connectionsMax = 500) {
  const clock = { ms: 0 };
  const strangers = new Strangers<number>(connectionsMax, () => clock.ms);
  for (let number = 0; number < count; number++) strangers.add(number, HERE);
  return { clock, strangers };
}

test("X2: twenty connections of one address may be silent for long, and no more", () => {
  const { clock, strangers } = crowded(20);
  clock.ms = 2999;
  expect(strangers.crowds(HERE)).toBe(false);
  clock.ms = 3000;
  expect(strangers.crowds(HERE)).toBe(true);
  expect(strangers.crowds(ELSEWHERE)).toBe(false);
  strangers.delete(7);
  expect(strangers.crowds(HERE)).toBe(false);
});

test("X2: one address may have half of all connections open before it says who it is", () => {
  expect(crowded(249).strangers.crowds(HERE)).toBe(false);
  expect(crowded(250).strangers.crowds(HERE)).toBe(true);
  expect(crowded(250).strangers.crowds(ELSEWHERE)).toBe(false);
  expect(crowded(0, 1).strangers.crowds(HERE)).toBe(false);
});
