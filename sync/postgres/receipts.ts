/** Receipts in the database: those that any of its processes was given. */
import type { Row } from "../database.ts";
import type { Receipt } from "../segments.ts";
import type { Ask } from "./connection.ts";

const SELECT = "SELECT centre, origin, stream, seq, hash, signature FROM receipts";
const RAISE = `UPDATE receipts SET seq = $4, hash = $5, signature = $6
WHERE centre = $1 AND origin = $2 AND stream = $3 AND seq < $4`;
const ADD = `INSERT INTO receipts (centre, origin, stream, seq, hash, signature)
SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT),
CAST($5 AS BYTEA), CAST($6 AS BYTEA)
WHERE NOT EXISTS (SELECT 1 FROM receipts WHERE centre = $1 AND origin = $2 AND stream = $3)`;

export async function allReceipts(ask: Ask): Promise<Receipt[]> {
  return (await ask(SELECT)).rows.map(receipt);
}

/** Keeps the higher of what is there and what is given. */
export async function keepReceipt(ask: Ask, receipt: Receipt): Promise<void> {
  const { centre, origin, stream, seq, hash, signature } = receipt;
  const values = [centre, origin, stream, seq, hash, signature];
  await Promise.all([ask(RAISE, values), ask(ADD, values)]);
}

function receipt(row: Row): Receipt {
  return {
    centre: row.text("centre"),
    origin: row.text("origin"),
    stream: row.text("stream"),
    seq: row.number("seq"),
    hash: row.blob("hash"),
    signature: row.blob("signature"),
  };
}
