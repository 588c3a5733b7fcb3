/** What a HIS is answered, of all that was told of its prescription. */
import { canonicalHash } from "./canonical_hash.ts";
import { rulingOf } from "./life/decide.ts";
import { versionOf } from "./life/double_use.ts";
import type { LifeEvent } from "./life/event.ts";
import { sameKeyMarks } from "./life/same_key.ts";
import { standingOf } from "./life/standing.ts";
import { rulingVerdict } from "./life/to_review.ts";
import { ofKind, type Told, toldOfVersion } from "./life/told.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import type { Reviewed } from "./reviewed.ts";
import type { Finding } from "./verdict.ts";

/**
 * The verdict of the rules that counts for one content, and the token where it may be dispensed
 * now, whoever let it; `null` before there is a verdict. `events` are one prescription's.
 */
export function reviewedOf(
  events: readonly LifeEvent[],
  { version, hash }: { readonly version: number; readonly hash: string },
): Reviewed | null {
  const own = events.filter((event) => versionOf(event) === version);
  const received = ofKind(own, "prescription").find(({ body }) => body.hash === hash);
  const told = toldOfVersion(version, own);
  const verdicts = told.verdicts.filter(({ body }) => body.hash === hash);
  const ruling = rulingVerdict(verdicts);
  if (received === undefined || ruling === null) return null;
  const standing = standingOf(events);
  const holds = standing.version === version && standing.pass !== null;
  const bearers = [ruling, ...told.decisions, ...told.passTokens, ...verdicts];
  const token = bearers.find(({ body }) => body.token !== undefined)?.body.token ?? null;
  const { site, prescription, marks } = received.body;
  const { outcome, pack, mode, facts } = ruling.body;
  return {
    site,
    prescription,
    hash,
    marks: [...marks, ...sameKeyMarks(own, { version, hash })],
    outcome,
    findings: findingsOf(ruling, rulingOf(verdicts)),
    pack,
    degraded: mode === "degraded",
    historyReach: facts?.historyReach ?? null,
    recordedMs: received.timeMs,
    decidedMs: ruling.timeMs,
    token: holds ? token : null,
  };
}

/** All that rules who count found, each once: the prescriber may have to answer any of it. */
function findingsOf(first: Told<VerdictBody>, ruling: readonly Told<VerdictBody>[]): Finding[] {
  if (ruling.length === 1) return first.body.findings;
  const all = [first, ...ruling.filter((one) => one !== first)].flatMap(({ body }) =>
    body.findings
  );
  return [...new Map(all.map((one) => [canonicalHash(one), one])).values()];
}
