/** Scenarios in which many sites, simulated by their signed journals, ship beside the load. */
import { queuedPrescriptions } from "../gateway/bench/queued_prescriptions.ts";
import { readings } from "../gateway/bench/readings.ts";
import { steadily } from "./plan.ts";
import { must } from "./promises.ts";
import { type Scenario, sitesOf } from "./scenario.ts";

const TO_COUNTY = { tries: 12, timeoutMs: 5000 };

/** 22,000 prescriptions of a day, of 400 sites. */
const QUEUED = 55;

export const reconnect: Scenario = {
  ...TO_COUNTY,
  sites: 400,
  title: "All sites come back at once",
  what: "400 sites that were cut off for a day ship the 55 prescriptions that each has, all at " +
    "once and to both centres, while others go on to be sent to the county.",
  load: ({ rate = 50, seconds = 60, warmUpSeconds = 10 }) => ({
    ...steadily(rate, seconds),
    waitingMax: Math.max(100, rate * 5),
    warmUpSeconds,
  }),
  prepare: async (pair, { sites = 400 }) => {
    const fleet = await pair.simulatedSites(sitesOf(sites));
    const queued = fleet.map((site) => ({
      site,
      ...queuedPrescriptions(site.name, "queued", QUEUED),
    }));
    const acknowledged = queued.flatMap(({ keys }) => keys);
    return {
      beside: async ({ after, note }) => {
        await after(2);
        note("all sites ship");
        const from = performance.now();
        const { signal } = new AbortController();
        await Promise.all(queued.map(({ site, entries }) => site.ship("record", entries, signal)));
        const shipped = `${((performance.now() - from) / 1000).toFixed(1)} s`;
        note("all is shipped");
        return {
          acknowledged,
          figures: [
            ["prescriptions that sites shipped", String(acknowledged.length)],
            ["until both centres had stored all of these", shipped],
          ],
        };
      },
    };
  },
};

/** A poll of its devices a site ships at once, and how often. */
const POLL = { readings: 20, seconds: 10 };
const FLEET = 500;

export const mixed: Scenario = {
  ...TO_COUNTY,
  sites: 40,
  title: "With the readings of 500 sites",
  what: "200 prescriptions a second, while each of 500 sites ships 20 readings every 10 seconds " +
    "to both centres: 1,000 readings a second at each.",
  load: ({ rate = 200, seconds = 60, warmUpSeconds = 10 }) => ({
    ...steadily(rate, seconds),
    waitingMax: Math.max(100, rate * 2),
    warmUpSeconds,
  }),
  prepare: async (pair, { seconds = 60, sites = FLEET }) => {
    const fleet = await pair.simulatedSites(sitesOf(sites).map((name) => `fleet-${name}`));
    return {
      beside: async ({ after }) => {
        const { signal } = new AbortController();
        let shipped = 0;
        await Promise.all(fleet.map(async (site, index) => {
          // They come spread over the time between two polls.
          const from = index / fleet.length * POLL.seconds;
          for (let at = from; at < seconds; at += POLL.seconds) {
            await after(at);
            const entries = [...readings(POLL.readings)]
              .map((one) => ({ kind: "reading", ...one }));
            await site.ship("reading", entries, signal);
            shipped += entries.length;
          }
        }));
        const held = await pair.readingsOf("fleet-");
        const what = "G2: every reading that was shipped is at both centres";
        return {
          promised: [must(what, held.every((one) => one === shipped), held.join(" and "))],
          figures: [["readings that sites shipped", String(shipped)]],
        };
      },
    };
  },
};
