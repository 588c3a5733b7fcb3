/** A pharmacy tells that goods leave on a token, or that they come back (P9). */
import * as z from "zod";
import type { Problem } from "../../sync/problem.ts";
import type { Stream } from "../../sync/stream.ts";
import { entryId, newEntry, once } from "../collected_entry.ts";
import { canonicalHash } from "./canonical_hash.ts";
import type { LifeDesk, Planned, Told } from "./life_desk.ts";
import { type GoodsRefusal, planDispensing, planReturn, singleUseKey } from "./life/dispense.ts";
import {
  type DispensingBody,
  goodsLine,
  PARTS_MAX,
  type ReturnBody,
} from "./life/dispensing_body.ts";
import type { LifeEvent } from "./life/event.ts";
import { compactToken } from "./life/pass.ts";
import { decimalText, millionths, signedMillionths } from "./life/quantity.ts";
import { type Standing, standingOf } from "./life/standing.ts";
import { contentHash, type Person, person, type Subject, words } from "./life/subject.ts";
import { checkToken, type TokenDoubt } from "./life/token.ts";
import { ofKind } from "./life/told.ts";
import { LINES_MAX } from "./prescription.ts";
import type { RecordKey } from "./record/stored_events.ts";
import { dayOf } from "./shanghai_day.ts";

const lines = z.array(goodsLine).min(1).max(LINES_MAX);
const version = z.int().min(1).max(1000);

const giver = person.optional().describe(
  "Who gives it out or takes it back, with an own credential, as a program says; a person who is " +
    "signed in is it himself",
);

export const dispenseRequest = z.strictObject({
  version,
  token: compactToken.describe("As the verdict gave it, or where it stands tells it"),
  hash: contentHash.optional()
    .describe("Of what is at hand, where its program knows it: another is refused"),
  lines: lines.optional().describe("What leaves now; none: all that is left"),
  by: giver,
});
/** As {@link actingAs} tells by whom. */
export type DispenseRequest = z.infer<typeof dispenseRequest> & { readonly by: Person };

export const returnRequest = z.strictObject({
  version,
  part: z.int().min(1).max(PARTS_MAX).describe("The dispensing of which it comes back"),
  lines,
  reason: words,
  by: giver,
});
export type ReturnRequest = z.infer<typeof returnRequest> & { readonly by: Person };

export const goodsAnswer = z.strictObject({
  id: z.string(),
  part: z.int(),
  lines,
});
export type GoodsAnswer = z.infer<typeof goodsAnswer>;

/** `sendKey` is the sender's own: the same dispensing, told again or elsewhere, is one. */
export function dispense(
  desk: LifeDesk,
  key: RecordKey,
  sendKey: string,
  asked: DispenseRequest,
): Promise<Told<GoodsAnswer>> {
  const id = entryId("dispensing", key.site, key.number, sendKey);
  return desk.tell<GoodsAnswer>(key, async (events) => {
    const found = contentOf(events, asked.version);
    if (found === null) return refused(UNKNOWN);
    const standing = standingOf(events);
    const known = ofKind(events, "dispensing").find(({ body }) => body.id === id)?.body;
    const leaving = asked.lines ?? known?.lines ?? leftOf(standing);
    if (leaving.length === 0) return refused(goodsProblem("over-quantity", "nothing is left"));
    const plan = planDispensing(standing, { id, version: asked.version, lines: leaving });
    if (plan.kind === "repeated") return told({ id, part: plan.part, lines: leaving });
    const subject = subjectOf(key, found);
    const checked = await checkToken(
      asked.token,
      desk.tokenKeys(),
      { ...subject, hash: asked.hash ?? canonicalHash(found.prescription) },
      dayOf(desk.now),
    );
    if (checked.kind === "refused") return refused(tokenProblem(checked.doubt));
    if (plan.kind === "refused") return refused(goodsProblem(plan.why, plan.detail));
    const { claims } = checked;
    const body: DispensingBody = {
      ...subject,
      id,
      key: { channel: "dispense", id: sendKey },
      token: claims.id,
      outcome: claims.outcome,
      part: plan.part,
      lines: leaving,
      by: asked.by,
    };
    return {
      kind: "append",
      entry: (stream) => ({
        ...newEntry(stream, "dispensing", desk.stamp(), body),
        key: singleUseKey(body),
      }),
      answer: { id, part: plan.part, lines: leaving },
    };
  });
}

