import { expect, test } from "vitest";
import { levelsReached } from "./escalation.ts";

const STEPS = [{ level: 1, afterMs: 0 }, { level: 2, afterMs: 60 }, { level: 3, afterMs: 60 }];

test.each([[-1, []], [0, [1]], [59, [1]], [60, [1, 2, 3]], [61, [1, 2, 3]]])(
  "C4 W9 S5 what nobody looks after comes to its levels: after %i ms",
  (forMs, levels) => {
    expect(levelsReached(STEPS, forMs)).toEqual(levels);
  },
);
