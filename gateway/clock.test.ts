import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BOOT_ID } from "../sync/fixtures.ts";
import { SystemClock, type Timepieces } from "./clock.ts";

/** A machine whose time the test lets pass. */
class TestMachine implements Timepieces {
  readonly bootId = BOOT_ID;
  #performanceMs = 1000;
  #sleptMs = 40_000;
  #wallOffsetMs = 1_795_000_000_000;
  kernelSynchronised = false;
  asked = 0;

  performanceMs = () => this.#performanceMs;
  wallMs = () => this.#performanceMs + this.#wallOffsetMs;
  uptimeMs = () => Math.floor((this.#performanceMs + this.#sleptMs) / 10) * 10;
  synchronised = () => {
    this.asked++;
    return this.kernelSynchronised;
  };

  pass(ms: number): void {
    this.#performanceMs += ms;
  }

  suspend(ms: number): void {
    this.#sleptMs += ms;
    this.#wallOffsetMs += ms;
  }

  setWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }
}

describe("T12: the state of the clock", () => {
  test("is untrusted until somebody has vouched for it", () => {
    const machine = new TestMachine();
    const clock = new SystemClock(machine);
    expect(clock.now().clock).toBe("untrusted");
    machine.pass(86_400_000);
    expect(clock.now().clock).toBe("untrusted");
  });

  test("is trusted while the kernel is synchronised, then holdover, never untrusted again", () => {
    const machine = new TestMachine();
    const clock = new SystemClock(machine);
    const states = [true, false, false, true].map((synchronised) => {
      machine.kernelSynchronised = synchronised;
      machine.pass(1001);
      return clock.now().clock;
    });
    expect(states).toEqual(["trusted", "holdover", "holdover", "trusted"]);
  });

  test("is asked for once a second, however many stamps are made", () => {
    const machine = new TestMachine();
    const clock = new SystemClock(machine);
    for (let stamps = 0; stamps < 100; stamps++) clock.now();
    expect(machine.asked).toBe(1);
    machine.pass(1001);
    clock.now();
    expect(machine.asked).toBe(2);
  });
});

describe("T12: a stamp", () => {
  test("has the wall clock as read, the boot and the time since it", () => {
    expect(new SystemClock(new TestMachine()).now()).toEqual({
      wallMs: 1_795_000_001_000,
      bootId: BOOT_ID,
      bootMs: 41_000,
      clock: "untrusted",
    });
  });

  test.each([[3_600_000], [-3_600_000], [-50 * 365 * 86_400_000]])(
    "keeps the time since boot when the wall clock jumps by %i ms",
    (jumpMs) => {
      const machine = new TestMachine();
      const clock = new SystemClock(machine);
      const before = clock.now();
      machine.pass(5000);
      machine.setWall(jumpMs);
      const after = clock.now();
      expect(after.wallMs - before.wallMs).toBe(5000 + jumpMs);
      expect(after.bootMs - before.bootMs).toBe(5000);
    },
  );

  test("counts the time that the machine slept", () => {
    const machine = new TestMachine();
    const clock = new SystemClock(machine);
    const before = clock.now();
    machine.suspend(600_000);
    machine.pass(2000);
    expect(clock.now().bootMs - before.bootMs).toBe(602_000);
  });

  test("has both clocks gone on at once after a sleep: that is no jump", () => {
    const machine = new TestMachine();
    const clock = new SystemClock(machine);
    const before = clock.now();
    machine.suspend(600_000);
    machine.pass(10);
    const after = clock.now();
    expect([after.wallMs - before.wallMs, after.bootMs - before.bootMs]).toEqual([
      600_010,
      600_010,
    ]);
  });

  test("of an earlier moment is as much earlier on both clocks", () => {
    const machine = new TestMachine();
    const clock = new SystemClock(machine);
    machine.pass(9000);
    const ruler = clock.ruler();
    const [now, before] = [ruler(machine.performanceMs()), ruler(machine.performanceMs() - 700)];
    expect([now.wallMs - before.wallMs, now.bootMs - before.bootMs]).toEqual([700, 700]);
  });

  test("never lies before an earlier one by the time since boot, whatever the wall clock does", () => {
    const event = fc.oneof(
      fc.record({ pass: fc.nat(5000) }),
      fc.record({ suspend: fc.nat(1e7) }),
      fc.record({ setWall: fc.integer({ min: -1e11, max: 1e11 }) }),
    );
    fc.assert(fc.property(fc.array(event), (events) => {
      const machine = new TestMachine();
      const clock = new SystemClock(machine);
      let last = clock.now();
      for (const event of events) {
        if ("pass" in event) machine.pass(event.pass);
        else if ("suspend" in event) machine.suspend(event.suspend);
        else machine.setWall(event.setWall);
        const stamp = clock.now();
        expect(stamp.bootMs).toBeGreaterThanOrEqual(last.bootMs);
        expect(stamp.wallMs).toBe(machine.wallMs());
        last = stamp;
      }
    }));
  });
});

test("this machine's own clocks are those of its kernel", () => {
  const uptimeMs = () => Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]) * 1000;
  const [wallBefore, bootBefore] = [Date.now(), uptimeMs()];
  const stamp = new SystemClock().now();
  const [wallAfter, bootAfter] = [Date.now(), uptimeMs()];
  expect(stamp.bootId).toMatch(/^[0-9a-f]{32}$/);
  const bootId = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id");
  expect(stamp.bootId).toBe(bootId.trim().replaceAll("-", ""));
  // Rounded to milliseconds, and the uptime to hundredths of a second.
  expect(stamp.wallMs).toBeGreaterThanOrEqual(wallBefore - 1);
  expect(stamp.wallMs).toBeLessThanOrEqual(wallAfter + 1);
  expect(stamp.bootMs).toBeGreaterThanOrEqual(bootBefore - 11);
  expect(stamp.bootMs).toBeLessThanOrEqual(bootAfter + 11);
  expect(["untrusted", "trusted"]).toContain(stamp.clock);
});
