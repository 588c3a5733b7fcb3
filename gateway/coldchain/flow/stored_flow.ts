/** Rows of doses, as what they tell. */
import * as z from "zod";
import type { Row } from "../../sql/sql.ts";
import type { LotStep } from "./stays.ts";

const codes = z.array(z.string());

export function codesIn(row: Row): string[] {
  return codes.parse(JSON.parse(row.text("codes")));
}

export function stepIn(row: Row): LotStep {
  return {
    id: row.text("id"),
    site: row.text("site"),
    atMs: row.number("at"),
    from: row.text("source"),
    to: row.text("target"),
    doses: row.number("doses"),
    codes: codesIn(row),
    packDoses: row.number("pack"),
  };
}
