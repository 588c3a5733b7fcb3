/** A site's desk of sterile supply with real journal and tables, and a clock of the test. */
import { parse } from "yaml";
import type { Stamp } from "../../../sync/entry.ts";
import { stampAt, until } from "../../../sync/fixtures.ts";
import { dayAfter, dayText } from "../../china_calendar.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { type Part, samplesOf } from "../fixture_cycle.ts";
import type { Phase } from "../phase.ts";
import { sterileConfig } from "../sterile_config.ts";
import { STANDARD_RULES } from "../standard_rules.ts";
import type { Person } from "../supply/supply_body.ts";
import * as acts from "./acts.ts";
import { followReadings } from "./follow.ts";
import * as orders from "./orders.ts";
import { setupsOf } from "./setup.ts";
import { type Act, type Done, SterileDesk } from "./sterile_desk.ts";

export const SITE = "site-017";
/** When tests begin. */
export const TODAY = dayText(stampAt(0).wallMs);
export const LI: Person = { id: "li" };
export const WANG: Person = { id: "wang", name: "王" };

/** As a site writes it. */
export const STERILISER_YAML = `
sterilisers:
  - id: S1
    title: { zh: 一号灭菌器, en: Steriliser 1 }
    device: autoclave-1
    points: enbio-steriliser
    temperatures: [chamber]
    altitudeMetres: 20
    programs:
      - id: p134
        names: [WRAPPED 134]
        method: prevacuum
        setpointCel: 134
        holdSeconds: 240
        loads: [instruments, dressings, mixed]
      - id: bd
        names: [BOWIE DICK]
        method: prevacuum
        setpointCel: 134
        holdSeconds: 210
        loads: [test]
        validated: { by: 厂家, report: BD-1, day: "2026-01-01" }
`;

/** Values of the point `phase`, as `enbio-steriliser` has them. */
const PHASE_VALUES: Readonly<Record<Phase, number>> = {
  "idle": 0,
  "heating": 1,
  "air-removal": 2,
  "hold": 8,
  "exhaust": 9,
  "drying": 10,
  "complete": 12,
};

export class SterileSite implements AsyncDisposable {
  readonly tables: TablesDesk;
  readonly name: string;
  nowMs = 0;
  /** By how much the wall clock is set wrong. */
  wallOffMs = 0;
  /** What of its clock is otherwise, such as after a start. */
  clockIs: Partial<Stamp> = {};
  #desk: SterileDesk;
  #stop = new AbortController();
  #following: Promise<void> = Promise.resolve();
  #acted = 0;

  private constructor(tables: TablesDesk, name: string) {
    this.tables = tables;
    this.name = name;
    this.#desk = this.#opened();
  }

  static async open(name = SITE): Promise<SterileSite> {
    const site = new SterileSite(await TablesDesk.open({ node: name }), name);
    site.follow();
    return site;
  }

  #opened(): SterileDesk {
    const { journal, tables, folder } = this.tables;
    const config = sterileConfig.parse(parse(STERILISER_YAML));
    const { setups, faults } = setupsOf(config, [{ id: "autoclave-1", points: null }]);
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    const disk = {
      append: (...given: Parameters<typeof journal.append>) => journal.append(...given),
      noRoomFor: () => null,
    };
    const clock = { now: () => this.#stampAt(this.nowMs) };
    const title = { zh: "河口镇卫生院", en: "Hekou" };
    const about = { name: this.name, title, dataDir: folder.path, suppliers: [SITE] };
    const node = { ...about, clock, disk, journal, tables };
    return new SterileDesk(node, setups, STANDARD_RULES);
  }

