import { expect, test } from "vitest";
import { range, stampAt } from "../../sync/fixtures.ts";
import { TablesDesk } from "../fixture_tables.ts";
import type { QueryTables } from "../tables.ts";
import { SilenceAlarms } from "./silence_alarms.ts";
import { fridgeOf } from "./fixture_fridge.ts";

const FRIDGE = fridgeOf(3600, [{ point: "temperature", unit: "Cel", path: "t", example: 4 }]);

/** The alarms of a site over these tables; what they append goes to its journal. */
function alarmsOf(desk: TablesDesk, tables: QueryTables): SilenceAlarms {
  const { journal } = desk;
  return new SilenceAlarms([FRIDGE], {
    node: "site-1",
    tables,
    journal,
    admission: {
      noRoomFor: () => null,
      append: (items, stamp) => journal.append(items, stamp),
    },
    clock: { now: () => stampAt(0), ruler: () => () => stampAt(0) },
    log: () => {},
  });
}

/** Entries before the alarms: enough that tables which are made anew are behind for a while. */
async function busyDesk(): Promise<TablesDesk> {
  const desk = await TablesDesk.open({ node: "site-1", sliceMs: 1 });
  const time = stampAt(0);
  const body = JSON.stringify({ device: "other", readings: [] });
  for (const _ of range(1, 20)) {
    const items = range(1, 500).map(() =>
      ({ kind: "entry", stream: "reading", entryKind: "reading", time, body }) as const
    );
    await desk.journal.append(items, time);
  }
  return desk;
}

test("C7: a silence of before a restart ends with the first value, though tables are behind", async () => {
  await using desk = await busyDesk();
  await desk.append("no-data", { device: "fridge-1", silentSeconds: 9 }, 1, "alarm");
  const tables = await desk.reopenBehind(() => desk.removeTables());
  const alarms = alarmsOf(desk, tables);
  alarms.heard("fridge-1", performance.now());
  await alarms.recall();
  await alarms.look();
  await tables.caughtUp(desk.journal);
  const [row] = await tables.rows("SELECT silent FROM devices WHERE device = 'fridge-1'");
  expect(row.numberOrNull("silent")).toBeNull();
});

test("C7: who spoke again before a restart is not taken for silent by tables that are behind", async () => {
  await using desk = await busyDesk();
  await desk.append("no-data", { device: "fridge-1", silentSeconds: 9 }, 1, "alarm");
  await desk.tables.caughtUp(desk.journal);
  await desk.append("data-again", { device: "fridge-1", silentSeconds: 9 }, 2, "alarm");
  const tables = await desk.reopenBehind(() => {});
  const alarms = alarmsOf(desk, tables);
  await alarms.recall();
  alarms.heard("fridge-1", performance.now());
  await alarms.look();
  const { origin } = desk.journal;
  // It was not silent: there is nothing to tell.
  expect(desk.journal.position(origin, "alarm")?.seq).toBe(2);
});
