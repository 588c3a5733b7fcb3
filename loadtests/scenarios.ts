/** All scenarios, by the name that `deno task load:NAME` has. */
import { centreDown } from "./centre_down.ts";
import { day } from "./day.ts";
import { mixed, reconnect } from "./fleets.ts";
import { pharmacists } from "./pharmacists.ts";
import { steadily } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import { lineDown, site } from "./sites.ts";

/** A HIS waits so long for an answer, then asks the other centre; a minute in all. */
const TO_COUNTY = { sites: 40, tries: 12, timeoutMs: 5000 };

const steady: Scenario = {
  ...TO_COUNTY,
  title: "Steady",
  what: "1,000 prescriptions a second: 164 days' worth an hour of a county with 22,000 a day.",
  load: ({ rate = 1000, seconds = 60, warmUpSeconds = 10 }) => ({
    ...steadily(rate, seconds),
    waitingMax: waitingFor(rate),
    warmUpSeconds,
  }),
  aimP99Ms: 25,
};

const ramp: Scenario = {
  ...TO_COUNTY,
  title: "Ramp to saturation",
  what: "More and more a second, until an answer takes over a second: there it is saturated.",
  load: ({ rate = 5000, seconds = 150, warmUpSeconds = 10 }) => ({
    startRate: 100,
    stages: [{ rate, seconds }],
    waitingMax: 3000,
    warmUpSeconds,
  }),
  stopAtMs: 1000,
};

const burst: Scenario = {
  ...TO_COUNTY,
  title: "Monday, eight o'clock",
  what: "Fifty a second, then all doctors sign at once: twenty times as many for twenty seconds.",
  load: ({ rate = 1000, seconds = 20, warmUpSeconds = 10 }) => ({
    startRate: rate / 20,
    stages: [
      { rate: rate / 20, seconds },
      { rate, seconds: 1 },
      { rate, seconds },
      { rate: rate / 20, seconds: 1 },
      { rate: rate / 20, seconds },
    ],
    waitingMax: 2000,
    warmUpSeconds,
  }),
};

/** Answers of half a second keep so many waiting. */
function waitingFor(rate: number): number {
  return Math.max(100, Math.ceil(rate / 2));
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  day,
  steady,
  ramp,
  burst,
  site,
  "centre-down": centreDown,
  reconnect,
  "line-down": lineDown,
  mixed,
  pharmacists,
};
