import fc from "fast-check";
import { expect, test } from "vitest";
import { range, stampAt } from "../../../sync/fixtures.ts";
import type { Entry } from "../../../sync/entry.ts";
import { Database } from "../../../sync/database.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { createTables, selectionOf } from "../../sql/table.ts";
import { planOf } from "../../sql/fixture_plans.ts";
import { MINUTE_MS, rulesOf, SHANGHAI, watching } from "../series/fixture_series.ts";
import { OF_UNIT, SITE, unitBodyOf } from "../life/fixture_life.ts";
import { firstCarry } from "../series/carry.ts";
import { foldSamples } from "../series/fold.ts";
import { addedUp, NOTHING } from "../series/told.ts";
import { coldOf } from "./cold_projection.ts";
import { storedDay } from "./day_rows.ts";
import { samplesOf } from "./series_samples.ts";

const ORIGIN = `${SITE}.1-00000000000000a1`;
const LATER = `${SITE}.2-00000000000000b2`;
const encoder = new TextEncoder();

interface Told {
  readonly kind: string;
  readonly body: object;
  readonly minute: number;
}

/** What one life writes into a stream, from its first entry on. */
function written(origin: string, stream: string, told: readonly Told[]): Entry[] {
  return told.map(({ kind, body, minute }, index) => ({
    origin,
    stream,
    seq: index + 1,
    time: stampAt(minute * MINUTE_MS),
    kind,
    body: encoder.encode(JSON.stringify(body)),
    hash: new Uint8Array(32),
  }));
}

function readings(values: readonly (number | null)[], fromMinute = 0, every = 1): Told[] {
  return values.map((value, index) => ({
    kind: "reading",
    minute: fromMinute + index * every,
    body: {
      device: "thermometer",
      readings: [{
        point: "temperature",
        value,
        unit: "Cel",
        quality: value === null ? "fault" : "good",
      }],
    },
  }));
}

function unitTold(minute: number, preset = "strict", id = `unit at ${minute}`): Told {
  const body = unitBodyOf({ id, rules: rulesOf(preset) });
  return { kind: "cold-unit", minute, body };
}

const UNIT = written(ORIGIN, "record", [unitTold(0)]);

