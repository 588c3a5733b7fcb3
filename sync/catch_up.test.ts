import process from "node:process";
import { expect, test } from "vitest";
import { catchUp } from "./fixture_catch_up.ts";

const HOURS = 24;

test.each([
  { line: "20 Mbit/s", mbit: 20, sharePercent: 50 },
  { line: "256 kbit/s", mbit: 0.256, sharePercent: 100 },
])(
  `T5 T7 L5: on $line a centre that was away ${HOURS} h is equal again while alarms overtake`,
  async ({ line, mbit, sharePercent }) => {
    const found = await catchUp({ hoursAway: HOURS, mbit, sharePercent });
    const ms = (latency: { count: number; p95: number; max: number }) =>
      `p95 ${Math.round(latency.p95)} ms, at most ${Math.round(latency.max)} ms (${latency.count})`;
    process.stdout.write(
      `${line}: ${found.readings} readings caught up in ${found.seconds.toFixed(1)} s, ` +
        `${Math.round(found.timesRealTime)} times real time, ` +
        `${found.tryAgainSeconds.toFixed(1)} s after its return; ` +
        `${(found.lineShare * 100).toFixed(0)} % of the line, ` +
        `${found.bytesPerReading.toFixed(1)} bytes a reading; ` +
        `alarms ${ms(found.alarmsMs)}; readings ${ms(found.readingsMs)}; ${found.lives} lives\n`,
    );
    expect(found.equal).toBe(true);
    expect(found.timesRealTime).toBeGreaterThan(20);
    expect(found.alarmsMs.p95).toBeLessThanOrEqual(2000);
  },
  600_000,
);
