/** What the tables tell of a series' days. */
import * as z from "zod";
import type { Row } from "../../sql/sql.ts";
import type { DayTold } from "../series/told.ts";

/** Of a text that this program has written. */
const stored = z.custom<DayTold>();

export function storedDay(row: Row): DayTold {
  return stored.parse(JSON.parse(row.text("body")));
}
