/** Pharmacists who decide what waits. */
import { reachOf } from "../gateway/bench/county_pair.ts";
import { fillQueue, hirePharmacists, leftWaiting } from "../gateway/bench/waiting_reviews.ts";
import { isAcknowledged } from "./answers.ts";
import { must, none } from "./promises.ts";
import { type Scenario, sitesOf } from "./scenario.ts";

const [WORKERS, COUNT, SITES] = [50, 10_000, 40];

/** A small queue is for few. */
function workersFor(count: number): number {
  return Math.min(WORKERS, Math.ceil(count / 4));
}

export const pharmacists: Scenario = {
  title: "Fifty pharmacists, 10,000 that wait",
  what: "Each takes the first in order and approves it, over the API that their page uses.",
  sites: SITES,
  tries: 600,
  timeoutMs: 10_000,
  script: "review.ts",
  load: ({ rate = COUNT, seconds = 270 }) => ({
    pieces: rate,
    workers: workersFor(rate),
    secondsMax: seconds,
  }),
  prepare: async (pair, { rate = COUNT, sites = SITES }) => {
    await fillQueue(pair, sitesOf(sites), rate);
    const pharmacists = await hirePharmacists(pair.a, workersFor(rate));
    return { targets: [reachOf(pair.a)], pharmacists };
  },
  promised: async (answers, pair) => {
    const keys = answers.map(({ key }) => key);
    const twice = [...Map.groupBy(keys, (key) => key)].filter(([, of]) => of.length > 1)
      .map(([key]) => key);
    const left: number[] = [];
    for (const centre of pair.centres) left.push(await leftWaiting(centre));
    return [
      none("P7: taken by two", twice),
      none("P7: taken and not decided", answers.filter((one) => !isAcknowledged(one)).map(keyOf)),
      must("waiting at the centres in the end", left.every((one) => one === 0), left.join(" and ")),
    ];
  },
};

function keyOf({ key }: { readonly key: string }): string {
  return key;
}
