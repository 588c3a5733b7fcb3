/** Receipts as the tables keep them: the list, and one with all that was told of it. */
import * as z from "zod";
import type { Row, Rows } from "../../sql/sql.ts";
import { type Receipt, receiptsOf, type ReceiptState, type RefusalCause } from "../life/receipt.ts";
import { RECEIPT_RULES } from "./standings.ts";
import { eventsOf } from "./stored_events.ts";

/** Of one list; older ones are asked for by name. */
const LISTED_MAX = 200;

/** Of words that this program has written. */
const storedState = z.custom<ReceiptState>();
const storedCause = z.custom<RefusalCause>();

export interface ReceiptRow {
  readonly site: string;
  readonly receipt: string;
  readonly consignment: string;
  readonly from: string;
  readonly arrivedMs: number;
  readonly state: ReceiptState;
  readonly causes: readonly RefusalCause[];
}

const RECEIPT = "site, receipt, consignment, sender, arrived, state, causes";

/** The latest first; `site`: null: of all. */
export async function latestReceipts(rows: Rows, site: string | null): Promise<ReceiptRow[]> {
  const where = site === null ? "" : "WHERE site = ? ";
  const select = `SELECT ${RECEIPT} FROM coldreceipts ${where}` +
    `ORDER BY arrived DESC LIMIT ${LISTED_MAX}`;
  return (await rows.rows(select, site === null ? [] : [site])).map(receiptIn);
}

function receiptIn(row: Row): ReceiptRow {
  const causes = row.text("causes");
  return {
    ...{ site: row.text("site"), receipt: row.text("receipt") },
    ...{ consignment: row.text("consignment"), from: row.text("sender") },
    arrivedMs: row.number("arrived"),
    state: storedState.parse(row.text("state")),
    causes: causes === "" ? [] : causes.split(" ").map((cause) => storedCause.parse(cause)),
  };
}

/** What stands of a receipt; `null`: there is none of that name. */
export async function receiptState(
  rows: Rows,
  site: string,
  receipt: string,
): Promise<ReceiptState | null> {
  const select = "SELECT state FROM coldreceipts WHERE site = ? AND receipt = ?";
  const [row] = await rows.rows(select, [site, receipt]);
  return row === undefined ? null : storedState.parse(row.text("state"));
}

/** The same with what came, and each decision. */
export async function receiptOf(rows: Rows, site: string, name: string): Promise<Receipt | null> {
  const events = await eventsOf(rows, { site, subject: `receipt/${name}` });
  return receiptsOf(events, () => RECEIPT_RULES).at(0) ?? null;
}
