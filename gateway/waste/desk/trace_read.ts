/** Bags, boxes, manifests and receipts from any of their codes, by what the tables hold (W8). */
import type { Rows } from "../../sql/sql.ts";
import { normalCode } from "../label/bag_code.ts";
import { readLabel } from "../label/label.ts";
import { type Trace, traceOf } from "../manifest/trace.ts";
import { bagsOfReceipt, manifestsNumbered, SELECTS } from "../record/waste_reads.ts";
import { LOADS_MAX } from "../entry/subject.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { around } from "./surroundings.ts";

/** `typed`: a code, or what a reader read of a label. */
export async function tracedBy(rows: Rows, typed: string): Promise<Trace> {
  const code = codeIn(typed);
  const loads = (await rows.rows(SELECTS.ofBox, [code, LOADS_MAX])).map((row) => row.text("load"));
  const receipts = (await bagsOfReceipt(rows, code)).map(({ standing }) => standing.bag);
  const numbered = (await manifestsNumbered(rows, code)).map(({ standing }) => standing.manifest);
  const first = await around(rows, {
    bags: [code, ...receipts],
    loads: [code, ...loads],
    manifests: [code, ...numbered],
  }, DEFAULT_RULES);
  // On which manifest the bags are: one that was only drafted is found by them.
  const bags = [...first.ledger.bags.keys()];
  const manifests = [...first.manifests.keys()];
  const { ledger, manifests: forms } = await around(rows, {
    bags: [...bags, ...receipts],
    loads: [code, ...loads],
    manifests: [...manifests, ...numbered],
  }, DEFAULT_RULES);
  return traceOf(code, ledger, { manifests: forms, doubled: [] });
}

function codeIn(typed: string): string {
  const read = readLabel(typed);
  if (read.kind === "label") return read.said.bag;
  return read.kind === "code" ? normalCode(read.code) : typed.trim();
}
