/** A site's cold chain with real journal and tables, and a clock of the test. */
import type { Stamp } from "../../../sync/entry.ts";
import { stampAt } from "../../../sync/fixtures.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { channelConfig } from "../../notifications/notification_config.ts";
import { coldchainConfig } from "../coldchain_config.ts";
import { SITE, UNIT } from "../life/fixture_life.ts";
import * as reads from "../record/cold_reads.ts";
import { Calendar } from "../series/calendar.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import type { AlarmNode } from "./cold_node.ts";
import { type UnitView, unitView } from "./unit_view.ts";

export const MINUTE_MS = 60_000;

export const FRIDGE = {
  id: UNIT,
  name: "一号冰箱",
  form: "refrigerator",
  preset: "strict",
  probes: [{ id: "probe-1", device: "thermometer" }],
} as const;

const SIREN = channelConfig.parse({ kind: "siren-coil", name: "siren", device: "r", point: "p" });

export class SiteCold implements AsyncDisposable {
  readonly tables: TablesDesk;
  #units: readonly object[];
  nowMs = 0;
  /** So far somebody has set the wall clock ahead. */
  aheadMs = 0;
  /** What the clock of a later boot says otherwise, from when on; `null`: it is the first boot. */
  boot: { readonly id: string; readonly fromMs: number; readonly clock: Stamp["clock"] } | null =
    null;
  /** Of the site's own file. */
  contacts: AlarmNode["contacts"] = [];
  alarms: AlarmDesk;

  private constructor(tables: TablesDesk, units: readonly object[]) {
    this.tables = tables;
    this.#units = units;
    this.alarms = new AlarmDesk(this.node);
  }

  /** Looked at once, so that its units are known from minute 0 on. */
  static async open(units: readonly object[] = [FRIDGE]): Promise<SiteCold> {
    const cold = new SiteCold(await TablesDesk.open({ node: SITE }), units);
    await cold.look();
    return cold;
  }

  get node(): AlarmNode {
    const { journal, tables } = this.tables;
    return {
      name: SITE,
      title: { zh: "河口镇卫生院", en: "Hekou" },
      clock: {
        now: () => {
          const now = stampAt(this.nowMs);
          const wallMs = now.wallMs + this.aheadMs;
          if (this.boot === null) return { ...now, wallMs };
          const { id: bootId, fromMs, clock } = this.boot;
          return { wallMs, bootId, bootMs: this.nowMs - fromMs, clock };
        },
      },
      disk: { append: (...given) => journal.append(...given), noRoomFor: () => null },
      journal,
      tables,
      coldchain: coldchainConfig.parse({ units: this.#units }),
      contacts: this.contacts,
      channels: [SIREN],
    };
  }

  /** A value a minute, from one minute on; `null`: the sensor is at fault. */
  async reads(fromMinute: number, values: readonly (number | null)[], device = "thermometer") {
    for (const [index, value] of values.entries()) {
      const quality = value === null ? "fault" : "good";
      const readings = [{ point: "temperature", value, unit: "Cel", quality }];
      const ms = (fromMinute + index) * MINUTE_MS;
      await this.tables.append("reading", { device, readings }, ms);
    }
  }

  /** What is due at a minute is written, and is in the tables. */
  async look(minute = this.nowMs / MINUTE_MS): Promise<void> {
    this.nowMs = minute * MINUTE_MS;
    const { journal, tables } = this.tables;
    await tables.caughtUp(journal);
    await this.alarms.look();
    await tables.caughtUp(journal);
  }

  /** The unit as pages and programs show it. */
  async unit(): Promise<UnitView> {
    const body = await reads.unitOf(this.tables.tables, SITE, UNIT);
    if (body === null) throw new Error("The unit is not there");
    return await unitView(this.node, body, new Calendar());
  }

  /** As after a restart of the process: of what it knew only journal and tables are left. */
  async restart(units = this.#units): Promise<void> {
    this.#units = units;
    await this.tables.reopen();
    this.alarms = new AlarmDesk(this.node);
  }

  async episodes(): Promise<string[]> {
    const select = "SELECT cause, level, state FROM coldepisodes ORDER BY since, cause";
    const rows = await this.tables.tables.rows(select);
    return rows.map((row) => `${row.text("cause")} ${row.number("level")} ${row.text("state")}`);
  }

  /** What people were told, in the order in which it was. */
  async told(): Promise<string[]> {
    const select = "SELECT body FROM notifications ORDER BY life, seq";
    return (await this.tables.tables.rows(select)).map((row) => {
      const { event, what: { code }, level } = JSON.parse(row.text("body"));
      return `${event} ${code} ${level}`;
    });
  }

  /** In what words people were told last. */
  async words(): Promise<{ readonly zh: string; readonly en: string }> {
    const select = "SELECT body FROM notifications ORDER BY life DESC, seq DESC LIMIT 1";
    const [row] = await this.tables.tables.rows(select);
    const { what: { zh, en } } = JSON.parse(row.text("body"));
    return { zh, en };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tables[Symbol.asyncDispose]();
  }
}

export function times(count: number, celsius: number | null): (number | null)[] {
  return Array.from({ length: count }, () => celsius);
}
