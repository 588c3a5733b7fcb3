import { describe, expect, test } from "vitest";
import type { Stamp } from "../sync/entry.ts";
import { BOOT_ID } from "../sync/fixtures.ts";
import { entriesOf } from "../sync/run.ts";
import { type Clock, SystemClock } from "./clock.ts";
import { ClockWatch } from "./clock_watch.ts";
import { newEntry } from "./collected_entry.ts";
import { devicePage } from "./console/device_cards.ts";
import { textsFor } from "./console/text.ts";
import { listDevices } from "./devices/device_list.ts";
import { TablesDesk } from "./fixture_tables.ts";

const BASE_MS = 1_795_000_000_000;
const DAY_MS = 86_400_000;

/** A site whose clocks the test turns. */
class Desk implements AsyncDisposable {
  readonly tables: TablesDesk;
  readonly clock: Clock;
  bootMs = 5000;
  /** Wall clock minus boot-time clock. */
  offsetMs = 0;
  synchronised = false;
  watch: ClockWatch;

  private constructor(tables: TablesDesk) {
    this.tables = tables;
    this.clock = new SystemClock({
      bootId: BOOT_ID,
      performanceMs: () => this.bootMs,
      uptimeMs: () => this.bootMs,
      wallMs: () => this.bootMs + this.offsetMs,
      synchronised: () => this.synchronised,
    });
    this.watch = this.watching();
  }

  static async open(): Promise<Desk> {
    return new Desk(await TablesDesk.open({ node: "site-1" }));
  }

  /** As a process that was started anew. */
  watching(): ClockWatch {
    const { clock, tables: { journal } } = this;
    const admission = {
      noRoomFor: () => null,
      append: journal.append.bind(journal),
    };
    return this.watch = new ClockWatch({ clock, journal, admission, log: () => {} });
  }

  /** Lets time pass, with a look in each second. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.bootMs += 1001;
      await this.watch.look();
    }
  }

  async reading(value: number): Promise<Stamp> {
    const now = this.clock.now();
    const readings = [{ point: "temperature", value, unit: "Cel", quality: "good" }];
    const entry = newEntry("reading", "reading", now, { device: `probe-${value}`, readings });
    await this.tables.journal.append([entry], now);
    return now;
  }

  async notes(): Promise<{ kind: string; body: Record<string, unknown> }[]> {
    const { journal } = this.tables;
    const limits = { entriesMax: 1000, bytesMax: 1 << 20 };
    const result = await journal.read(journal.origin, "audit", 0, limits);
    if (result.kind !== "run") return [];
    return Array.from(entriesOf(result.run, new Uint8Array(32)), ({ kind, body }) => ({
      kind,
      body: JSON.parse(new TextDecoder().decode(body)),
    })).filter(({ kind }) => kind.startsWith("clock-"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tables[Symbol.asyncDispose]();
  }
}

describe("T12: a box without a time of its own", () => {
  test("says what its clock did, and what readers have to correct once it is right", async () => {
    await using desk = await Desk.open();
    await desk.pass(2);
    const lost = await desk.reading(1);
    desk.offsetMs = BASE_MS - DAY_MS;
    await desk.pass(2);
    const wrong = await desk.reading(2);
    desk.offsetMs = BASE_MS;
    desk.synchronised = true;
    await desk.pass(3);
    const right = await desk.reading(3);
    const notes = await desk.notes();
    expect(notes.map(({ kind }) => kind)).toEqual(["clock-step", "clock-step", "clock-trusted"]);
    expect(notes[1].body).toMatchObject({ deltaMs: DAY_MS, state: "trusted" });
    expect(notes[2].body).toMatchObject({ bootId: BOOT_ID, sinceBootMs: 0, offsetMs: BASE_MS });

    // At the site, and at a county that has it all from the entries.
    await using county = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
    await desk.tables.handOver(county);
    for (const node of [desk.tables, county]) {
      await node.tables.caughtUp(node.journal);
      const devices = await listDevices(node.tables, "site-1", { ...right, bootId: "another" });
      const shown = devices.map(({ points: [point] }) => point);
      const iso = (ms: number) => new Date(ms).toISOString();
      expect(shown.map(({ time }) => time)).toEqual(
        [lost, wrong, right].map(({ wallMs }) => iso(wallMs)),
      );
      expect(shown.map(({ correctedTime }) => correctedTime)).toEqual([
        iso(lost.bootMs + BASE_MS),
        iso(wrong.bootMs + BASE_MS),
        null,
      ]);
      expect(shown.map(({ clock }) => clock)).toEqual(["untrusted", "untrusted", "trusted"]);
      expect(shown.every(({ ageSeconds }) => ageSeconds !== null && ageSeconds < 10)).toBe(true);
      for (const language of ["zh", "en"] as const) {
        const view = { language, t: textsFor(language), nowMs: right.wallMs };
        const page = String(await devicePage(view, devices[0]));
        expect(page).toContain(view.t("clockCorrected"));
        expect(page).toContain(view.t("clockSaid"));
      }
    }
  });

  test("marks what nobody can correct yet, and tells its age by the boot-time clock", async () => {
    await using desk = await Desk.open();
    await desk.pass(1);
    await desk.reading(1);
    const title = { zh: "探头", en: "Probe" };
    const probe = { title, profile: "probe", source: "line-1", intervalSeconds: 10, points: {} };
    await desk.tables.append("catalogue", { title, devices: [{ device: "probe-1", ...probe }] });
    desk.offsetMs = 365 * DAY_MS;
    await desk.pass(5);
    await desk.tables.tables.caughtUp(desk.tables.journal);
    const now = desk.clock.now();
    const [device] = await listDevices(desk.tables.tables, null, now);
    expect(device.points).toMatchObject([{ correctedTime: null, ageSeconds: 5, stale: false }]);
    const view = { language: "zh", t: textsFor("zh"), nowMs: now.wallMs } as const;
    expect(String(await devicePage(view, device))).toContain("时钟未校准");
  });

  test("a process that is started anew in the same boot goes on where the last one was", async () => {
    await using desk = await Desk.open();
    await desk.pass(1);
    await desk.reading(1);
    desk.bootMs += 60_000;
    desk.offsetMs = BASE_MS;
    desk.synchronised = true;
    desk.watching();
    await desk.watch.recall();
    await desk.pass(2);
    expect((await desk.notes()).map(({ kind }) => kind)).toEqual(["clock-step", "clock-trusted"]);
  });

  test("G2: nothing is old for a clock that was set forward, until somebody vouches for it", async () => {
    await using desk = await Desk.open();
    desk.offsetMs = BASE_MS;
    await desk.reading(1);
    desk.bootMs += 10_000;
    desk.offsetMs = BASE_MS + 365 * DAY_MS;
    desk.watching();
    await desk.watch.recall();
    await desk.pass(3);
    expect(desk.watch.ageingMs() - BASE_MS).toBeLessThan(20_000);
    desk.synchronised = true;
    await desk.pass(2);
    expect(desk.watch.ageingMs() - BASE_MS).toBeGreaterThan(365 * DAY_MS);
  });
});
