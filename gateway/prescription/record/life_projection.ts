/**
 * The projection of prescriptions. What it knows of one is made anew of all its events whenever
 * another comes, so that neither their order nor one that comes again makes a difference.
 */
import type { Entry } from "../../../sync/entry.ts";
import type { Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import { type Parameter, storable, type Transaction } from "../../sql/sql.ts";
import { type LifeEvent, numberOf } from "../life/event.ts";
import { versionOf } from "../life/double_use.ts";
import { medicinesOf, type PatientMedicine } from "../life/patient_medicines.ts";
import { isOwed, isTodo } from "../life/owed.ts";
import { SEND_KEY } from "../life/same_key.ts";
import { type Standing, standingOf } from "../life/standing.ts";
import { eventIn } from "./life_entry.ts";
import { EVENTS, PATIENT_LINES, PRESCRIPTIONS, UNMAPPED } from "./life_tables.ts";
import { SAME_KEYS, sendKeysOf, tellKeysAnew, tellSameKeys } from "./same_keys.ts";
import {
  chunksOf,
  eitherOf,
  eventsOf,
  nameOf,
  namesWithEvents,
  type RecordKey,
} from "./stored_events.ts";
import { unmappedRows } from "./unmapped_rows.ts";

const putEvents = putInto(EVENTS, { onConflict: "replace" });
const putPrescriptions = putInto(PRESCRIPTIONS, { onConflict: "replace" });
const putLines = putInto(PATIENT_LINES, { onConflict: "replace" });
const putUnmapped = putInto(UNMAPPED, { onConflict: "replace" });

/** `authorities`: nodes whose word counts on every site's prescriptions. */
export function prescriptionsOf(authorities: readonly string[]): Projection {
  return {
    name: "prescriptions",
    version: 7,
    tables: [EVENTS, PRESCRIPTIONS, PATIENT_LINES, UNMAPPED, SAME_KEYS],
    apply: async (sql, entries) => {
      const told = entries.flatMap((entry) => {
        const event = eventIn(entry, authorities);
        return event === null || !isKept(event) ? [] : [{ entry, event }];
      });
      if (told.length === 0) return;
      const events = Map.groupBy(told.map(({ event }) => event), (event) => nameOf(keyOf(event)));
      const keys = [...events.values()].map(([event]) => keyOf(event));
      const older = await namesWithEvents(sql, keys);
      await putEvents(sql, told.map(({ entry, event }) => eventRow(entry, event)));
      const [known, fresh] = [true, false].map((isKnown) =>
        keys.filter((key) => older.has(nameOf(key)) === isKnown)
      );
      // Mostly all that there is of one comes at one time, and is at hand.
      await putStandings(sql, fresh, events);
      await tellAnew(sql, known);
      await tellSameKeys(sql, told.map(({ event }) => event));
    },
    forget: async (sql, origin, stream) => {
      const place = [origin, stream];
      const select = "SELECT DISTINCT site, number FROM prescriptionevents " +
        "WHERE origin = ? AND stream = ?";
      const keys = (await sql.rows(select, place))
        .map((row) => ({ site: row.text("site"), number: row.text("number") }));
      const sendKeys = await sendKeysOf(sql, keys);
      await sql.run("DELETE FROM prescriptionevents WHERE origin = ? AND stream = ?", place);
      await tellAnew(sql, keys);
      await tellKeysAnew(sql, sendKeys);
    },
  };
}

/** Not a name that the tables would keep as another: nobody's prescription has such. */
function isKept(event: LifeEvent): boolean {
  const { site, number } = keyOf(event);
  return storable(site) === site && storable(number) === number;
}

function keyOf(event: LifeEvent): RecordKey {
  const { site, prescription } = numberOf(event);
  return { site, number: prescription };
}

function eventRow({ origin, stream, seq, time }: Entry, event: LifeEvent): Parameter[] {
  const { site, number } = keyOf(event);
  const { kind, node, body } = event;
  const key = event.kind === "prescription" ? event.body.key : null;
  const sendKey = key?.channel === SEND_KEY ? key.id : null;
  return [
    ...[site, number, origin, stream, seq],
    ...[kind, node, time.wallMs, sendKey, JSON.stringify(body)],
  ];
}

/** Where these stand now, and what their patients have of them, by all that the tables hold. */
async function tellAnew(sql: Transaction, keys: readonly RecordKey[]): Promise<void> {
  for (const chunk of chunksOf(keys)) {
    const { where, values } = eitherOf(chunk);
    const events = await eventsOf(sql, chunk);
    await sql.run(`DELETE FROM patientlines WHERE ${where}`, values);
    await sql.run(`DELETE FROM unmappedcodes WHERE ${where}`, values);
    const gone = chunk.filter((key) => !isTold(events.get(nameOf(key)) ?? []));
    if (gone.length > 0) {
      const no = eitherOf(gone);
      await sql.run(`DELETE FROM prescriptions WHERE ${no.where}`, no.values);
    }
    await putStandings(sql, chunk, events);
  }
}

/** Of those of which it knows no version there is nothing to tell. */
async function putStandings(
  sql: Transaction,
  keys: readonly RecordKey[],
  events: ReadonlyMap<string, readonly LifeEvent[]>,
): Promise<void> {
  const rows: Parameter[][] = [];
  const lines: Parameter[][] = [];
  const unmapped: Parameter[][] = [];
  for (const key of keys) {
    const own = events.get(nameOf(key)) ?? [];
    if (!isTold(own)) continue;
    const standing = standingOf(own);
    rows.push(prescriptionRow(standing, own));
    lines.push(...lineRows(key, medicinesOf(standing, own)));
    unmapped.push(...unmappedRows(own));
  }
  await putPrescriptions(sql, rows);
  await putLines(sql, lines);
  await putUnmapped(sql, unmapped);
}

function isTold(events: readonly LifeEvent[]): boolean {
  return events.some((event) => versionOf(event) !== null);
}

function lineRows({ site, number }: RecordKey, medicines: readonly PatientMedicine[]) {
  const inOrder = medicines.toSorted((a, b) => a.version - b.version || a.line - b.line);
  return [...Map.groupBy(inOrder, ({ patient }) => patient)].map(([patient, own]): Parameter[] => {
    const lines = own.map(({ medicine }) => medicine);
    const untilMs = Math.max(...lines.map((line) => line.untilMs));
    return [site, number, patient, untilMs, JSON.stringify(lines)];
  });
}

/** In the order of the table's columns. */
function prescriptionRow(standing: Standing, events: readonly LifeEvent[]): Parameter[] {
  const { site, prescription: number, version, hashes, due, pass, goods, severity } = standing;
  const review = due.find((one) => one.do === "review");
  const owed = due.find((one) => isOwed(one) && isWhole(one.version, standing));
  const { issued, patient } = contentOf(version, events);
  return [
    ...[site, number, version, hashes[0] ?? "", standing.state, standing.by],
    ...[pass, outcomeOf(standing), goods.state, severity],
    ...[review?.order.emergency ?? null, review?.order.sinceMs ?? null, review?.purpose ?? null],
    ...[
      owed?.do ?? due.find((one) => one.do === "after-split")?.do ?? null,
      due.some(isTodo) ? 1 : null,
    ],
    due.some((one) => one.do === "answer") ? 1 : 0,
    ...[standing.openCases.length, standing.receivedMs, issued, patient],
  ];
}

/** Whether the content of a version is here, and one: else no rules can look at it. */
function isWhole(version: number, standing: Standing): boolean {
  const own = [standing, ...standing.earlier].find((one) => one.version === version);
  return own !== undefined && own.receivedMs !== null && own.hashes.length === 1;
}

/** What stands of the rules' verdicts; `null` where there is none. */
function outcomeOf({ sides }: Standing): string | null {
  const verdicts = sides.filter(({ mode }) => mode !== null);
  const standing = verdicts.find(({ role }) => role === "stands") ??
    verdicts.find(({ mode }) => mode !== "degraded") ?? verdicts.at(0);
  return standing?.choice ?? null;
}

/** When its version was issued, and whose it is. */
function contentOf(version: number, events: readonly LifeEvent[]) {
  let issued: number | null = null;
  let patient: string | null = null;
  for (const event of events) {
    if (versionOf(event) !== version) continue;
    if (event.kind === "prescription") {
      const ms = Date.parse(event.body.prescription.issuedAt);
      issued = issued === null ? ms : Math.min(issued, ms);
    }
    const key = event.kind === "verdict" ? event.body.facts?.patient.key ?? null : null;
    if (key !== null && (patient === null || key < patient)) patient = key;
  }
  return { issued, patient };
}
