/** Scenarios with a real site, over a line of 40 ms there and back. */
import { reachOf } from "../gateway/bench/county_pair.ts";
import type { Answer } from "./answers.ts";
import { steadily } from "./plan.ts";
import { must, none } from "./promises.ts";
import type { Scenario } from "./scenario.ts";

const LINE_MS = 40;

/** A site's HIS has nobody else to ask; the site itself waits 800 ms for the county (P12). */
const TO_SITE = { sites: 1, tries: 12, timeoutMs: 5000 };

function degraded(answers: readonly Answer[]): number {
  return answers.filter(({ isDegraded }) => isDegraded).length;
}

export const site: Scenario = {
  ...TO_SITE,
  title: "A site over 40 ms of line",
  what: "Twenty a second at one township's own door; the county decides, 40 ms away and back.",
  load: ({ rate = 20, seconds = 60, warmUpSeconds = 10 }) => ({
    ...steadily(rate, seconds),
    waitingMax: Math.max(50, rate * 3),
    warmUpSeconds,
  }),
  prepare: async (pair) => {
    const { site } = await pair.startSite("site-1", LINE_MS);
    return { targets: [reachOf(site)] };
  },
  aimP99Ms: 800,
  promised: (answers) => {
    const alone = answers.filter(({ isDegraded }) => isDegraded).map(({ key }) => key);
    return [none("P12: decided by the site alone though the line is up", alone)];
  },
};

export const lineDown: Scenario = {
  ...TO_SITE,
  title: "A day with the line down",
  what: "Both lines of a site are cut; its door takes twenty days' prescriptions of a township " +
    "(55 a day: 22,000 of 400 sites). Then the lines are back, and a county looks at all of them.",
  load: ({ rate = 20, seconds = 55 }) => ({
    ...steadily(rate, seconds),
    waitingMax: Math.max(50, rate * 3),
    // What warms up would be decided with the line still up, or be one of the day.
    warmUpSeconds: 0,
  }),
  prepare: async (pair, { seconds = 55 }) => {
    const { site, lines } = await pair.startSite("site-1", LINE_MS);
    for (const line of lines) await line.cut();
    await pair.linksOf(site, "down");
    return {
      targets: [reachOf(site)],
      beside: async ({ after, note }) => {
        await after(seconds + 1);
        note("lines back");
        for (const line of lines) await line.join();
        return {};
      },
    };
  },
  promised: (answers) => [
    must(
      "P12: with the line down the site decides all by itself, marked so",
      degraded(answers) === answers.length,
      `${degraded(answers)} of ${answers.length}`,
    ),
  ],
};