export function takeBack(
  desk: LifeDesk,
  key: RecordKey,
  sendKey: string,
  asked: ReturnRequest,
): Promise<Told<GoodsAnswer>> {
  const id = entryId("dispensing-return", key.site, key.number, sendKey);
  return desk.tell<GoodsAnswer>(key, (events) => {
    const found = contentOf(events, asked.version);
    if (found === null) return refused(UNKNOWN);
    const all = standingOf(events);
    const standing = [all, ...all.earlier].find((one) => one.version === asked.version) ?? all;
    const returned = ofKind(events, "dispensing-return").map(({ body }) => body)
      .filter((body) => body.version === asked.version);
    const plan = planReturn(standing, returned, { id, part: asked.part, lines: asked.lines });
    const answer = { id, part: asked.part, lines: asked.lines };
    if (plan.kind === "repeated") return told(answer);
    if (plan.kind === "refused") {
      return refused(goodsProblem(plan.why, plan.detail));
    }
    const { part, lines, reason, by } = asked;
    const body: ReturnBody = {
      ...subjectOf(key, found),
      id,
      key: { channel: "return", id: sendKey },
      part,
      lines,
      reason,
      by,
    };
    const channel = `dispensing-return/${key.site}`;
    const entry = (stream: Stream) => newEntry(stream, "dispensing-return", desk.stamp(), body);
    return {
      kind: "append",
      entry: (stream) => once(entry(stream), channel, id, JSON.stringify(lines)),
      answer,
    };
  });
}

/** The content of one version; `null` where it is not here. */
function contentOf(events: readonly LifeEvent[], version: number) {
  return ofKind(events, "prescription").find(({ body }) => body.prescription.version === version)
    ?.body ?? null;
}

function subjectOf(
  { site, number }: RecordKey,
  { hash, prescription: { version } }: NonNullable<ReturnType<typeof contentOf>>,
): Subject {
  return { site, prescription: number, version, hash };
}

function leftOf({ goods }: Standing) {
  return goods.lines.flatMap(({ line, unit, prescribed, out }) => {
    const left = millionths(prescribed) - signedMillionths(out);
    return left <= 0n ? [] : [{ line, quantity: { value: decimalText(left), unit } }];
  });
}

function told(answer: GoodsAnswer): Planned<GoodsAnswer> {
  return { kind: "told", repeated: true, answer };
}

function refused(problem: Problem): Planned<GoodsAnswer> {
  return { kind: "refused", problem };
}

const UNKNOWN: Problem = {
  status: 404,
  code: "no-such-prescription",
  title: "This node has no such prescription in this version",
  hint: "see its id, its version and its site; what was sent elsewhere may be on its way",
};

const DOUBTS: Readonly<Record<TokenDoubt, string>> = {
  "malformed": "it is no pass token",
  "unknown-key": "nobody here knows the key that signed it",
  "revoked-key": "the key that signed it was revoked",
  "signature": "its signature does not hold",
  "wrong-signer": "who signed it may not vouch for this site",
  "other-prescription": "it is of another prescription, or another version of it",
  "changed": "the prescription is not what was reviewed",
  "not-yet": "it is not valid yet",
  "expired": "it is not valid any more",
};

function tokenProblem(doubt: TokenDoubt): Problem {
  return {
    status: 403,
    code: `token-${doubt}`,
    title: "The token lets nothing leave: nothing was stored",
    detail: DOUBTS[doubt],
    hint: "GET the prescription: it tells the token that holds, or why there is none",
  };
}

/** What the request itself has wrong; the others are about where the prescription stands. */
const ASKED_WRONG: ReadonlySet<GoodsRefusal> = new Set(["unknown-line", "other-unit", "nothing"]);

function goodsProblem(why: GoodsRefusal, detail: string): Problem {
  return {
    status: ASKED_WRONG.has(why) ? 422 : 409,
    code: why,
    title: "These goods may not leave or come back so: nothing was stored",
    detail,
    hint: "GET the prescription: it tells what is out of each line, and where it stands",
  };
}
