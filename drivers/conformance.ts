/** The suite that every driver passes: what the contract promises, whatever the protocol. */
import { describe, expect, test } from "vitest";
import { DeviceError, type Driver } from "./driver.ts";
import { DrivenRun, until } from "./fixtures.ts";

/** The other end of a driver's line, as programs of others are. */
export interface Rig extends AsyncDisposable {
  /** What the driver is given. */
  readonly settings: unknown;
  /** The device that speaks. */
  readonly device: string;
  /**
   * Lets the device say something; for one that acknowledges, resolves with whether it was
   * acknowledged in the end, and `null` where the protocol has no acknowledgement.
   */
  say(run: DrivenRun): Promise<boolean> | null;
  /** Something else on the same line that is answered while nothing is stored. */
  exchange(run: DrivenRun): Promise<void>;
  /** Set where what is refused is taken off the sender all the same, and why. */
  readonly takesRefused?: string;
  /** Takes the line away; `null` where there is nothing that could break. */
  breakLine: (() => Promise<void>) | null;
}

export function describeDriver<S>(driver: Driver<S>, rig: () => Promise<Rig>): void {
  const started = async (run: DrivenRun) => {
    await until("the line is up", () => run.of("line").length > 0 || run.ended !== null);
    expect(run.ended).toBeNull();
  };

  describe(`the driver contract: ${driver.kind}`, () => {
    test("what a device says comes as one item, with its name and the moment it came", async () => {
      await using end = await rig();
      await using run = DrivenRun.of(driver, end.settings);
      await started(run);
      const before = performance.now();
      await end.say(run);
      await until("an item comes", () => run.of("reading").length > 0);
      const [item] = run.of("reading");
      expect(item.device).toBe(end.device);
      expect(item.readings.length).toBeGreaterThan(0);
      expect(item.receivedMs).toBeLessThanOrEqual(performance.now());
      if (end.say(run) !== null) expect(item.receivedMs).toBeGreaterThanOrEqual(before);
    });

    test("G1: nothing is acknowledged before it is stored", async () => {
      await using end = await rig();
      await using run = DrivenRun.of(driver, end.settings);
      await started(run);
      run.hold();
      let acknowledged: boolean | null = null;
      const saying = end.say(run)?.then((result) => acknowledged = result);
      await until("it is handed over", () => run.of("reading").length > 0);
      // By then an acknowledgement would have arrived, had one been sent.
      await end.exchange(run);
      expect(acknowledged).toBeNull();
      run.letGo();
      if (saying !== undefined) expect(await saying).toBe(true);
    });

    test("G1: what is refused is not acknowledged, but to one who would send it for ever", async () => {
      await using end = await rig();
      await using run = DrivenRun.of(
        driver,
        end.settings,
        ({ kind }) => kind === "reading" ? { kind: "refused", reason: "full" } : { kind: "stored" },
      );
      await started(run);
      const saying = end.say(run);
      await until("it is handed over", () => run.of("reading").length > 0);
      if (saying !== null) expect(await saying).toBe(end.takesRefused !== undefined);
    });

    test("G2: what there is no room for is not acknowledged; with room again all goes on", async () => {
      await using end = await rig();
      let room = false;
      await using run = DrivenRun.of(
        driver,
        end.settings,
        ({ kind }) =>
          kind === "reading" && !room
            ? { kind: "unavailable", reason: "the disk is full" }
            : { kind: "stored" },
      );
      await started(run);
      let acknowledged: boolean | null = null;
      const saying = end.say(run)?.then((result) => acknowledged = result);
      await until("it is handed over", () => run.of("reading").length > 0);
      if (saying !== undefined) {
        await until("it is offered again", () => run.of("reading").length > 1);
        expect(acknowledged).toBeNull();
      }
      room = true;
      const before = run.of("reading").length;
      if (saying === undefined) end.say(run);
      else expect(await saying).toBe(true);
      await until("it comes again", () => run.of("reading").length > before);
      expect(run.ended).toBeNull();
    });

    test("an abort ends the run soon, while a batch is under way and without an error", async () => {
      await using end = await rig();
      const run = DrivenRun.of(driver, end.settings);
      await started(run);
      run.hold();
      const saying = end.say(run);
      await until("it is handed over", () => run.of("reading").length > 0);
      const ending = run.abort();
      run.letGo();
      await ending;
      expect(run.ended).toEqual({ error: null });
      if (saying !== null) await saying;
    });

    test("a line that breaks ends the run with a DeviceError that names it", async () => {
      await using end = await rig();
      if (end.breakLine === null) return expect(end.breakLine).toBeNull();
      await using run = DrivenRun.of(driver, end.settings);
      await started(run);
      await end.breakLine();
      await until("the run has ended", () => run.ended !== null);
      expect(run.ended?.error).toBeInstanceOf(DeviceError);
      expect(String(run.ended?.error)).toContain("127.0.0.1");
    });

    test("a run that was ended can be followed by another on the same line", async () => {
      await using end = await rig();
      for (let round = 0; round < 2; round++) {
        await using run = DrivenRun.of(driver, end.settings);
        await started(run);
        await end.say(run);
        await until("an item comes", () => run.of("reading").length > 0);
      }
    });
  });
}
