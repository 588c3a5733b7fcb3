import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("T9: tries are 1 s apart at first, then double up to 60 s, each with jitter", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((attempts) => backoffMs(attempts, 0.999999));
  expect(longest).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
  expect(backoffMs(1, 0)).toBe(500);
  expect(backoffMs(1, 0.5)).toBe(750);
  expect(backoffMs(50, 0)).toBe(30000);
});
