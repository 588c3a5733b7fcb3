/** What a HIS is answered, of all that was told of its prescription. */
import { decide, rulingOf, STRICTNESS } from "./life/decide.ts";
import { versionOf } from "./life/double_use.ts";
import type { LifeEvent } from "./life/event.ts";
import { sameKeyMarks } from "./life/same_key.ts";
import { standingOf } from "./life/standing.ts";
import { ofKind, type Told, type ToldOfVersion, toldOfVersion } from "./life/told.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import type { Reviewed } from "./reviewed.ts";

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
  const { outcome, findings, pack, mode, facts } = ruling.body;
  return {
    site,
    prescription,
    hash,
    marks: [...marks, ...sameKeyMarks(own, { version, hash })],
    outcome,
    findings,
    pack,
    degraded: mode === "degraded",
    historyReach: facts?.historyReach ?? null,
    recordedMs: received.timeMs,
    decidedMs: ruling.timeMs,
    token: holds ? token : null,
  };
}

/** Of the rules that count the strictest; `null` before any has spoken. */
export function rulingVerdict(verdicts: readonly Told<VerdictBody>[]): Told<VerdictBody> | null {
  return strictestOf(rulingOf(verdicts));
}

/** The same for a pharmacist: where some of them are looked at already, of the others. */
export function verdictToReview(told: ToldOfVersion): Told<VerdictBody> | null {
  const { stands } = decide(told);
  const ruling = rulingOf(told.verdicts);
  const open = ruling.filter(({ ids }) => ids.some((id) => stands.includes(id)));
  return strictestOf(open.length > 0 ? open : ruling);
}

function strictestOf([first, ...others]: readonly Told<VerdictBody>[]): Told<VerdictBody> | null {
  if (first === undefined) return null;
  return others.reduce(
    (one, other) => STRICTNESS[other.body.outcome] > STRICTNESS[one.body.outcome] ? other : one,
    first,
  );
}
