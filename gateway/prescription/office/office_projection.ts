/** The projection of the office: a row of each entry, put so that no order makes a difference. */
import type { Entry } from "../../../sync/entry.ts";
import { nodeOf } from "../../../sync/origin.ts";
import { bodyOf, type Projection } from "../../projection.ts";
import { type Put, type PutColumns, putInto } from "../../sql/put.ts";
import type { Parameter } from "../../sql/sql.ts";
import type { Table } from "../../sql/table.ts";
import type { LifeEvent } from "../life/event.ts";
import { automaticPass, isLater } from "../life/pass.ts";
import { eventIn } from "../record/life_entry.ts";
import { countOnce } from "./counted_rows.ts";
import { levelOf } from "./gravest.ts";
import { keepYears, keptUntilDay } from "./keep.ts";
import { commentBody, rosterBody, sampleBody } from "./office_bodies.ts";
import { COMMENT, OFFICE_KINDS, ROSTER, SAMPLE } from "./office_kinds.ts";
import * as tables from "./office_tables.ts";
import { groupOf } from "./sample.ts";

const EARLIEST = { onConflict: { newer: ["early", "place"] } } as const;

/** What `counted_rows.ts` finds by all rows of a version stays where a row is put once more. */
function earliestBut({ columns }: Table, ...found: readonly string[]): PutColumns {
  return { own: Object.keys(columns).filter((name) => !found.includes(name)), ...EARLIEST };
}

const PUTS = {
  monthly: putInto(tables.MONTHLY, { onConflict: { newer: ["version", "early", "place"] } }),
  verdicts: putInto(tables.VERDICTS, earliestBut(tables.VERDICTS, "uncounted", "unlisted")),
  decisions: putInto(tables.DECISIONS, earliestBut(tables.DECISIONS, "uncounted", "repeated")),
  pool: putInto(tables.POOL, EARLIEST),
  goods: putInto(tables.GOODS, EARLIEST),
  contacts: putInto(tables.CONTACTS, EARLIEST),
  closings: putInto(tables.CLOSINGS, EARLIEST),
  shifts: putInto(tables.SHIFTS, { onConflict: { newer: ["wall", "place"] } }),
  samples: putInto(tables.SAMPLES, { onConflict: { newer: ["seed", "early", "place"] } }),
  items: putInto(tables.SAMPLE_ITEMS, { onConflict: { newer: ["sample", "rank"] } }),
  comments: putInto(tables.COMMENTS, EARLIEST),
} as const satisfies Readonly<Record<string, Put>>;

interface ToPut {
  readonly into: keyof typeof PUTS;
  readonly row: Parameter[];
}

const OWN_KINDS: ReadonlySet<string> = new Set(OFFICE_KINDS.map(({ kind }) => kind));

/** `authorities`: the centres, who alone keep an office. */
export function officeOf(authorities: readonly string[]): Projection {
  return {
    name: "office",
    version: 4,
    tables: tables.OFFICE_TABLES,
    apply: async (sql, entries) => {
      if (authorities.length === 0) return;
      const all = entries.flatMap((entry) =>
        OWN_KINDS.has(entry.kind) ? officeRows(entry, authorities) : lifeRows(entry, authorities)
      );
      for (const [into, rows] of Map.groupBy(all, (one) => one.into)) {
        await PUTS[into](sql, rows.map(({ row }) => row));
      }
      await countOnce(sql, entries.flatMap((entry) => eventIn(entry, authorities) ?? []));
    },
  };
}

/** `wall`, `early`, `place` of an entry. */
function orderOf({ origin, stream, seq, time: { wallMs } }: Entry): Parameter[] {
  return [wallMs, -wallMs, `${origin}/${stream}/${seq}`];
}

function lifeRows(entry: Entry, authorities: readonly string[]): ToPut[] {
  const event = eventIn(entry, authorities);
  if (event === null) return [];
  const order = orderOf(entry);
  switch (event.kind) {
    case "prescription": {
      const { site, prescription: { id, version, setting } } = event.body;
      return [{ into: "monthly", row: [site, id, version, groupOf(setting), order[0], ...order] }];
    }
    case "verdict":
      return [{ into: "verdicts", row: [...verdictColumns(event), ...order] }];
    case "decision": {
      const { site, prescription, id, version, decision, by, verdict } = event.body;
      const { sinceMs = null, takenMs = null } = event.body;
      const row = [site, prescription, id, version, decision, by.id, verdict, sinceMs, takenMs];
      const answers = JSON.stringify(event.body.answers);
      return [{ into: "decisions", row: [...row, answers, ...order] }];
    }
    case "answer": {
      const { site, prescription, id, version, answer } = event.body;
      if (answer !== "insist") return [];
      return [{ into: "pool", row: [site, prescription, id, version, ...order] }];
    }
    case "dispensing":
    case "dispensing-return": {
      const { site, prescription, id } = event.body;
      return [{ into: "goods", row: [site, prescription, id, ...order] }];
    }
    case "contact-case": {
      const { site, prescription, id, version, cause } = event.body;
      return [{ into: "contacts", row: [site, prescription, id, version, cause, ...order] }];
    }
    case "contact-case-closed": {
      const { site, prescription, case: of, id, result, comment, by } = event.body;
      const row = [site, prescription, of, id, result, comment, by.id, ...order];
      return [{ into: "closings", row }];
    }
    default:
      return [];
  }
}

/** All but those of {@link orderOf}, in the order of the table's. */
function verdictColumns({ body, timeMs }: LifeEvent & { readonly kind: "verdict" }): Parameter[] {
  const { site, prescription, version, mode, id, outcome, findings, pack, facts } = body;
  const code = automaticPass(outcome, mode, facts?.rescue ?? false);
  const years = keepYears(facts?.lines ?? null);
  const until = keptUntilDay(Math.max(facts?.issuedMs ?? timeMs, timeMs), years);
  return [
    ...[site, prescription, version, mode, id],
    ...[outcome, levelOf(findings), isLater(mode) ? null : code, pack, years, until],
  ];
}

function officeRows(entry: Entry, authorities: readonly string[]): ToPut[] {
  if (entry.stream !== "record" || !authorities.includes(nodeOf(entry.origin))) return [];
  const body = bodyOf(entry);
  const order = orderOf(entry);
  switch (entry.kind) {
    case ROSTER: {
      const read = rosterBody.safeParse(body);
      if (!read.success) return [];
      const { day, account, from, to, duty, by } = read.data;
      return [{ into: "shifts", row: [day, account, from, to, duty, by.id, ...order] }];
    }
    case SAMPLE:
      return sampleRows(body, order);
    case COMMENT: {
      const read = commentBody.safeParse(body);
      if (!read.success) return [];
      const { month, site, prescription, id, judgement, items, text = null, by } = read.data;
      const said = [judgement, JSON.stringify(items), text, by.id];
      return [{ into: "comments", row: [month, site, prescription, id, ...said, ...order] }];
    }
    default:
      return [];
  }
}

function sampleRows(body: object | undefined, order: Parameter[]): ToPut[] {
  const read = sampleBody.safeParse(body);
  if (!read.success) return [];
  const { month, seed, county, outpatient, discharge, by } = read.data;
  const populations = [outpatient.population, discharge.population];
  const items = [["outpatient", outpatient], ["discharge", discharge]] as const;
  return [
    { into: "samples", row: [month, seed, county, ...populations, by.id, ...order] },
    ...items.flatMap(([sample, { drawn }]) =>
      drawn.map(({ site, number }, rank): ToPut => ({
        into: "items",
        row: [month, seed, site, number, sample, rank],
      }))
    ),
  ];
}