  #stampAt(ms: number): Stamp {
    const stamp = stampAt(ms);
    return { ...stamp, wallMs: stamp.wallMs + this.wallOffMs, ...this.clockIs };
  }

  get desk(): SterileDesk {
    return this.#desk;
  }

  follow(): void {
    this.#stop = new AbortController();
    this.#following = followReadings(this.#desk, this.#stop.signal);
  }

  /** As a restart of the process; journal and files go on. */
  async restart(): Promise<void> {
    this.#stop.abort();
    await this.#following;
    await this.tables.reopen();
    this.#desk = this.#opened();
    this.follow();
  }

  /** The device tells these samples: its phase when that changes, its values each second. */
  async tells(parts: readonly Part[]): Promise<void> {
    let phase: Phase | null = null;
    const entries = samplesOf(parts).map((sample, index) => {
      const readings: object[] = [
        good("temperature", sample.temperaturesCel.chamber, "Cel"),
        good("pressure", (sample.pressureKPa ?? 0) / 100, "bar"),
      ];
      if (sample.phase !== phase && sample.phase !== null) {
        readings.push(good("phase", PHASE_VALUES[sample.phase], ""));
      }
      phase = sample.phase;
      const body = JSON.stringify({ device: "autoclave-1", readings });
      const time = this.#stampAt(this.nowMs + index * 1000);
      return { kind: "entry", stream: "reading", entryKind: "reading", time, body } as const;
    });
    this.nowMs += entries.length * 1000;
    await this.tables.journal.append(entries, stampAt(this.nowMs));
  }

  /** Waits for so many cycles; the latest of them. */
  async cycles(count: number) {
    let rows = await this.#cycleRows();
    await until(`there are ${count} cycles`, async () => {
      rows = await this.#cycleRows();
      return rows.length === count;
    });
    return rows;
  }

  async #cycleRows() {
    const { tables, journal } = this.tables;
    await tables.caughtUp(journal);
    const select = "SELECT cycle, load, verdict, program, judged FROM sterilecycles " +
      "ORDER BY started";
    return (await tables.rows(select)).map((row) => ({
      cycle: row.text("cycle"),
      load: row.textOrNull("load"),
      verdict: row.text("verdict"),
      program: row.textOrNull("program"),
      judged: row.number("judged"),
    }));
  }

  /** Names the next act. */
  act() {
    this.#acted++;
    return { id: `act-${String(this.#acted).padStart(6, "0")}` };
  }

  async packed(pack: string, implant = false): Promise<Done> {
    const checked = { account: "wang", pin: "123456" };
    const asked = { ...this.act(), pack, title: "清创包", implant, expires: null, checked };
    return await this.write(acts.packing([orders.packOrder.parse(asked), LI], WANG));
  }

  /** Sterilised elsewhere on the test's first day, for ten more. */
  async received(pack: string, supplier: string, more: object = {}): Promise<Done> {
    const checked = { account: "wang", pin: "123456" };
    const label = { lot: "C-7", sterilisedOn: TODAY, expires: dayAfter(TODAY, 10), ...more };
    const asked = { ...this.act(), pack, title: "清创包", implant: false, supplier, ...label };
    const order = orders.receiptOrder.parse({ ...asked, checked });
    return await this.write(acts.receiving([order, LI], WANG));
  }

  /** `cycle`: of one that is over already. */
  async loaded(
    load: string,
    packs: readonly string[],
    type = "instruments",
    cycle?: string,
  ): Promise<Done> {
    const program = programFor(type);
    const asked = { ...this.act(), load, steriliser: "S1", type, packs, program, cycle };
    return await this.write(acts.loading([orders.loadOrder.parse(asked), LI]));
  }

  async bowieDick(cycle: string, result = "pass"): Promise<Done> {
    const order = orders.bowieDickOrder.parse({ ...this.act(), cycle, result });
    return await this.write(await acts.reading("sterile-bowie-dick", [order, LI], this.#desk));
  }

  async indicator(cycle: string, more: object): Promise<Done> {
    const order = orders.indicatorOrder.parse({ ...this.act(), cycle, result: "pass", ...more });
    return await this.write(await acts.reading("sterile-indicator", [order, LI], this.#desk));
  }

  async step(
    load: string,
    step: "check" | "release",
    by: Person,
    seen: readonly string[],
    emergency?: { readonly reason: string },
  ) {
    const order = orders.stepOrder.parse({ ...this.act(), step, seen, emergency });
    return await this.write(acts.stepping([order, by], load));
  }

  async issued(pack: string): Promise<Done> {
    const order = orders.issueOrder.parse({ ...this.act(), pack, place: "手术室" });
    return await this.write(acts.issuing([order, LI]));
  }

  async used(pack: string, patient: string): Promise<Done> {
    const asked = { ...this.act(), pack, patient, place: "手术室" };
    return await this.write(acts.using([orders.useOrder.parse(asked), LI]));
  }

  /** So many recalls are alarms now, and one since the test began. */
  async raised(count: number): Promise<void> {
    const entry = (subject: string, ms: number) => {
      const about = { id: subject, site: this.name, alarm: "recall", steriliser: "S1" };
      const body = JSON.stringify({ ...about, subject, sinceMs: stampAt(ms).wallMs });
      const of = { kind: "entry", stream: "alarm", entryKind: "sterile-alarm" } as const;
      return { ...of, time: stampAt(ms), body };
    };
    const now = Array.from({ length: count }, (_, at) => entry(`now-${at}`, this.nowMs));
    const { journal } = this.tables;
    await journal.append([...now, entry("first-day", 0)], stampAt(this.nowMs));
  }

  async write(act: Act): Promise<Done> {
    this.nowMs += 1000;
    return await this.#desk.write(act);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
    await this.tables[Symbol.asyncDispose]();
  }
}

function good(point: string, value: number | null, unit: string) {
  return { point, value, unit, quality: "good" };
}

function programFor(type: string): string {
  return type === "test" ? "bd" : "p134";
}

/** What was refused, or that it was written. */
export function refusal(done: Done): string {
  return done.kind === "refused" ? `${done.problem.code} ${done.problem.detail}` : "written";
}
