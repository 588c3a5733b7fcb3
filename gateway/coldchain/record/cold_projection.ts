/**
 * The projection of the cold chain. What stands of a unit, an alarm or a lot is made anew of all
 * its events whenever another comes, so that no order makes a difference.
 */
import type { Entry } from "../../../sync/entry.ts";
import type { Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import type { Parameter, Transaction } from "../../sql/sql.ts";
import type { ColdEvent } from "../life/event.ts";
import { coldEventIn, type Subject, subjectOf } from "./cold_entry.ts";
import { EVENTS, LIFE_TABLES } from "./cold_tables.ts";
import { tellStanding } from "./standings.ts";

const putEvents = putInto(EVENTS, { onConflict: "replace" });

/** `authorities`: nodes whose word counts on every site's cold chain. */
export function coldOf(authorities: readonly string[]): Projection {
  return {
    name: "coldchain",
    version: 1,
    tables: LIFE_TABLES,
    apply: async (sql, entries) => {
      const told = entries.flatMap((entry) => {
        const event = coldEventIn(entry, authorities);
        return event === null ? [] : [{ entry, event }];
      });
      if (told.length === 0) return;
      await putEvents(sql, told.map(({ entry, event }) => eventRow(entry, event)));
      await tellAnew(sql, told.map(({ event }) => subjectOf(event)));
    },
    forget: async (sql, origin, stream) => {
      const place = [origin, stream];
      const select = "SELECT DISTINCT site, subject FROM coldevents " +
        "WHERE origin = ? AND stream = ?";
      const subjects = (await sql.rows(select, place))
        .map((row) => ({ site: row.text("site"), subject: row.text("subject") }));
      await sql.run("DELETE FROM coldevents WHERE origin = ? AND stream = ?", place);
      await tellAnew(sql, subjects);
    },
  };
}

async function tellAnew(sql: Transaction, subjects: readonly Subject[]): Promise<void> {
  const each = new Map(subjects.map((one) => [JSON.stringify([one.site, one.subject]), one]));
  for (const subject of each.values()) await tellStanding(sql, subject);
}

/** In the order of the table's columns. */
function eventRow({ origin, stream, seq, time }: Entry, event: ColdEvent): Parameter[] {
  const { site, subject } = subjectOf(event);
  const { kind, node, body } = event;
  const at = event.kind === "cold-reading" ? event.body.takenMs : null;
  return [
    ...[site, subject, origin, stream, seq, kind, body.id, node, time.wallMs],
    ...[at, JSON.stringify(body)],
  ];
}
