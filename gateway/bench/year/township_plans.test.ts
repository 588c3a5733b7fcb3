import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import type { NewEntry } from "../../../sync/append.ts";
import { Database } from "../../../sync/database.ts";
import type { Entry } from "../../../sync/entry.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { projectionsOf } from "../../domain.ts";
import { DOMAINS } from "../../domains.ts";
import { InnerNode } from "../../fixture_inner_node.ts";
import { type Asked, AskedStatements, heardSql, scansOf } from "../../sql/fixture_plans.ts";
import { LibsqlSql } from "../../sql/libsql_sql.ts";
import { createTables } from "../../sql/table.ts";
import { loadView } from "../../sterile/desk/views.ts";
import { eventsAround } from "../../sterile/record/around.ts";
import { StoredWords } from "../../sterile/record/stored_words.ts";
import { rulesOn } from "../../sterile/rules.ts";
import { STANDARD_RULES } from "../../sterile/standard_rules.ts";
import { loadStanding } from "../../sterile/supply/load_standing.ts";
import { toldOfSite } from "../../sterile/supply/told.ts";
import { addressesOf, firstExcursion } from "./addresses.ts";
import { MEASURED, OpenedDesks } from "./open_desks.ts";
import { SITE } from "./township_cycles.ts";
import { DAY_MS, failedCycle, TownshipDays } from "./township_days.ts";
import { townshipConfig, writeYear } from "./township_year.ts";

const DAYS = 2;
const MORE_DAYS = 4;
const SMALL = { units: 2, bagsADay: 6, cyclesADay: 2, dosesADay: 6, failsEvery: 2 };
/** Units and sterilisers of a site, and which probes are whose. */
const SHORT = ["coldunits", "coldprobes", "sterilisers"];

const projections = projectionsOf(MEASURED, []);
const bounds = { tables: projections.flatMap(({ tables }) => tables), short: SHORT };
const opened = new AsyncDisposableStack();
let folder: string;
/** Where plans are asked for; nothing is written there. */
let sql: LibsqlSql;
beforeAll(async () => {
  folder = opened.use(new TemporaryFolder()).path;
  sql = openSql("plans.db");
  // Pages ask other domains as well, whose tables are theirs to look at.
  await createTables(sql, projectionsOf(DOMAINS, []).flatMap(({ tables }) => tables));
});
afterAll(() => opened.disposeAsync());

function openSql(name: string): LibsqlSql {
  const options = { path: join(folder, name), synchronous: "OFF", checkpointPages: 0 } as const;
  return new LibsqlSql(opened.use(new Database(options)));
}

async function openTables(name: string): Promise<LibsqlSql> {
  const tables = openSql(name);
  await createTables(tables, bounds.tables);
  return tables;
}

async function scansIn(statements: readonly Asked[]): Promise<string[]> {
  const found: string[] = [];
  for (const asked of statements) {
    const scans = await scansOf(sql, asked, bounds);
    if (scans.length > 0) found.push(`${scans.join("; ")} for ${asked.sql}`);
  }
  return found;
}

describe("of a township's tables", () => {
  test("C14, W8, S5: no page and no route goes through one that grows", async () => {
    const config = townshipConfig(folder, freePort());
    await writeYear(config, SMALL, DAYS);
    const asked = new AskedStatements();
    const desks = new OpenedDesks(asked.hear);
    await using node = await InnerNode.start(config, { domains: desks.domains });
    const excursion = await firstExcursion(desks);
    const failed = failedCycle(SMALL, DAYS);
    const names = { days: DAYS, nowMs: Date.now(), excursion, failed };
    const refused: string[] = [];
    for (const { path, body } of addressesOf(desks, names)) {
      const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const answer = await node.fetch(path, sent);
      if (answer.status !== 200) refused.push(`${answer.status} ${path}: ${await answer.text()}`);
      else await answer.body?.cancel();
    }
    expect(refused).toEqual([]);
    expect(asked.all().length).toBeGreaterThan(50);
    expect(await scansIn(asked.all())).toEqual([]);
  });

  test("nothing that is taken in, or forgotten, goes through one that grows", async () => {
    const asked = new AskedStatements();
    const heard = heardSql(await openTables("taken.db"), asked.hear);
    const origin = `${SITE}.1-0000000000000001`;
    const township = new TownshipDays(SMALL, origin, Date.now() - DAYS * DAY_MS);
    const entries = entriesOf(origin, [
      ...township.opening(),
      ...township.readings(0, 900),
      ...township.recordsOf(0),
      ...township.recordsOf(1),
    ]);
    await heard.transaction(async (transaction) => {
      for (const projection of projections) {
        await projection.apply(transaction, entries);
        for (const stream of ["reading", "record"]) {
          await projection.forget?.(transaction, origin, stream);
        }
      }
    });
    expect(asked.all().length).toBeGreaterThan(50);
    expect(await scansIn(asked.all())).toEqual([]);
  });

  test("S5: a load stands as it does by all tests when those are read that count", async () => {
    const origin = `${SITE}.1-0000000000000002`;
    const township = new TownshipDays(SMALL, origin, Date.now() - MORE_DAYS * DAY_MS);
    const records = Array.from({ length: MORE_DAYS }, (_, day) => township.recordsOf(day)).flat();
    const sterile = records.filter(({ entryKind }) => entryKind.startsWith("sterile-"));
    // On the third day nobody tested it.
    const untested = sterile.filter(({ body }) => !String(body).includes('"bd 2"'));
    const entries = entriesOf(origin, untested);
    const tables = await openTables("supply.db");
    await tables.transaction(async (transaction) => {
      for (const projection of projections) await projection.apply(transaction, entries);
    });
    const rules = rulesOn(STANDARD_RULES, "2026-11-01");
    const states: string[] = [];
    for (let day = 0; day < MORE_DAYS; day++) {
      const around = await eventsAround(new StoredWords(tables, SITE), [`L-${day}-0`]);
      const all = loadStanding(toldOfSite(around), `L-${day}-0`, rules);
      expect(await loadView(tables, SITE, `L-${day}-0`, rules)).toMatchObject(all ?? {});
      states.push(all?.needs.find(({ need }) => need === "bowie-dick")?.state ?? "none");
    }
    expect(states).toEqual(["met", "met", "missing", "met"]);
  });

  test.each([
    ["SELECT body FROM coldevents", 1],
    ["SELECT body FROM coldevents e WHERE e.kind = 'x'", 1],
    // All that there is, at a site.
    ["SELECT body FROM coldevents WHERE site = 'site-1'", 1],
    ["SELECT body FROM coldevents WHERE site = 'site-1' AND subject = 'x'", 0],
    ["SELECT cycle FROM sterilecycles ORDER BY f0 LIMIT 5", 1],
    ["SELECT cycle FROM sterilecycles ORDER BY started LIMIT 5", 0],
    ["SELECT bag FROM wastebags WHERE unsettled IS NOT NULL ORDER BY site", 0],
    ["SELECT unit FROM coldunits", 0],
  ])("a statement that does is found: %s", async (text, scans) => {
    expect(await scansOf(sql, { sql: text, parameters: [] }, bounds)).toHaveLength(scans);
  });
});

/** As a journal would number them; those of a stream behind one another. */
function entriesOf(origin: string, all: readonly NewEntry[]): Entry[] {
  const hash = new Uint8Array();
  return [...Map.groupBy(all, ({ stream }) => stream)].flatMap(([stream, some]) =>
    some.map(({ entryKind: kind, time, body }, at) => ({
      ...{ origin, stream, seq: at + 1, time, kind, hash },
      body: new TextEncoder().encode(String(body)),
    }))
  );
}
