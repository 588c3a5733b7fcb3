/** What a desk answers. */
import type { Problem } from "../../../sync/problem.ts";
import type { Refused } from "../desk.ts";
import { ofKind } from "../life/told.ts";
import type { VerdictBody } from "../life/verdict_body.ts";
import type { Reviewed } from "../reviewed.ts";
import type { Case } from "./intake_book.ts";

/**
 * What was just decided at `decidedMs`, wall clock. What came late, behind a later version or after
 * it was taken back, is reviewed and may not be dispensed.
 */
export function reviewedFrom(
  { site, prescription, hash, sent, events }: Case,
  { outcome, findings, pack, mode, token, facts }: VerdictBody,
  decidedMs: number,
): Reviewed {
  const received = ofKind(events, "prescription").find(({ body }) => body.hash === hash);
  return {
    site,
    prescription,
    hash,
    marks: received?.body.marks ?? sent?.marks ?? [],
    outcome,
    findings,
    pack,
    degraded: mode === "degraded",
    historyReach: facts?.historyReach ?? null,
    recordedMs: received?.timeMs ?? decidedMs,
    decidedMs,
    token: isOver(events, prescription.version) ? null : token ?? null,
  };
}

function isOver(events: Case["events"], version: number): boolean {
  return events.some(({ kind, body }) =>
    (kind === "prescription" && body.prescription.version > version) ||
    (kind === "prescription-void" && body.version >= version)
  );
}

/** A county was not told a site, or not one that it knows. */
export function noSite(site: string | null): Refused {
  const problem: Problem = {
    status: 422,
    code: "no-site",
    title: "It is not said which site's prescription it is: nothing was stored",
    detail: site === null ? "the query has no site" : `this county knows no site "${site}"`,
    hint: "send it to ?site=NAME, the name of a node that is enrolled here or has a mapping",
  };
  return { kind: "refused", problem };
}

/** A site takes its own only. */
export function otherSite(site: string, own: string): Refused {
  const problem: Problem = {
    status: 422,
    code: "other-site",
    title: "It is another site's prescription: nothing was stored",
    detail: `this is "${own}", not "${site}"`,
    hint: "leave the site out, or send it to that site or to the county",
  };
  return { kind: "refused", problem };
}
