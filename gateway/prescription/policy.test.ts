import { describe, expect, test } from "vitest";
import { LINE_STATES, lineStateOf, policyFor } from "./policy.ts";
import { OUTCOMES } from "./verdict.ts";

const NOW = { nowMs: 10_000, waitMs: 800 };
const up = (oldestWaitingMs: number | null) => ({ state: "up", oldestWaitingMs }) as const;
const down = { state: "down", oldestWaitingMs: null } as const;

describe("P12: a line", () => {
  test.each([
    ["is up where nothing waits", [up(null)], "up"],
    ["is up where something waits as long as a prescriber does", [up(9200)], "up"],
    ["is slow a millisecond later", [up(9199)], "slow"],
    ["is up where one of two centres is quick", [up(1), up(null)], "up"],
    ["is slow where the quick one is down", [up(1), down], "slow"],
    ["is down where no centre is reached", [down, down], "down"],
    ["is down where none is known", [], "down"],
    ["is down where none is enrolled", [{ state: "not-enrolled" }], "down"],
  ])("of a site %s", (_rule, links, state) => {
    expect(lineStateOf("site", links, NOW)).toBe(state);
  });

  test("of a centre that is alone is up, and down where the other is away", () => {
    expect(lineStateOf("county", [], NOW)).toBe("up");
    expect(lineStateOf("county", [down], NOW)).toBe("down");
  });
});

describe.each(["site", "county"] as const)("P12, P3, P8: the policy of a %s", (side) => {
  test.each(LINE_STATES)("names every outcome once while the line is %s", (state) => {
    const { outcomes, ...policy } = policyFor(side, state);
    expect(policy).toMatchObject({ side, state });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([...OUTCOMES, "rescue"]);
    const texts = outcomes.flatMap(({ happens, decides, afterwards }) => [
      ...[happens.zh, happens.en, decides.zh, decides.en, afterwards.zh, afterwards.en],
    ]);
    expect(texts).not.toContain("");
  });

  test.each(LINE_STATES)("lets nobody decide black, and persons the unsure ones: %s", (state) => {
    const rights = policyFor(side, state).outcomes.map(({ outcome, right }) => [outcome, right]);
    expect(Object.fromEntries(rights)).toEqual({
      "pass": null,
      "notice": null,
      "pharmacist": "prescription.review",
      "could-not-check": "prescription.review",
      "intercept": null,
      "rescue": null,
    });
  });
});
