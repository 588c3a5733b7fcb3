/** One centre is killed in mid-load, and started again with its disk. */
import { must } from "./promises.ts";
import { steadily } from "./plan.ts";
import type { Scenario } from "./scenario.ts";

export const centreDown: Scenario = {
  title: "A centre down",
  what: "A third of the way centre A is killed (SIGKILL), and at two thirds it is started again " +
    "with its disk. A HIS sends again with the same key, to the other centre.",
  sites: 40,
  tries: 5,
  timeoutMs: 2000,
  load: ({ rate = 300, seconds = 90, warmUpSeconds = 10 }) => ({
    ...steadily(rate, seconds),
    waitingMax: Math.max(100, rate * 3),
    warmUpSeconds,
  }),
  beside: async ({ pair, after, note }, { seconds = 90 }) => {
    await after(seconds / 3);
    note("A killed");
    await pair.a.kill();
    await after(seconds * 2 / 3);
    await pair.a.start();
    note("A started");
    return { promised: [must("centre A was started again with its disk", !pair.a.ended)] };
  },
};
