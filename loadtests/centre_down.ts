/** One centre is killed in mid-load, and started again with its disk. */
import { must, none } from "./promises.ts";
import { steadily } from "./plan.ts";
import type { Scenario } from "./scenario.ts";

export const centreDown: Scenario = {
  title: "A centre down",
  what: "A third of the way centre A is killed (SIGKILL), and at two thirds it is started again " +
    "with its disk. A HIS sends again with the same key, to the other centre.",
  sites: 40,
  tries: 30,
  timeoutMs: 2000,
  load: ({ rate = 100, seconds = 90, warmUpSeconds = 10 }) => ({
    ...steadily(rate, seconds),
    waitingMax: Math.max(100, rate * 3),
    warmUpSeconds,
  }),
  prepare: ({ a }, { seconds = 90 }) => ({
    beside: async ({ after, note }) => {
      await after(seconds / 3);
      note("A killed");
      await a.kill();
      await after(seconds * 2 / 3);
      await a.start();
      note("A started");
      return { promised: [must("centre A was started again with its disk", !a.ended)] };
    },
  }),
  promised: (answers) => [
    // Tries go to both centres in turn: the first may find the dead one, no second does.
    none(
      "service goes on within one request's time-out: asked more than twice",
      answers.filter(({ tries }) => tries > 2).map(({ key }) => key),
    ),
    must(
      "it was killed in mid-load: some were asked again",
      answers.some(({ tries }) => tries > 1),
    ),
  ],
};
