import { join } from "node:path";
import { expect, test } from "vitest";
import { stampAt, TemporaryFolder, until } from "../sync/fixtures.ts";
import { openJournal } from "../sync/journal.ts";
import { newEntry } from "./collected_entry.ts";
import { SmallDisk } from "./fixture_small_disk.ts";
import { testedTablesThread } from "./fixture_program.ts";
import { QueryTables } from "./tables.ts";

test("tables on a full disk wait, answer what they have, and catch up by themselves", async () => {
  using folder = new TemporaryFolder();
  using disk = new SmallDisk(join(folder.path, "tables"), 32 << 20);
  const directory = join(folder.path, "journal");
  Deno.mkdirSync(directory);
  const journal = await openJournal({
    directory,
    node: "site-1",
    hashName: "sha256",
    segmentBytesMax: 64 << 20,
    stamp: stampAt(0),
  });
  await using _closing = { [Symbol.asyncDispose]: () => journal.close() };
  const failures: string[] = [];
  await using tables = await QueryTables.open(journal, {
    thread: testedTablesThread(),
    path: join(disk.path, "tables.db"),
    authorities: [],
  }, (error) => failures.push(String(error)));
  const tell = (from: number, count: number) =>
    journal.append(
      Array.from({ length: count }, (_, index) => {
        const readings = [{ point: "t", value: from + index, unit: "Cel", quality: "good" }];
        // A device of its own each: all of them need a row.
        const device = `device-${from + index}-${"x".repeat(200)}`;
        return newEntry("reading", "reading", stampAt(from + index), { device, readings });
      }),
      stampAt(from),
    );
  const points = async () =>
    (await tables.rows("SELECT count(*) AS count FROM points"))[0].number("count");
  await tell(0, 10);
  await until("they have followed", async () => await points() === 10);
  disk.fillTo(100);
  await tell(10, 5000);
  await until("they say why they cannot follow", () => failures.length > 0);
  expect(failures[0]).toMatch(/full|I\/O error/);
  expect(await points()).toBeLessThan(5010);
  disk.clear();
  // Nothing is appended any more.
  await until("they have caught up", async () => await points() === 5010);
  expect(failures.length).toBeLessThan(5);
});
