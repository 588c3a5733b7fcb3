/** A pharmacist's decision as an entry, with the token where it lets the prescription pass. */
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import type { Stream } from "../../../sync/stream.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { type DecisionBody, decisionBody } from "../life/decision_body.ts";
import type { LifeEvent } from "../life/event.ts";
import type { Pass } from "../life/pass.ts";
import { type Standing, standingOf } from "../life/standing.ts";
import { type Person } from "../life/subject.ts";
import { ofKind } from "../life/told.ts";
import { type TokenClaims, validityOf } from "../life/token.ts";
import type { Claim } from "../queue/queue_item.ts";

export interface Deciding {
  readonly claim: Claim;
  readonly by: Person;
  readonly decision: DecisionBody["decision"];
  readonly comment: string | undefined;
  /** Id of the verdict that the pharmacist saw. */
  readonly verdict: string | null;
  /** The prescriber's answers that the claimed task is about. */
  readonly over: readonly string[];
  /** Since when a pharmacist was waited for, and when this one took it; `null`: not known. */
  readonly sinceMs: number;
  readonly takenMs: number | null;
}

export interface Decision {
  readonly body: DecisionBody;
  /** Where it stands once this is stored. */
  readonly state: Standing["state"];
  readonly pass: Pass | null;
}

/** `events` are the prescription's as they stand before. */
export function decisionOf(
  events: readonly LifeEvent[],
  deciding: Deciding,
  { node, now, sign }: {
    readonly node: string;
    readonly now: Stamp;
    readonly sign: (claims: TokenClaims) => string;
  },
): Decision {
  const { claim, by, decision, comment, verdict, over, sinceMs, takenMs } = deciding;
  const { site, prescription, fence, store } = claim;
  const { version, hashes: [hash] } = standingOf(events);
  const id = entryId("decision", site, prescription, version, store, fence);
  const body = decisionBody.parse({
    ...{ id, site, prescription, version, hash, decision, verdict, by, fence, store },
    answers: [...over],
    sinceMs,
    ...(takenMs === null ? {} : { takenMs }),
    ...(comment === undefined ? {} : { comment }),
  });
  const place = { place: `${node}/new/${id}`, node, timeMs: now.wallMs };
  const after = standingOf([...events, { kind: "decision", body, ...place }]);
  const { state, pass } = after;
  const content = ofKind(events, "prescription").find((one) => one.body.hash === hash)?.body;
  const lets = decision === "approve" || decision === "sign";
  if (pass === null || !lets || content === undefined) return { body, state, pass };
  const claims = { site, prescription, version, hash, id, outcome: pass };
  const token = sign({ ...claims, ...validityOf(content.prescription) });
  return { body: { ...body, token }, state, pass };
}

/** Of one claim there is one decision: another one under it is refused. */
export function decisionEntry(stream: Stream, time: Stamp, body: DecisionBody): NewEntry {
  const { site, id, decision, comment = "" } = body;
  const words = JSON.stringify([decision, comment]);
  return once(newEntry(stream, "decision", time, body), `decision/${site}`, id, words);
}

/** What was decided under a claim; `null`: nothing is known of that. */
export function decisionUnder(
  { fence, store }: Claim,
  events: readonly LifeEvent[],
): DecisionBody | null {
  return ofKind(events, "decision").map(({ body }) => body)
    .find((body) => body.fence === fence && body.store === store) ?? null;
}
