/**
 * The projection of waste. Where a bag, a load, a manifest or an alarm stands is told anew of all
 * entries that concern it whenever another comes, so that no order makes a difference.
 */
import type { Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import { retelling } from "../../sql/retelling.ts";
import type { Parameter, Transaction } from "../../sql/sql.ts";
import { among, chunks } from "../../keyed_words.ts";
import { byTime, type WasteEvent } from "../entry/event.ts";
import { bagsWeighedBy, closureOf, type Standings, touchedBy } from "../life/closure.ts";
import { type Ledger, ledgerOf } from "../life/ledger.ts";
import { Hearers } from "../life/untold.ts";
import { manifestsOf } from "../manifest/manifest.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { StoredWords } from "./stored_words.ts";
import { alarmKey, keysIn, type WasteWord, wordIn } from "./waste_entry.ts";
import { alarmRow, bagRow, eventRow, loadRow, manifestRow, passedRows } from "./waste_rows.ts";
import * as tables from "./waste_tables.ts";

const putEvents = putInto(tables.WASTE_EVENTS, { onConflict: "replace" });
const putKeys = putInto(tables.WASTE_KEYS, { onConflict: "keep" });
const putPassed = putInto(tables.WASTE_PASSED, { onConflict: "replace" });
const retellBags = retelling(tables.WASTE_BAGS);
const retellLoads = retelling(tables.WASTE_LOADS);
const retellManifests = retelling(tables.WASTE_MANIFESTS);
const retellAlarms = retelling(tables.WASTE_ALARMS);

/** `authorities`: nodes whose word counts on every site's waste. */
export function wasteOf(authorities: readonly string[]): Projection {
  return {
    name: "waste",
    version: 10,
    tables: tables.WASTE_TABLES,
    apply: async (sql, entries) => {
      const told = entries.flatMap((entry) => {
        const word = wordIn(entry, authorities);
        return word === null ? [] : [{ entry, word }];
      });
      if (told.length === 0) return;
      await putEvents(sql, told.map(({ entry, word }) => eventRow(entry, word)));
      await putKeys(
        sql,
        told.flatMap(({ entry: { origin, stream, seq }, word }) =>
          keysIn(word).map((key) => [key, origin, stream, seq])
        ),
      );
      const stored = new StoredWords(sql);
      await tellAnew(sql, await concernedBy(told.map(({ word }) => word), stored), stored);
    },
    forget: async (sql, origin, stream) => {
      const place = [origin, stream];
      const select = "SELECT DISTINCT name FROM wastekeys WHERE origin = ? AND stream = ?";
      const names = (await sql.rows(select, place)).map((row) => row.text("name"));
      if (names.length === 0) return;
      const before = new StoredWords(sql);
      const concerned = await concernedBy(await before.under(names), before);
      await sql.run("DELETE FROM wasteevents WHERE origin = ? AND stream = ?", place);
      await sql.run("DELETE FROM wastekeys WHERE origin = ? AND stream = ?", place);
      await tellAnew(sql, concerned, new StoredWords(sql));
    },
  };
}

interface Concerned extends Standings {
  readonly alarms: readonly string[];
}

/** What may stand elsewhere because of these words. */
async function concernedBy(
  words: readonly WasteWord[],
  stored: StoredWords,
): Promise<Concerned> {
  const events = words.flatMap((word) => word.about === "life" ? [word.event] : []);
  const touched = await touchedBy(events, stored.events);
  const bags = new Set(touched.bags);
  // Bags that were weighed by one reading are at fault together, or no more.
  for (let fresh = [...bags]; fresh.length > 0;) {
    const own = await closureOf({ bags: fresh }, stored.events);
    const siblings = await bagsWeighedBy(readingsOf(own, new Set(fresh)), stored.events);
    fresh = siblings.filter((bag) => !bags.has(bag));
    fresh.forEach((bag) => bags.add(bag));
  }
  const alarms = words.flatMap((word) =>
    word.about === "alarm" ? [word.body.id] : word.about === "alarm-over" ? [word.body.alarm] : []
  );
  return { ...touched, bags: [...bags].sort(), alarms: [...new Set(alarms)].sort() };
}

/** Readings that are told to be the weight of one of these bags. */
function readingsOf(events: readonly WasteEvent[], bags: ReadonlySet<string>): string[] {
  return events.flatMap(({ body }) =>
    "bag" in body && bags.has(body.bag) && body.weight.from === "scale" ? [body.weight.reading] : []
  );
}

async function tellAnew(
  sql: Transaction,
  concerned: Concerned,
  stored: StoredWords,
): Promise<void> {
  const { bags, loads, manifests, alarms } = concerned;
  const events = await closureOf(concerned, stored.events);
  const ledger = ledgerOf(events, DEFAULT_RULES);
  const faults = faultsBy(ledger);
  const hearers = new Hearers(events);
  await retellBags(sql, [], bags, (bag) => {
    const standing = ledger.bags.get(bag);
    if (standing === undefined) return null;
    const untold = hearers.untold(standing).length;
    return bagRow(standing, { faults: faults.get(bag) ?? 0, untold });
  });
  await tellPassed(
    sql,
    bags,
    bags.flatMap((bag) => {
      const standing = ledger.bags.get(bag);
      return standing === undefined ? [] : passedRows(standing);
    }),
  );
  await retellLoads(sql, [], loads, (load) => {
    const standing = ledger.loads.get(load);
    return standing === undefined ? null : loadRow(standing);
  });
  await tellManifests(sql, manifests, events);
  const words = Map.groupBy(
    (await stored.under(alarms.map(alarmKey))).flatMap((word) =>
      word.about === "alarm" || word.about === "alarm-over" ? [word] : []
    ),
    (word) => word.about === "alarm" ? word.body.id : word.body.alarm,
  );
  await retellAlarms(sql, [], alarms, (id) => alarmRow(words.get(id) ?? []));
}

async function tellPassed(
  sql: Transaction,
  bags: readonly string[],
  rows: readonly Parameter[][],
): Promise<void> {
  for (const some of chunks(bags)) {
    await sql.run(`DELETE FROM wastepassed WHERE ${among("bag", some.length)}`, some);
  }
  await putPassed(sql, rows);
}

async function tellManifests(
  sql: Transaction,
  manifests: readonly string[],
  events: readonly WasteEvent[],
): Promise<void> {
  if (manifests.length === 0) return;
  // What its bags say is in their own rows.
  const nothing: Ledger = { bags: new Map(), loads: new Map(), faults: [], deliveries: [] };
  const standings = manifestsOf(events, nothing).manifests;
  const first = new Map<string, WasteEvent>();
  for (const event of [...events].sort(byTime)) {
    if (!("manifest" in event.body)) continue;
    if (!first.has(event.body.manifest)) first.set(event.body.manifest, event);
  }
  await retellManifests(sql, [], manifests, (manifest) => {
    const [standing, event] = [standings.get(manifest), first.get(manifest)];
    if (standing === undefined || event === undefined) return null;
    return manifestRow(standing, { site: event.body.site, beganMs: event.time.wallMs });
  });
}

/** Of each bag how many others were weighed by the same reading. */
function faultsBy({ faults }: Ledger): Map<string, number> {
  const counts = new Map<string, number>();
  for (const fault of faults) {
    if (fault.kind !== "one-reading-two-bags") continue;
    for (const bag of fault.bags) {
      counts.set(bag, (counts.get(bag) ?? 0) + fault.bags.length - 1);
    }
  }
  return counts;
}
