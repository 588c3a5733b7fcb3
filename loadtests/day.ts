/** A day of a county, compressed. */
import type { Scenario } from "./scenario.ts";

/** Prescriptions a day of one real county. */
const A_DAY = 22_000;

/**
 * Shares of a day's prescriptions by the hour, from midnight, of a hundred. That outpatients come
 * in two waves a day was found in the registrations of five departments in Chongqing (He et al.,
 * "Characteristics of Patient Arrivals and Service Utilization in Outpatient Departments", BigData
 * 2019, CCIS 1120). No table of prescriptions by the hour was found: the shares are ours, with the
 * greater wave in the morning, a pause at noon, and a little at night.
 */
const HOURS = [
  ...[0.4, 0.3, 0.2, 0.2, 0.2, 0.3, 0.7, 3.2],
  ...[13.5, 15.5, 13.6, 8.9, 2.2, 3.4, 10.2, 10.4],
  ...[7.6, 3.4, 1.5, 1.4, 1.2, 0.8, 0.5, 0.4],
];

export const day: Scenario = {
  title: "A day",
  what: "22,000 prescriptions in four minutes, as a day's 24 hours bring them: in two waves.",
  sites: 40,
  tries: 12,
  timeoutMs: 5000,
  load: ({ rate = A_DAY, seconds = 240, warmUpSeconds = 10 }) => {
    const total = HOURS.reduce((sum, share) => sum + share, 0);
    const hour = seconds / HOURS.length;
    const rates = HOURS.map((share) => rate * share / total / hour);
    const stages = rates.flatMap((one) => [
      { rate: one, seconds: hour / 5 },
      { rate: one, seconds: hour * 4 / 5 },
    ]);
    return { startRate: rates[0], stages, waitingMax: 500, warmUpSeconds };
  },
  aimP99Ms: 25,
};
