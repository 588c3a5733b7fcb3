import { expect, test } from "vitest";

const SCRIPT = new URL("./fixture_host_zone.ts", import.meta.url).pathname;

async function saidIn(zone: string, changeMs: number): Promise<unknown> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", SCRIPT, String(changeMs)],
    env: { TZ: zone },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const cold = (alarms: readonly number[], day: string) => ({ alarms, days: [day] });

// Clocks go forward in New York at 07:00 UTC, and back in Berlin at 01:00 UTC: by the IANA time
// zone database, both in 2026. China's are never changed.
test.each([
  ["America/New_York", "2026-03-08T07:00:00Z", "2026-03-08", -60],
  ["Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25", 60],
])(
  "C2, C3, C6, W5, S5 a host in %s whose clocks change has the same hours and days",
  async (zone, change, day, host) => {
    const changeMs = Date.parse(change);
    expect(await saidIn(zone, changeMs)).toEqual({
      host,
      cold: [cold([], day), cold([60], day), cold([60], day)],
      waste: ["running", "warning", "warning", "warning", "breached", "breached"],
      day: [86_400_000, true],
      sterileDays: [false, true],
      overdue: [false, true],
      manual: [0, 1],
    });
  },
);
