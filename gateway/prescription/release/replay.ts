/** The same pack on the same inputs gives the same verdict (P6): tries it with a stored one. */
import * as z from "zod";
import type { QueryTables } from "../../tables.ts";
import { canonicalHash } from "../canonical_hash.ts";
import { eventsOf } from "../record/stored_events.ts";
import type { VerdictBody } from "../life/verdict_body.ts";
import { ofKind } from "../life/told.ts";
import { PackError } from "../pack/document.ts";
import { Shelf } from "../pack/shelf.ts";
import { loadPack } from "../pack/signed_pack.ts";
import { gravest } from "../review.ts";
import { type Finding, outcomeOf } from "../verdict.ts";
import { ReleaseError } from "./parts.ts";
import { documentText, releaseWithPack } from "./stored_releases.ts";

export const replayView = z.object({
  verdict: z.string().describe("Its id"),
  mode: z.string(),
  pack: z.string(),
  result: z.enum(["equal", "different", "not-possible"]),
  detail: z.string().describe("Where it differs, or why it cannot be made again"),
});
export type ReplayView = z.infer<typeof replayView>;

/** By packs that are on the shelf. Pure. */
export function replayed(verdict: VerdictBody, shelf: Shelf): ReplayView {
  const { id, mode, pack, facts, history, atMs } = verdict;
  const head = { verdict: id, mode, pack };
  if (facts === undefined || atMs === undefined) {
    return { ...head, result: "not-possible", detail: "it was stored without its inputs" };
  }
  const packs = packsOf(verdict);
  const missing = packs.find((identity) => shelf.get(identity) === undefined);
  if (missing !== undefined) {
    return { ...head, result: "not-possible", detail: `the pack ${missing} is not here` };
  }
  const { findings } = shelf.review({ ...facts, history }, atMs, packs);
  const kept = gravest(findings);
  const [found, stored] = verdict.findings.some(({ earlier }) => earlier !== undefined)
    ? [hashOf(kept), hashOf(verdict.findings)]
    : [kept, verdict.findings].map(hashWithoutEarlier);
  const outcome = outcomeOf(findings);
  if (found === stored && outcome === verdict.outcome) {
    return { ...head, result: "equal", detail: "" };
  }
  const detail = `stored ${verdict.outcome} by ${rulesOf(verdict.findings)}, ` +
    `now ${outcome} by ${rulesOf(findings)}`;
  return { ...head, result: "different", detail };
}

function hashOf(findings: readonly Finding[]): string {
  // As an entry keeps them: without what is undefined.
  const kept: object = JSON.parse(JSON.stringify(findings));
  return canonicalHash(kept);
}

/**
 * Findings that were stored before they told what of the history they rest on; those of one rule
 * and line stand in the order in which that history was read then.
 */
function hashWithoutEarlier(findings: readonly Finding[]): string {
  const each = findings.map(({ earlier: _earlier, earlierBeside: _beside, ...rest }) =>
    hashOf([rest])
  );
  return canonicalHash(each.sort());
}

function rulesOf(findings: readonly { readonly rule: string }[]): string {
  return findings.map(({ rule }) => rule).join(", ") || "nothing";
}

function packsOf({ pack }: VerdictBody): string[] {
  return pack === "none" ? [] : pack.split("+");
}

/** All verdicts of the rules on one prescription, made again; empty where there are none. */
export async function replayPrescription(
  tables: Pick<QueryTables, "rows">,
  key: { readonly site: string; readonly number: string },
  shelf: Shelf,
): Promise<ReplayView[]> {
  const events = [...(await eventsOf(tables, [key])).values()].flat();
  const verdicts = ofKind(events, "verdict").map(({ body }) => body);
  const views: ReplayView[] = [];
  for (const verdict of verdicts) {
    const own = new Shelf();
    for (const identity of packsOf(verdict)) await fetchPack(tables, identity, { shelf, own });
    const isShelved = packsOf(verdict).every((identity) => shelf.get(identity) !== undefined);
    views.push(replayed(verdict, isShelved ? shelf : own));
  }
  return views;
}

/** An older pack that a start did not compile comes from its document, whoever signed it. */
async function fetchPack(
  tables: Pick<QueryTables, "rows">,
  identity: string,
  { shelf, own }: { readonly shelf: Shelf; readonly own: Shelf },
): Promise<void> {
  const release = await releaseWithPack(tables, identity);
  const named = release?.packs.find((one) => one.identity === identity);
  if (named === undefined) return;
  if (shelf.get(identity) !== undefined) return;
  try {
    own.add(loadPack(await documentText(tables, named.document), () => true));
  } catch (error) {
    if (!(error instanceof ReleaseError || error instanceof PackError)) throw error;
  }
}
