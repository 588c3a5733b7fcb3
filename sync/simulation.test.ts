import { expect, test } from "vitest";
import { range } from "./fixtures.ts";
import { Simulation } from "./simulation.ts";

/** All of a stream of an older life was lost at its site, and the centres never seemed equal. */
const ONCE_BROKEN = [42534, 44842];
/** Each seed is another minute of two sites and two counties in trouble. */
const SEEDS = [...range(1, 24), ...ONCE_BROKEN, Math.floor(Math.random() * 2 ** 31)];

test.each(SEEDS)(
  "G1–G6: nothing acknowledged is lost, doubled or altered: seed %i",
  async (seed) => {
    const result = await new Simulation({ seed, sites: 2, seconds: 60 }).run();
    expect(result.acknowledged).toBeGreaterThan(20);
    expect(result.kills + result.powerCuts).toBeGreaterThan(0);
  },
);
