/**
 * The projection of sterile supply. Where a cycle, a load, a pack or an alarm stands is told anew
 * of all entries that bear on it whenever another comes, so that no order makes a difference.
 */
import type { Entry } from "../../../sync/entry.ts";
import type { Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import { retelling } from "../../sql/retelling.ts";
import type { Parameter, Transaction } from "../../sql/sql.ts";
import { type ToldOfSite, toldOfSite } from "../supply/told.ts";
import { keyOf, keysIn, keysOf, siteIn, type SterileWord, wordIn } from "./sterile_entry.ts";
import { alarmRow, cycleRow, loadRow, packRow, recallRow, steriliserRow } from "./sterile_rows.ts";
import * as tables from "./sterile_tables.ts";
import { StoredWords } from "./stored_words.ts";
import { receivedAt, receivedOf, untoldRecalls } from "./supplied_packs.ts";

const putEvents = putInto(tables.EVENTS, { onConflict: "replace" });
const putKeys = putInto(tables.KEYS, { onConflict: "keep" });

/** `authorities`: nodes whose word counts on every site's sterile supply. */
export function sterileOf(authorities: readonly string[]): Projection {
  return {
    name: "sterile",
    version: 5,
    tables: tables.STERILE_TABLES,
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
          keysIn(word).map((key) => [siteIn(word), key, origin, stream, seq])
        ),
      );
      const bySite = Map.groupBy(told.map(({ word }) => word), siteIn);
      const touched: Touched[] = [];
      for (const [site, words] of bySite) {
        const stored = new StoredWords(sql, site);
        const keys = await touchedBy(words, stored);
        touched.push([site, keys]);
        await tellAnew(sql, site, keys, stored);
      }
      for (const [site, keys] of touched) await tellReached(sql, site, keys);
    },
    forget: async (sql, origin, stream) => {
      const place = [origin, stream];
      const select = "SELECT DISTINCT site, name FROM sterilekeys WHERE origin = ? AND stream = ?";
      const rows = await sql.rows(select, place);
      const bySite = Map.groupBy(rows, (row) => row.text("site"));
      const touched: Touched[] = [];
      for (const [site, own] of bySite) {
        const before = new StoredWords(sql, site);
        const words = await before.under(own.map((row) => row.text("name")));
        touched.push([site, await touchedBy(words, before)]);
      }
      await sql.run("DELETE FROM sterileevents WHERE origin = ? AND stream = ?", place);
      await sql.run("DELETE FROM sterilekeys WHERE origin = ? AND stream = ?", place);
      for (const [site, keys] of touched) {
        await tellAnew(sql, site, keys, new StoredWords(sql, site));
      }
      for (const [site, keys] of touched) await tellReached(sql, site, keys);
    },
  };
}

type Touched = readonly [site: string, keys: readonly string[]];

function eventRow({ origin, stream, seq, kind, time }: Entry, word: SterileWord): Parameter[] {
  const body = word.about === "supply" ? word.event.body : word.body;
  const { wallMs, bootId, bootMs, clock } = time;
  return [
    ...[origin, stream, seq, siteIn(word), kind, word.written.node],
    ...[wallMs, bootId, bootMs, clock, JSON.stringify(body)],
  ];
}

/** Keys of what may stand elsewhere because of these words, and the ids of recalls. */
async function touchedBy(words: readonly SterileWord[], stored: StoredWords): Promise<string[]> {
  const own = words.flatMap(keysIn);
  const ids = own.filter((key) => key.startsWith(ID));
  const bearing = await stored.events(ids);
  const of = bearing.flatMap(keysOf);
  return [...new Set([...own, ...of])].sort();
}

const ID = keyOf.id("");

/** The rows of all that these keys are of. */
async function tellAnew(
  sql: Transaction,
  site: string,
  keys: readonly string[],
  stored: StoredWords,
): Promise<void> {
  const namesOf = (prefix: string) => namesIn(keys, prefix);
  const recalled = namesOf(keyOf.recalled(""));
  const received = await receivedAt(sql, site, recalled);
  const subjects = {
    cycles: namesOf(keyOf.cycle("")),
    loads: namesOf(keyOf.load("")),
    packs: [...new Set([...namesOf(keyOf.pack("")), ...received])],
  };
  const events = await stored.events([
    ...subjects.cycles.map(keyOf.cycle),
    ...subjects.loads.map(keyOf.load),
    ...subjects.packs.map(keyOf.pack),
  ]);
  const told = toldOfSite(events);
  await CYCLE(sql, [site], subjects.cycles, (cycle) => cycleRow(site, cycle, told));
  await LOAD(sql, [site], subjects.loads, (load) => loadRow(site, load, told));
  await tellPacks(sql, site, subjects.packs, told);
  // A recall may have the id of another thing, which then counts.
  const recalls = recalled.length > 0 ? namesOf(ID) : [];
  const named = await stored.events(recalls.map(keyOf.id));
  await RECALL(sql, [site], recalls, (recall) => recallRow(site, recall, named));
  for (
    const [prefix, put, rowOf] of [
      [keyOf.alarm(""), ALARM, alarmRow],
      [keyOf.steriliser(""), STERILISER, steriliserRow],
    ] as const
  ) {
    const names = namesOf(prefix);
    const rows = new Map<string, Parameter[] | null>();
    for (const name of names) {
      rows.set(name, rowOf(site, name, await stored.under([`${prefix}${name}`])));
    }
    await put(sql, [site], names, (name) => rows.get(name) ?? null);
  }
}

function namesIn(keys: readonly string[], prefix: string): string[] {
  return keys.flatMap((key) => key.startsWith(prefix) ? [key.slice(prefix.length)] : []);
}

/** `told`: with all under their keys. */
async function tellPacks(
  sql: Transaction,
  site: string,
  packs: readonly string[],
  told: ToldOfSite,
): Promise<void> {
  const untold = new Set<string>();
  for (const pack of packs) {
    const received = told.received.get(pack)?.body;
    if (received === undefined) continue;
    if ((await untoldRecalls(sql, received)).length > 0) untold.add(pack);
  }
  await PACK(sql, [site], packs, (pack) => packRow(site, pack, told, untold.has(pack)));
}

/** The rows of packs that other sites received of this one, where recalls of it name them. */
async function tellReached(
  sql: Transaction,
  supplier: string,
  keys: readonly string[],
): Promise<void> {
  const names = [...new Set(namesIn(keys, keyOf.recalled("")))];
  const reached = await receivedOf(sql, supplier, names);
  for (const [site, own] of Map.groupBy(reached, (one) => one.site)) {
    const packs = own.map(({ pack }) => pack);
    const events = await new StoredWords(sql, site).events(packs.map(keyOf.pack));
    await tellPacks(sql, site, packs, toldOfSite(events));
  }
}

const CYCLE = retelling(tables.CYCLES);
const LOAD = retelling(tables.LOADS);
const PACK = retelling(tables.PACKS);
const ALARM = retelling(tables.ALARMS);
const STERILISER = retelling(tables.STERILISERS);
const RECALL = retelling(tables.RECALLS);
