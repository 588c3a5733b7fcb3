import { expect, test } from "vitest";
import { firstHash } from "./chain.ts";
import { JournalState } from "./journal_state.ts";

const NOTHING = { seq: 0, hash: firstHash(), floor: 1, floorHash: firstHash() };

test("a stream of which all was lost has no position; one of which all was pruned has", () => {
  const origin = "site-1.2-719c4351bec93661";
  const pruned = { ...NOTHING, origin, stream: "reading", seq: 4, floor: 5 };
  const state = new JournalState(
    "sha256",
    [{ ...NOTHING, origin, stream: "audit" }, pruned],
    [],
  );
  expect(state.standing()).toEqual([pruned]);
  // It goes on from its beginning, should its centres hold it after all.
  expect(state.of(origin, "audit").seq).toBe(0);
  expect(state.positions()).toHaveLength(2);
});
