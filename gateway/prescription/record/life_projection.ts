/**
 * The projection of prescriptions. What it knows of one is made anew of all its events whenever
 * another comes, so that neither their order nor one that comes again makes a difference.
 */
import type { Entry } from "../../../sync/entry.ts";
import type { Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import type { Parameter, Transaction } from "../../sql/sql.ts";
import { type LifeEvent, numberOf } from "../life/event.ts";
import { versionOf } from "../life/double_use.ts";
import { medicinesOf, type PatientMedicine } from "../life/patient_medicines.ts";
import { isOwed, isTodo } from "../life/owed.ts";
import { type Standing, standingOf } from "../life/standing.ts";
import { eventIn } from "./life_entry.ts";
import { EVENTS, PATIENT_LINES, PRESCRIPTIONS, UNMAPPED } from "./life_tables.ts";
import { chunksOf, eitherOf, eventsOf, nameOf, type RecordKey } from "./stored_events.ts";
import { unmappedRows } from "./unmapped_rows.ts";

const putEvents = putInto(EVENTS, { onConflict: "replace" });
const putPrescriptions = putInto(PRESCRIPTIONS, { onConflict: "replace" });
const putLines = putInto(PATIENT_LINES, { onConflict: "replace" });
const putUnmapped = putInto(UNMAPPED, { onConflict: "replace" });

/** `authorities`: nodes whose word counts on every site's prescriptions. */
export function prescriptionsOf(authorities: readonly string[]): Projection {
  return {
    name: "prescriptions",
    version: 4,
    tables: [EVENTS, PRESCRIPTIONS, PATIENT_LINES, UNMAPPED],
    apply: async (sql, entries) => {
      const told = entries.flatMap((entry) => {
        const event = eventIn(entry, authorities);
        return event === null ? [] : [{ entry, event }];
      });
      if (told.length === 0) return;
      await putEvents(sql, told.map(({ entry, event }) => eventRow(entry, event)));
      await tellAnew(sql, told.map(({ event }) => keyOf(event)));
    },
    forget: async (sql, origin, stream) => {
      const place = [origin, stream];
      const select = "SELECT DISTINCT site, number FROM prescriptionevents " +
        "WHERE origin = ? AND stream = ?";
      const keys = (await sql.rows(select, place))
        .map((row) => ({ site: row.text("site"), number: row.text("number") }));
      await sql.run("DELETE FROM prescriptionevents WHERE origin = ? AND stream = ?", place);
      await tellAnew(sql, keys);
    },
  };
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

/** Channel of a key that a sender gave beside the prescription's number. */
export const SEND_KEY = "idempotency-key";

/** Where these stand now, what their patients have of them, and what nobody could map. */
async function tellAnew(sql: Transaction, touched: readonly RecordKey[]): Promise<void> {
  const keys = [...new Map(touched.map((key) => [nameOf(key), key])).values()];
  for (const chunk of chunksOf(keys)) {
    const { where, values } = eitherOf(chunk);
    const events = await eventsOf(sql, chunk);
    const rows: Parameter[][] = [];
    const lines: Parameter[][] = [];
    const unmapped: Parameter[][] = [];
    const gone: RecordKey[] = [];
    for (const key of chunk) {
      const own = events.get(nameOf(key)) ?? [];
      if (own.every((event) => versionOf(event) === null)) {
        gone.push(key);
        continue;
      }
      const standing = standingOf(own);
      const medicines = medicinesOf(standing, own);
      rows.push(prescriptionRow(standing, own));
      lines.push(...medicines.map((medicine) => lineRow(key, medicine)));
      unmapped.push(...unmappedRows(own));
    }
    await sql.run(`DELETE FROM patientlines WHERE ${where}`, values);
    await sql.run(`DELETE FROM unmappedcodes WHERE ${where}`, values);
    if (gone.length > 0) {
      const no = eitherOf(gone);
      await sql.run(`DELETE FROM prescriptions WHERE ${no.where}`, no.values);
    }
    await putPrescriptions(sql, rows);
    await putLines(sql, lines);
    await putUnmapped(sql, unmapped);
  }
}

function lineRow(
  { site, number }: RecordKey,
  { patient, version, line, medicine }: PatientMedicine,
): Parameter[] {
  return [patient, site, number, version, line, medicine.untilMs, JSON.stringify(medicine)];
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
    ...[owed?.do ?? null, due.some(isTodo) ? 1 : 0],
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
