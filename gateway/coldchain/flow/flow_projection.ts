/**
 * The projection of doses. What counts, and where a lot is, is told anew whenever something of it
 * comes, so that no order makes a difference.
 */
import type { Entry } from "../../../sync/entry.ts";
import type { Projection } from "../../projection.ts";
import { putInto } from "../../sql/put.ts";
import type { Parameter, Row, Transaction } from "../../sql/sql.ts";
import { type FlowEvent, flowEventIn } from "./flow_event.ts";
import { FLOW_TABLES, LOT_CODES, MOVES, OPENINGS, REVERSALS, STAYS, USES } from "./flow_tables.ts";
import { staysOf } from "./stays.ts";
import { PRODUCT_DIGITS } from "../codes/trace_code.ts";
import { stepIn } from "./stored_flow.ts";
import { type PackName, packsOf, tellVials } from "./vial_projection.ts";

const OWN = <T extends Readonly<Record<string, unknown>>>({ columns }: { columns: T }) =>
  Object.keys(columns).filter((name) => name !== "void");

const putMoves = putInto(MOVES, { own: OWN(MOVES), onConflict: "replace" });
const putUses = putInto(USES, { own: OWN(USES), onConflict: "replace" });
const putOpenings = putInto(OPENINGS, { own: OWN(OPENINGS), onConflict: "replace" });
const putReversals = putInto(REVERSALS, { onConflict: "replace" });
const putLotCodes = putInto(LOT_CODES, { onConflict: "replace" });
const putStays = putInto(STAYS, { onConflict: "replace" });

/** `authorities`: nodes whose word counts on every site's doses. */
export function flowOf(authorities: readonly string[]): Projection {
  return {
    name: "coldflow",
    version: 4,
    tables: FLOW_TABLES,
    apply: async (sql, entries) => {
      const told = entries.flatMap((entry) => {
        const event = flowEventIn(entry, authorities);
        return event === null ? [] : [{ entry, event }];
      });
      if (told.length === 0) return;
      for (const { entry, event } of told) await put(sql, entry, event);
      await tellAnew(sql, told.flatMap(({ event }) => subjectOf(event)));
    },
    forget: async (sql, origin, stream) => {
      const place = [origin, stream];
      const where = "WHERE origin = ? AND stream = ?";
      const ids = (await Promise.all([
        sql.rows(`SELECT DISTINCT site, id FROM coldmoves ${where}`, place),
        sql.rows(`SELECT DISTINCT site, id FROM colduses ${where}`, place),
        sql.rows(`SELECT DISTINCT site, id FROM coldopenings ${where}`, place),
        sql.rows(`SELECT DISTINCT site, what AS id FROM coldreversals ${where}`, place),
      ])).flat().map((row) => ({ site: row.text("site"), id: row.text("id") }));
      const lots = await lotsOf(sql, ids);
      const packs = await allPacksOf(sql, ids);
      for (const table of [...ACTS, "coldreversals", "coldlotcodes"]) {
        await sql.run(`DELETE FROM ${table} ${where}`, place);
      }
      await tellVoid(sql, ids);
      await tellStays(sql, lots);
      await tellVials(sql, packs);
    },
  };
}

/** What may be reversed. */
const ACTS = ["coldmoves", "colduses", "coldopenings"] as const;

/** Of one step, use or opening. */
interface Subject {
  readonly site: string;
  readonly id: string;
}

function subjectOf({ kind, body }: FlowEvent): Subject[] {
  switch (kind) {
    case "cold-moved":
    case "cold-used":
    case "cold-opened":
      return [{ site: body.site, id: body.id }];
    case "cold-reversed":
      return [{ site: body.site, id: body.what }];
    case "cold-lots":
      return [];
  }
}

