/** What is known already of prescriptions that have just come, asked once for all of them. */
import * as z from "zod";
import type { HistoryLine } from "../facts.ts";
import type { LifeEvent } from "../life/event.ts";
import { ofKind } from "../life/told.ts";
import type { Parameter, Rows } from "../../sql/sql.ts";
import { chunksOf, eventsOf, nameOf, type RecordKey } from "./stored_events.ts";

/** As the tables keep them; they were made of verdicts that were read with care. */
const storedLines = z.custom<readonly HistoryLine[]>();

/** Whose history is asked for, and from when on. */
export interface Patient {
  readonly key: string;
  /** Milliseconds since 1970 UTC. */
  readonly fromMs: number;
}

export interface Known {
  /** By `nameOf`. */
  readonly events: ReadonlyMap<string, readonly LifeEvent[]>;
  /** Hashes of what was sent under keys of its sender's own, by `SITE/KEY`. */
  readonly sent: ReadonlyMap<string, readonly string[]>;
  /** Medicines by patient; also some that have run out. */
  readonly medicines: ReadonlyMap<string, readonly HistoryLine[]>;
}

export async function knownOf(
  rows: Rows,
  asked: {
    readonly numbers: readonly RecordKey[];
    readonly sendKeys: readonly { readonly site: string; readonly key: string }[];
    readonly patients: readonly Patient[];
  },
): Promise<Known> {
  const [events, sent, medicines] = await Promise.all([
    eventsOf(rows, asked.numbers),
    sentUnder(rows, asked.sendKeys),
    medicinesOf(rows, asked.patients),
  ]);
  return { events, sent, medicines };
}

/** By `SITE/KEY`, what came under it: more than one thing where nodes were apart. */
async function sentUnder(
  rows: Rows,
  keys: readonly { readonly site: string; readonly key: string }[],
): Promise<Map<string, string[]>> {
  const select = "SELECT site, sendkey, number FROM prescriptionevents WHERE ";
  const under: (RecordKey & { readonly key: string })[] = [];
  for (const chunk of chunksOf(keys)) {
    const where = chunk.map(() => "(site = ? AND sendkey = ?)").join(" OR ");
    const values = chunk.flatMap(({ site, key }) => [site, key]);
    for (const row of await rows.rows(select + where, values)) {
      const [site, number] = [row.text("site"), row.text("number")];
      under.push({ site, number, key: row.text("sendkey") });
    }
  }
  const events = await eventsOf(rows, under);
  const found = new Map<string, string[]>();
  for (const { site, number, key } of under) {
    const received = ofKind(events.get(nameOf({ site, number })) ?? [], "prescription");
    const own = received.filter(({ body }) => body.key.id === key).map(({ body }) => body.hash);
    const name = `${site}/${key}`;
    found.set(name, [...new Set([...found.get(name) ?? [], ...own])]);
  }
  return found;
}

async function medicinesOf(
  rows: Rows,
  patients: readonly Patient[],
): Promise<Map<string, HistoryLine[]>> {
  const earliest = new Map<string, number>();
  for (const { key, fromMs } of patients) {
    earliest.set(key, Math.min(fromMs, earliest.get(key) ?? fromMs));
  }
  const found = new Map<string, HistoryLine[]>();
  for (const chunk of chunksOf([...earliest])) {
    const where = chunk.map(() => "(patient = ? AND until > ?)").join(" OR ");
    const values: Parameter[] = chunk.flatMap(([key, fromMs]) => [key, fromMs]);
    const select = `SELECT patient, body FROM patientlines WHERE ${where} ` +
      "ORDER BY patient, site, number";
    for (const row of await rows.rows(select, values)) {
      const patient = row.text("patient");
      const lines = storedLines.parse(JSON.parse(row.text("body")));
      found.set(patient, [...found.get(patient) ?? [], ...lines]);
    }
  }
  return found;
}
