import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NewEntry } from "../sync/append.ts";
import { Database } from "../sync/database.ts";
import { range, stampAt, TemporaryFolder } from "../sync/fixtures.ts";
import { projectionsOf } from "./domain.ts";
import { DOMAINS } from "./domains.ts";
import { TablesDesk } from "./fixture_tables.ts";
import { goneEntries } from "./node/gone_entries.ts";
import type { RebuildProgress } from "./rebuilding.ts";
import { selectionOf } from "./sql/table.ts";
import { comparedValues } from "./table_difference.ts";
import { REBUILT_SUFFIX } from "./tables_file.ts";

const KEY = "a".repeat(64);
const AUTHORITIES = ["county-a", "county-b"];
const PROJECTIONS = projectionsOf(DOMAINS, AUTHORITIES);
const ALL = PROJECTIONS.map(({ name }) => name);
const TABLES = PROJECTIONS.flatMap(({ tables }) => tables);

function reading(device: string, value: number) {
  return { device, readings: [{ point: "temperature", value, unit: "Cel", quality: "good" }] };
}

async function appendMany(desk: TablesDesk, from: number, to: number): Promise<void> {
  const time = stampAt(to);
  const items = range(from, to).map((n): NewEntry => {
    const body = JSON.stringify(reading(`fridge-${n % 7}`, n));
    return { kind: "entry", stream: "reading", entryKind: "reading", time: stampAt(n), body };
  });
  await desk.journal.append(items, time);
}

/** A site whose county has all that it said so far; its tables read once a slice. */
class Pair implements AsyncDisposable {
  readonly county: TablesDesk;
  readonly site: TablesDesk;

  private constructor(county: TablesDesk, site: TablesDesk) {
    this.county = county;
    this.site = site;
  }

  static async open(): Promise<Pair> {
    // A block a step, so that there are many.
    const slow = { sliceMs: 0, entriesMax: 1 };
    const options = { authorities: AUTHORITIES, encryptionKey: KEY, ...slow };
    const county = await TablesDesk.open({ node: "county-a", ...options });
    const site = await TablesDesk.open({ node: "site-1" });
    const pair = new Pair(county, site);
    await site.append("catalogue", { title: { zh: "甲", en: "A" }, devices: [] }, 1);
    await appendMany(site, 2, 6000);
    await site.append("no-data", { device: "fridge-9", silentSeconds: 60 }, 3, "alarm");
    await pair.more(1);
    await site.handOver(county);
    return pair;
  }

  /** Some of everything, at both. */
  async more(number: number): Promise<void> {
    const write = { id: `w-${number}`, device: "fridge-1", point: "setpoint" };
    const why = { from: 4, to: number, unit: "Cel", reason: "a test", who: "token" };
    await this.site.append("device-write", { ...write, ...why }, number, "audit");
    await this.site.append("reading", reading("fridge-1", 9000 + number), 9000 + number);
    const invitation = { invitation: `i-${number}`, node: "site-1", role: "site" };
    const enrolment = { ...invitation, publicKey: `key-${number}` };
    await this.county.append("enrolment", enrolment, number, "audit");
    await this.county.append("invitation", { ...invitation, key: "0", expiresMs: 9 }, 1, "audit");
    await this.site.handOver(this.county);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
    await this.county[Symbol.asyncDispose]();
  }
}

/** Type and value of every cell of every table, the rows by their key. */
async function cells(desk: TablesDesk): Promise<string[]> {
  const dumped: string[] = [];
  for (const table of TABLES) {
    for (const row of await desk.tables.rows(selectionOf(table))) {
      const values = Object.keys(table.columns).map((column) => row.value(column));
      dumped.push(`${table.name} ${JSON.stringify(values)}`);
    }
  }
  return dumped;
}

/** To its end; `between` is called before each step but the first. */
async function rebuilt(
  { tables }: TablesDesk,
  names: readonly string[] = ALL,
  between: (steps: number) => Promise<void> = () => Promise.resolve(),
): Promise<{ steps: readonly RebuildProgress[]; changed: Record<string, number> }> {
  const steps: RebuildProgress[] = [];
  for await (const progress of tables.rebuild(names)) {
    steps.push(progress);
    if (progress.changed === null) await between(steps.length);
  }
  return { steps, changed: { ...steps.at(-1)?.changed } };
}

function changedRows(changed: Record<string, number>): [string, number][] {
  return Object.entries(changed).filter(([, rows]) => rows > 0);
}