/** Tables that are made of these, each batch in a transaction of its own. */
class Tables implements Disposable {
  readonly #database = new Database({ path: ":memory:", synchronous: "OFF", checkpointPages: 0 });
  readonly sql = new LibsqlSql(this.#database);
  readonly #projection = coldOf([]);

  static async of(...batches: readonly (readonly Entry[])[]): Promise<Tables> {
    const tables = new Tables();
    await createTables(tables.sql, tables.#projection.tables);
    await tables.take(...batches);
    return tables;
  }

  async take(...batches: readonly (readonly Entry[])[]): Promise<void> {
    for (const batch of batches) {
      await this.sql.transaction((sql) => this.#projection.apply(sql, batch));
    }
  }

  async forget(origin: string, stream: string): Promise<void> {
    await this.sql.transaction(async (sql) => await this.#projection.forget?.(sql, origin, stream));
  }

  async dump(): Promise<string> {
    const rows: unknown[] = [];
    for (const table of this.#projection.tables) {
      for (const row of await this.sql.rows(selectionOf(table))) {
        rows.push([table.name, ...Object.keys(table.columns).map((name) => row.value(name))]);
      }
    }
    return JSON.stringify(rows, null, 1);
  }

  async due(): Promise<string[]> {
    const select = "SELECT kind, body FROM coldtold WHERE due IS NOT NULL ORDER BY wall, kind, id";
    return (await this.sql.rows(select)).map((row) => {
      const { rule, cause } = JSON.parse(row.text("body"));
      return `${row.text("kind")} ${rule ?? cause}`;
    });
  }

  async days() {
    const rows = await this.sql.rows("SELECT body FROM coldpartdays");
    return addedUp(rows.map((row) => ({ ...NOTHING, days: [storedDay(row)] }))).days;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function warm(count: number): (number | null)[] {
  return range(1, count).map(() => 8.1);
}

test("C2: 60 minutes over 8 °C are due as an alarm, 59 are not", async () => {
  for (const [minutes, due] of [[59, 0], [60, 1], [61, 1]] as const) {
    const entries = written(ORIGIN, "reading", readings([5, ...warm(minutes), 8.1]));
    using tables = await Tables.of(UNIT, entries);
    expect((await tables.due()).length, `${minutes} minutes`).toBe(due);
  }
});

test("C2: 2.0 °C is in range, 1.9 °C is not, and coming back is due as its end", async () => {
  for (const [celsius, due] of [[2.0, 0], [1.9, 1]] as const) {
    const values = [5, ...range(1, 61).map(() => celsius), 5];
    using tables = await Tables.of(UNIT, written(ORIGIN, "reading", readings(values)));
    expect(await tables.due()).toEqual(
      due === 0 ? [] : ["cold-alarm strict-low", "cold-alarm-ended low"],
    );
  }
});

test("C2: what is out of range over a restart goes on as one event", async () => {
  const before = written(ORIGIN, "reading", readings(warm(40)));
  const behind = written(LATER, "reading", readings(warm(21), 40));
  using tables = await Tables.of(UNIT, before, behind);
  expect(await tables.due()).toEqual(["cold-alarm strict-high"]);
});

test("C7: a gap of three intervals is due as no data, with its end", async () => {
  const entries = written(ORIGIN, "reading", [...readings([5, 5]), ...readings([5], 4)]);
  using tables = await Tables.of(UNIT, entries);
  expect(await tables.due()).toEqual(["cold-alarm no-data", "cold-alarm-ended no-data"]);
});

test("an alarm whose entry is here is not due any more, until the entry is lost", async () => {
  const entries = written(ORIGIN, "reading", readings(warm(61)));
  using tables = await Tables.of(UNIT, entries);
  const [row] = await tables.sql.rows("SELECT body FROM coldtold");
  const alarm = { kind: "cold-alarm", minute: 61, body: JSON.parse(row.text("body")) };
  await tables.take(written(ORIGIN, "alarm", [alarm]));
  expect(await tables.due()).toEqual([]);
  await tables.forget(ORIGIN, "alarm");
  expect(await tables.due()).toEqual(["cold-alarm strict-high"]);
});

test("rules count from the sample that stood at the unit's word on, and not for what was before", async () => {
  const entries = written(ORIGIN, "reading", readings(warm(130)));
  const loose = unitTold(0, "who-30-day");
  using tables = await Tables.of(
    written(ORIGIN, "record", [loose, unitTold(65, "strict")]),
    entries,
  );
  const [row] = await tables.sql.rows("SELECT body FROM coldtold");
  const { sinceMs, alarmMs } = JSON.parse(row.text("body"));
  expect([sinceMs, alarmMs].map((ms) => (ms - stampAt(0).wallMs) / MINUTE_MS)).toEqual([64, 124]);
});

test("C3: days of parts add up to those of all samples at once", async () => {
  const values = range(1, 700).map((minute) => minute % 97 === 0 ? null : 4 + (minute % 90) / 10);
  const entries = written(ORIGIN, "reading", readings(values, 0, 3));
  using tables = await Tables.of(UNIT, entries);
  const { rules } = watching("strict");
  const [{ samples }] = samplesOf(entries);
  const { told } = foldSamples(firstCarry(rules), samples, {
    rules,
    intervalMs: MINUTE_MS,
    calendar: SHANGHAI,
  });
  expect(await tables.days()).toEqual(told.days);
});

test("in whatever order and pieces streams come, and however often, tables are the same", async () => {
  const value = fc.constantFrom(5, 8.1, 1.9, null);
  const values = fc.array(value, { minLength: 1, maxLength: 300, size: "large" });
  const story = fc.record({
    first: values,
    second: values,
    units: fc.array(
      fc.tuple(fc.integer({ min: 0, max: 500 }), fc.constantFrom("strict", "who-30-day")),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    cuts: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ first, second, units, cuts, order }) => {
      const told = units.map(([minute, preset]) => unitTold(minute, preset))
        .sort((one, other) => one.minute - other.minute);
      const streams = [
        written(ORIGIN, "record", told),
        written(ORIGIN, "reading", readings(first)),
        written(LATER, "reading", readings(second, first.length + 1)),
      ];
      using wanted = await Tables.of(...streams);
      const pieces = order.map((index) => {
        const entries = streams[index];
        const some: Entry[][] = [];
        for (let at = 0; at < entries.length;) {
          const cut = cuts[some.length % cuts.length];
          some.push(entries.slice(at, at + cut));
          at += cut;
        }
        return some;
      });
      using other = await Tables.of(...pieces.flat());
      expect(await other.dump()).toBe(await wanted.dump());
      await other.forget(ORIGIN, "reading");
      await other.take(...pieces[order.indexOf(1)]);
      expect(await other.dump()).toBe(await wanted.dump());
      await other.forget(ORIGIN, "record");
      await other.take(streams[0], streams[0]);
      expect(await other.dump()).toBe(await wanted.dump());
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

test(`${OF_UNIT.unit}: what lists what is due, and days of a time, are found by indexes`, async () => {
  using tables = await Tables.of(UNIT);
  const asked = {
    "SELECT id FROM coldtold WHERE due IS NOT NULL AND site = '' ORDER BY wall, id LIMIT 9":
      "coldtolddue",
    "SELECT body FROM coldpartdays WHERE site = '' AND device = '' AND point = '' AND date >= ''":
      "(site=? AND device=? AND point=? AND date>?)",
    "SELECT samples FROM coldparts WHERE site = '' AND device = '' AND point = '' AND towall >= 1":
      "coldpartsbytime",
    [
      "SELECT part FROM coldparts WHERE site = '' AND device = '' AND point = '' " +
      "AND towall >= 1 AND fromwall < 2 ORDER BY towall DESC LIMIT 9"
    ]: "coldpartsbytime",
  };
  for (const [select, index] of Object.entries(asked)) {
    const plan = await planOf(tables.sql, select);
    expect(plan, select).toContain(index);
    expect(plan, select).not.toContain("TEMP B-TREE");
  }
});
