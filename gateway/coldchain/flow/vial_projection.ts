/** Opened vials, told anew of all that names their codes. */
import { putInto } from "../../sql/put.ts";
import type { Row, Transaction } from "../../sql/sql.ts";
import { VIALS } from "./flow_tables.ts";
import { codesIn, stepIn } from "./stored_flow.ts";
import { vialOf, type VialOpening } from "./vial.ts";

/** A pack that may be a vial. */
export interface PackName {
  readonly site: string;
  readonly product: string;
  readonly lot: string;
  readonly code: string;
}

const putVials = putInto(VIALS, { onConflict: "replace" });

const NAMED = [
  "SELECT product, lot, code FROM coldopenings WHERE site = ? AND id = ?",
  "SELECT product, lot, code FROM colduses WHERE site = ? AND id = ? AND code IS NOT NULL",
];

/** Packs that a step, a use or an opening names. */
export async function packsOf(sql: Transaction, site: string, id: string): Promise<PackName[]> {
  const packs: PackName[] = [];
  const lotIn = (row: Row) => ({ site, product: row.text("product"), lot: row.text("lot") });
  for (const select of NAMED) {
    for (const row of await sql.rows(select, [site, id])) {
      packs.push({ ...lotIn(row), code: row.text("code") });
    }
  }
  const moves = "SELECT product, lot, codes FROM coldmoves WHERE site = ? AND id = ?";
  for (const row of await sql.rows(moves, [site, id])) {
    for (const code of codesIn(row)) packs.push({ ...lotIn(row), code });
  }
  return packs;
}

/** Of most packs nobody ever told that they were opened: those cost no more than one look a lot. */
export async function tellVials(sql: Transaction, packs: readonly PackName[]): Promise<void> {
  const lots = Map.groupBy(
    packs,
    ({ site, product, lot }) => JSON.stringify([site, product, lot]),
  );
  for (const own of lots.values()) {
    const [{ site, product, lot }] = own;
    const of = [site, product, lot];
    const known = new Set<string>();
    for (const table of ["coldopenings", "coldvials"]) {
      const select = `SELECT code FROM ${table} WHERE site = ? AND product = ? AND lot = ?`;
      for (const row of await sql.rows(select, of)) known.add(row.text("code"));
    }
    const codes = new Set(own.map(({ code }) => code).filter((code) => known.has(code)));
    if (codes.size === 0) continue;
    const steps = (await sql.rows(
      "SELECT site, id, at, source, target, doses, codes, pack FROM coldmoves " +
        "WHERE site = ? AND product = ? AND lot = ? AND void IS NULL",
      of,
    )).map(stepIn);
    for (const code of codes) {
      const vial = vialOf(
        code,
        await openingsOf(sql, [...of, code]),
        await givenOf(sql, [code, ...of]),
        steps,
      );
      await sql.run(
        "DELETE FROM coldvials WHERE site = ? AND product = ? AND lot = ? AND code = ?",
        [...of, code],
      );
      if (vial === null) continue;
      const { id, openedMs, useByMs, place, doses, given, discarded, left, isShort } = vial;
      await putVials(sql, [[
        ...[...of, code, id, openedMs, useByMs, place, doses, given, discarded, left],
        ...[isShort ? 1 : 0, left > 0 ? 1 : null],
      ]]);
    }
  }
}

async function openingsOf(sql: Transaction, of: readonly string[]): Promise<VialOpening[]> {
  const rows = await sql.rows(
    "SELECT id, at, place, doses, useby FROM coldopenings " +
      "WHERE site = ? AND product = ? AND lot = ? AND code = ? AND void IS NULL",
    of,
  );
  return rows.map((row) => ({
    id: row.text("id"),
    atMs: row.number("at"),
    place: row.text("place"),
    doses: row.number("doses"),
    useByMs: row.number("useby"),
  }));
}

async function givenOf(sql: Transaction, of: readonly string[]): Promise<number> {
  const [row] = await sql.rows(
    "SELECT count(*) AS doses FROM colduses WHERE code IS NOT NULL AND code = ? " +
      "AND site = ? AND product = ? AND lot = ? AND void IS NULL",
    of,
  );
  return row.number("doses");
}