describe("tables that are made anew while the node works", () => {
  test("are the same to the byte, also with entries that come meanwhile", async () => {
    await using pair = await Pair.open();
    const { county } = pair;
    let before: string[] = [];
    const { steps, changed } = await rebuilt(county, ALL, async (steps) => {
      if (steps <= 3) await pair.more(steps + 1);
      before = await cells(county);
    });
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.map(({ entries }) => entries)).toEqual(
      steps.map(({ entries }) => entries).toSorted((a, b) => a - b),
    );
    expect(steps.at(-1)?.entries).toBe(steps.at(-1)?.of);
    expect(changedRows(changed)).toEqual([]);
    expect(Object.keys(changed).sort()).toEqual(TABLES.map(({ name }) => name).sort());
    expect(await cells(county)).toEqual(before);
    await county.reopen(() => county.removeTables());
    expect(await cells(county)).toEqual(before);
    expect(county.failures).toEqual([]);
  });

  test("answer with what they were until all is there, then with what they must be", async () => {
    await using pair = await Pair.open();
    const { county } = pair;
    const right = await cells(county);
    await county.alter(`UPDATE points SET value = '99' WHERE device IN ('fridge-2', 'fridge-3');
      DELETE FROM memberkeys; INSERT INTO uses VALUES ('i-99');
      DELETE FROM points WHERE device = 'fridge-4'`);
    const wrong = await cells(county);
    expect(wrong).not.toEqual(right);
    const { changed } = await rebuilt(county, ALL, async () => {
      expect(await cells(county)).toEqual(wrong);
    });
    expect(changedRows(changed).sort()).toEqual([["memberkeys", 1], ["points", 3], ["uses", 1]]);
    expect(await cells(county)).toEqual(right);
    await pair.more(2);
    const values = "SELECT value FROM points WHERE device = 'fridge-1'";
    expect((await county.tables.rows(values)).map((row) => row.text("value"))).toEqual(["9002"]);
  });

  test("are those of one projection, where it is named", async () => {
    await using pair = await Pair.open();
    const { county } = pair;
    await county.alter("DELETE FROM points; DELETE FROM days; DELETE FROM memberkeys");
    const { changed } = await rebuilt(county, ["days"]);
    expect(changedRows(changed).map(([table]) => table)).toEqual(["days"]);
    expect(Object.keys(changed)).toEqual(["days"]);
    const left = new Set((await cells(county)).map((row) => row.split(" ")[0]));
    expect(left.has("days")).toBe(true);
    expect(left.has("points") || left.has("memberkeys")).toBe(false);
  });

  test("are as they were when it is left off, or the process ends in the middle", async () => {
    await using pair = await Pair.open();
    const { county } = pair;
    await county.alter("DELETE FROM memberkeys");
    const wrong = await cells(county);
    for await (const _ of county.tables.rebuild(ALL)) break;
    expect(await cells(county)).toEqual(wrong);
    expect(besideFiles(county)).toEqual([]);
    await county.tables.rebuild(ALL).next();
    expect(besideFiles(county)).not.toEqual([]);
    // What an end without a word leaves on the disk.
    const beside = Deno.readFileSync(county.path + REBUILT_SUFFIX);
    await county.reopen(() => Deno.writeFileSync(county.path + REBUILT_SUFFIX, beside));
    expect(besideFiles(county)).toEqual([]);
    expect(await cells(county)).toEqual(wrong);
    expect(county.tables.madeAnew).toBeNull();
  });

  test("X4 X5: are encrypted beside those in use, and a new key ends the work", async () => {
    await using pair = await Pair.open();
    const { county } = pair;
    const right = await cells(county);
    const steps = county.tables.rebuild(ALL);
    await steps.next();
    await steps.next();
    const bytes = new TextDecoder("latin1").decode(Deno.readFileSync(county.path + REBUILT_SUFFIX));
    expect(bytes).not.toContain("fridge");
    await county.tables.rekey("b".repeat(64));
    await expect(steps.next()).rejects.toThrow("the key was rotated meanwhile");
    expect(besideFiles(county)).toEqual([]);
    await pair.more(2);
    const { changed } = await rebuilt(county);
    expect(changedRows(changed)).toEqual([]);
    expect((await cells(county)).length).toBeGreaterThan(right.length);
  });

  test("are made by one at a time", async () => {
    await using pair = await Pair.open();
    const { tables } = pair.county;
    const steps = tables.rebuild(ALL);
    await steps.next();
    await expect(tables.rebuild(ALL).next()).rejects.toThrow("another rebuild is under way");
    await steps.return(undefined);
    expect(changedRows((await rebuilt(pair.county)).changed)).toEqual([]);
  });
});

/** Files of tables that are being made. */
function besideFiles({ folder }: TablesDesk): string[] {
  return Array.from(Deno.readDirSync(folder.path), ({ name }) => name)
    .filter((name) => name.includes(REBUILT_SUFFIX));
}

describe("entries that are gone", () => {
  test("are none where the journal holds what the tables followed", async () => {
    await using pair = await Pair.open();
    expect(await goneEntries(pair.county)).toEqual([]);
  });

  test("are named where the tables followed what the journal does not hold", async () => {
    await using site = await TablesDesk.open({ node: "site-1" });
    await appendMany(site, 1, 3);
    await site.tables.caughtUp(site.journal);
    const { origin } = site.journal;
    await site.reopen(() => {
      Deno.removeSync(site.journalFolder, { recursive: true });
      Deno.mkdirSync(site.journalFolder);
    });
    const gone = await goneEntries(site);
    expect(gone).toContainEqual({ origin, stream: "reading", first: 1, last: 3 });
    expect(gone.every((one) => one.origin === origin)).toBe(true);
  });
});

test("rows are compared in the order that the tables have them in", () => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "t.db");
  using database = new Database({ path, synchronous: "OFF", checkpointPages: 0 });
  database.exec("CREATE TABLE t (v TEXT, n REAL) STRICT");
  const values = fc.record({
    text: fc.oneof(fc.constant(null), fc.string({ unit: "binary" })),
    number: fc.oneof(fc.constant(null), fc.integer(), fc.double({ noNaN: true })),
  });
  fc.assert(
    fc.property(fc.array(values, { minLength: 2, maxLength: 6 }), (rows) => {
      database.exec("DELETE FROM t");
      for (const { text, number } of rows) {
        database.run("INSERT INTO t VALUES (?,?)", [text?.replaceAll("\0", "0") ?? null, number]);
      }
      for (const column of ["v", "n"]) {
        const ordered = database.rows(`SELECT ${column} AS value FROM t ORDER BY ${column}`)
          .map((row) => row.value("value"));
        expect(ordered.toSorted(comparedValues)).toEqual(ordered);
      }
    }),
  );
});