async function put(sql: Transaction, entry: Entry, { kind, body }: FlowEvent): Promise<void> {
  const { origin, stream, seq, time: { wallMs, bootId, bootMs, clock } } = entry;
  const place = [origin, stream, seq] as const;
  switch (kind) {
    case "cold-moved": {
      const { site, id, lots, step, from, to, atMs, reason, by } = body;
      return await putMoves(
        sql,
        lots.map(({ product, lot, doses, codes, packDoses = 1, expires }) => [
          ...[site, id, product, lot, ...place, wallMs, atMs, step, from, to, doses],
          ...[JSON.stringify(codes), packDoses, expires, JSON.stringify({ reason, by })],
        ]),
      );
    }
    case "cold-used": {
      const { site, id, product, lot, place: where, code, recipient, atMs, by } = body;
      return await putUses(sql, [[
        ...[site, id, ...place, wallMs, atMs, product, lot, where, code],
        ...[recipient.key, recipient.shown, recipient.sealed, by.id],
      ]]);
    }
    case "cold-opened": {
      const { site, id, product, lot, code, place: where, doses, useByMs, source, atMs } = body;
      return await putOpenings(sql, [[
        ...[site, id, ...place, wallMs, bootId, bootMs, clock, atMs],
        ...[product, lot, code, where, doses, useByMs],
        JSON.stringify({ source, by: body.by }),
      ]]);
    }
    case "cold-reversed": {
      const { site, what, reason, by } = body;
      return await putReversals(sql, [[site, what, ...place, JSON.stringify({ reason, by })]]);
    }
    case "cold-lots":
      return await putLotCodes(
        sql,
        body.ranges.map(({ from, to, lot, expires, name }) => [
          ...[from.slice(0, PRODUCT_DIGITS), from, to, lot, body.site ?? "", ...place],
          ...[expires, name],
        ]),
      );
  }
}

async function tellAnew(sql: Transaction, subjects: readonly Subject[]): Promise<void> {
  await tellVoid(sql, subjects);
  await tellStays(sql, await lotsOf(sql, subjects));
  await tellVials(sql, await allPacksOf(sql, subjects));
}

/** Of what stands twice under one id the first counts, and nothing of what was reversed. */
async function tellVoid(sql: Transaction, subjects: readonly Subject[]): Promise<void> {
  for (const { site, id } of each(subjects)) {
    const isReversed = (await sql.rows(
      "SELECT seq FROM coldreversals WHERE site = ? AND what = ? LIMIT 1",
      [site, id],
    )).length > 0;
    for (const table of ACTS) {
      const rows = await sql.rows(
        `SELECT DISTINCT origin, stream, seq, wall, void FROM ${table} ` +
          "WHERE site = ? AND id = ? " +
          "ORDER BY wall, origin, stream, seq",
        [site, id],
      );
      for (const [at, row] of rows.entries()) {
        const isVoid = isReversed || at > 0 ? 1 : null;
        if (row.numberOrNull("void") === isVoid) continue;
        await sql.run(
          `UPDATE ${table} SET void = ? WHERE site = ? AND id = ? ` +
            "AND origin = ? AND stream = ? AND seq = ?",
          [isVoid, site, id, row.text("origin"), row.text("stream"), row.number("seq")],
        );
      }
    }
  }
}

function each(subjects: readonly Subject[]): Iterable<Subject> {
  return new Map(subjects.map((one) => [JSON.stringify([one.site, one.id]), one])).values();
}

interface Lot {
  readonly site: string;
  readonly product: string;
  readonly lot: string;
}

async function lotsOf(sql: Transaction, subjects: readonly Subject[]): Promise<Lot[]> {
  const lots = new Map<string, Lot>();
  for (const { site, id } of each(subjects)) {
    const select = "SELECT DISTINCT product, lot FROM coldmoves WHERE site = ? AND id = ?";
    for (const row of await sql.rows(select, [site, id])) {
      const lot = { site, product: row.text("product"), lot: row.text("lot") };
      lots.set(JSON.stringify(lot), lot);
    }
  }
  return [...lots.values()];
}

async function allPacksOf(sql: Transaction, subjects: readonly Subject[]): Promise<PackName[]> {
  const packs: PackName[] = [];
  for (const { site, id } of each(subjects)) packs.push(...await packsOf(sql, site, id));
  return packs;
}

async function tellStays(sql: Transaction, lots: readonly Lot[]): Promise<void> {
  for (const { site, product, lot } of lots) {
    const key = [product, lot, site];
    await sql.run("DELETE FROM coldstays WHERE product = ? AND lot = ? AND site = ?", key);
    const rows = await sql.rows(
      "SELECT site, id, at, source, target, doses, codes, pack, expires FROM coldmoves " +
        "WHERE product = ? AND lot = ? AND site = ? AND void IS NULL",
      key,
    );
    const expires = earliest(rows);
    await putStays(
      sql,
      staysOf(rows.map(stepIn)).map((stay): Parameter[] => [
        ...[site, product, lot, stay.place, stay.fromMs, stay.toMs, stay.doses],
        ...[stay.isShort ? 1 : 0, stay.toMs === null ? 1 : null, expires],
      ]),
    );
  }
}

/** Whoever wrote an earlier day read the pack, or is safer. */
function earliest(rows: readonly Row[]): string | null {
  return rows.flatMap((row) => row.textOrNull("expires") ?? []).sort().at(0) ?? null;
}
