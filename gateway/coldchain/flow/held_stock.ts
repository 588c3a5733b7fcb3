/** All that nobody gets now, by lot and place: why, since when and by whom (C10). */
import type { Rows } from "../../sql/sql.ts";
import { isCountys } from "../life/lot_hold.ts";
import { type LotState, quarantinedLots } from "../life/quarantine.ts";
import type { QuarantineBody } from "../life/quarantine_body.ts";
import { receiptsOf, type RefusalCause } from "../life/receipt.ts";
import type { ReceiptBody } from "../life/receipt_body.ts";
import { type Person, WHOLE_SITE } from "../life/subject.ts";
import { heldLots, lostLots } from "../record/cold_reads.ts";
import { RECEIPT_RULES } from "../record/standings.ts";
import { eventsOf } from "../record/stored_events.ts";
import { isHeldBack } from "./held_back.ts";
import { isLotKnown } from "./known_lots.ts";
import { placeOf } from "./place.ts";
import { hereAt } from "./trace.ts";

/** Lots of one page: those that wait the longest, and of those that are lost the latest. */
export const HELD_LOTS_MAX = 100;
/** Lots that are lost are listed for so long; nobody gets them later either. */
export const LOST_DAYS = 366;
/** Receipts that nobody has decided about. */
export const RECEIPTS_MAX = 50;

const DAY_MS = 86_400_000;

export const HELD_STOCK = {
  cause: "SELECT cause FROM coldepisodes WHERE site = ? AND episode = ?",
  receipts: "SELECT site, receipt FROM coldreceipts WHERE todo IS NOT NULL " +
    `ORDER BY arrived LIMIT ${RECEIPTS_MAX + 1}`,
  receiptsOf: "SELECT site, receipt FROM coldreceipts WHERE todo IS NOT NULL " +
    `AND site || '' = ? ORDER BY arrived LIMIT ${RECEIPTS_MAX + 1}`,
} as const;

type UnitLot = Pick<LotState, "site" | "unit" | "product" | "lot">;

/** What a quarantine comes of. */
export interface HeldReason {
  /**
   * An alarm's cause; `receipt` where it comes of one, `elsewhere` where another node says so, else
   * what its quarantine says, `person` of what a person does.
   */
  readonly cause: string;
  /** In words, where a person said it. */
  readonly words: string | null;
  readonly sinceMs: number;
  /** `null`: by the rules, of themselves. */
  readonly by: Person | null;
}

export interface HeldPlace {
  readonly place: string;
  readonly doses: number;
}

export interface HeldStock extends UnitLot, Pick<LotState, "state" | "isDisputed" | "decisions"> {
  /** Whether somebody has to decide: at its site, or at the county that told the site. */
  readonly isOpen: boolean;
  readonly siteDecides: boolean;
  readonly countyDecides: boolean;
  /** Whether any step of the lot is known here. */
  readonly isSeen: boolean;
  /** Of all quarantines for which it is held back. */
  readonly reasons: readonly HeldReason[];
  /** Where such doses are now, or may be: in the unit and wherever they went since. */
  readonly places: readonly HeldPlace[];
}

/** Goods at the door: nobody puts them away before somebody took them in. */
export interface HeldReceipt {
  readonly body: ReceiptBody;
  /** Why they are to be refused; none: nothing speaks against them. */
  readonly causes: readonly RefusalCause[];
}

export interface AllHeld {
  readonly lots: readonly HeldStock[];
  readonly receipts: readonly HeldReceipt[];
  /** Of what there is more than is listed. */
  readonly cut: Readonly<Record<"waiting" | "lost" | "receipts", boolean>>;
}

/** `site`: null: of all that the tables know. */
export async function allHeld(rows: Rows, site: string | null, nowMs: number): Promise<AllHeld> {
  const waiting = await heldLots(rows, site);
  const lost = await lostLots(rows, site, nowMs - LOST_DAYS * DAY_MS, HELD_LOTS_MAX + 1);
  const found = [...waiting.slice(0, HELD_LOTS_MAX), ...lost.slice(0, HELD_LOTS_MAX)];
  const units = Map.groupBy(found, (one) => JSON.stringify([one.site, one.unit]));
  const states = new Map<string, LotState>();
  for (const [{ site, unit }] of units.values()) {
    const events = await eventsOf(rows, { site, subject: `lots/${unit}` });
    for (const state of quarantinedLots(events)) states.set(nameOfLot(state), state);
  }
  const lots = [];
  for (const one of found) {
    const state = states.get(nameOfLot(one));
    if (state !== undefined) lots.push(await stockOf(rows, state));
  }
  const receipts = await receiptsAtTheDoor(rows, site);
  return {
    lots,
    receipts: receipts.slice(0, RECEIPTS_MAX),
    cut: {
      waiting: waiting.length > HELD_LOTS_MAX,
      lost: lost.length > HELD_LOTS_MAX,
      receipts: receipts.length > RECEIPTS_MAX,
    },
  };
}

function nameOfLot({ site, unit, product, lot }: UnitLot): string {
  return JSON.stringify([site, unit, product, lot]);
}

async function stockOf(rows: Rows, state: LotState): Promise<HeldStock> {
  const { site, unit, product, lot, open, barring, decisions, isDisputed } = state;
  const reasons = [];
  for (const { event: { body } } of barring) reasons.push(...await reasonsOf(rows, body));
  const places = [];
  for (const { place, doses } of await hereAt(rows, product, lot, site)) {
    const isThere = place === placeOf("unit", unit) && open.length > 0;
    const isHeld = isThere ||
      await isHeldBack(rows, { site, place, product, lot, code: null });
    if (isHeld) places.push({ place, doses });
  }
  const isTold = ({ node, body }: typeof open[number]) => node !== site && isCountys(body);
  return {
    ...{ site, unit, product, lot, state: state.state, isDisputed, reasons, decisions, places },
    ...{ isOpen: open.length > 0, isSeen: await isLotKnown(rows, { product, lot }) },
    ...{ siteDecides: !open.every(isTold), countyDecides: open.some(isTold) },
  };
}

async function reasonsOf(
  rows: Rows,
  { site, unit, because, sinceMs, by, cause: told, reason }: QuarantineBody,
): Promise<HeldReason[]> {
  const reasons = [];
  for (const one of because) {
    const [episode] = await rows.rows(HELD_STOCK.cause, [site, one]);
    const isReceipt = episode === undefined &&
      (await eventsOf(rows, { site, subject: `receipt/${one}` })).length > 0;
    const known = told === undefined || told === "other" ? "person" : told;
    const said = unit === WHOLE_SITE ? "elsewhere" : isReceipt ? "receipt" : known;
    const cause = episode?.text("cause") ?? said;
    reasons.push({ cause, words: reason ?? null, sinceMs, by });
  }
  return reasons;
}

async function receiptsAtTheDoor(rows: Rows, of: string | null): Promise<HeldReceipt[]> {
  const found = of === null
    ? await rows.rows(HELD_STOCK.receipts)
    : await rows.rows(HELD_STOCK.receiptsOf, [of]);
  const receipts = [];
  for (const row of found) {
    const subject = { site: row.text("site"), subject: `receipt/${row.text("receipt")}` };
    for (const told of receiptsOf(await eventsOf(rows, subject), () => RECEIPT_RULES)) {
      receipts.push({ body: told.receipt.body, causes: told.causes });
    }
  }
  return receipts;
}
