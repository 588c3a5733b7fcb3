/** The stream by which a pharmacist is present, and the answers that show that it arrives (P7). */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiParts, ApiRoute } from "../../api_route.ts";
import { withoutAges } from "../../console/live.ts";
import { type Language, LANGUAGES } from "../../console/text.ts";
import type { Glance } from "./glances.ts";
import { type BenchEvent, Presence } from "./presence.ts";
import type { Pharmacist, ReviewDesk } from "./review_desk.ts";
import { type Actor, asPharmacist, claimOf, workloadOf } from "./review_routes.ts";

const sign = z.strictObject({
  stream: z.uuid().describe("Name of the stream that asked, from its event beat"),
  beat: z.int().min(1).describe("Number of that event"),
});

const streamQuery = z.object({
  instead: z.uuid().optional().describe("Name of an own stream that this one takes the place of"),
  parts: z.enum(LANGUAGES).optional()
    .describe("Tells parts of the workbench's page in this language too"),
});

/** For whom parts of an open page are drawn. */
export interface Reader {
  readonly language: Language;
  readonly account: string;
  /** A claim takes the place of what is shown to who has none. */
  readonly holds: boolean;
}

/** Parts of an open page that follow the queue and the line, by their names. */
export type DrawParts = (
  glance: Glance,
  parts: ApiParts,
  reader: Reader,
) => Promise<ReadonlyMap<string, string>>;

export function streamRoutes(desk: ReviewDesk, draw: DrawParts): readonly ApiRoute[] {
  const presence = new Presence();
  const right = "prescription.review";
  return [
    {
      method: "get",
      path: "/api/reviews/stream",
      right,
      summary:
        "Server-sent events while a workbench is open: queue, how it stands, and every few " +
        "seconds beat, which POST /api/reviews/present answers. Who answers is present; 60 s " +
        "after the last answer the stream ends and claims return (P7)",
      query: streamQuery,
      answer: z.string(),
      contentType: "text/event-stream",
      handle: (parts, { actor, request, query }) =>
        asPharmacist({ actor }, (who) => {
          const { instead, parts: language } = streamQuery.parse(query);
          const drawn = language === undefined ? null : { draw, parts, language };
          const bench = {
            account: who.account,
            session: actor.session,
            look: () => eventsFor(desk, who, drawn),
            beat: () => desk.present(who.account),
            beatMs: desk.beatMs,
            awayMs: desk.policy.awayMs,
            allowed: () => isSignedIn(parts, actor),
          };
          return Promise.resolve(presence.respond(bench, request, instead));
        }),
    },
    {
      method: "post",
      path: "/api/reviews/present",
      right,
      summary: "Answers an event beat of the own stream: a sign of life (P7)",
      body: sign,
      answer: z.strictObject({ present: z.literal(true) }),
      handle: (_, { actor, body }) =>
        asPharmacist({ actor }, async ({ account }) => {
          const isHeard = await presence.answer(
            { account, session: actor.session },
            sign.parse(body),
          );
          return isHeard ? Response.json({ present: true }) : problemResponse(NO_STREAM);
        }),
    },
  ];
}

const NO_STREAM: Problem = {
  status: 404,
  code: "no-such-stream",
  title: "No open stream of yours asked for that",
  hint: "open GET /api/reviews/stream anew, and answer what its events beat say",
};

interface Drawn {
  readonly draw: DrawParts;
  readonly parts: ApiParts;
  readonly language: Language;
}

async function eventsFor(
  desk: ReviewDesk,
  who: Pharmacist,
  drawn: Drawn | null,
): Promise<BenchEvent[]> {
  const [glance, claimed] = [await desk.glance(), await desk.claimed(who)];
  const held = claimed === null ? null : claimOf(claimed);
  const data = glance === null ? { ready: false } : { ...workloadOf(glance.workload), held };
  const queue = { event: "queue", content: JSON.stringify(data), data };
  if (glance === null || drawn === null) return [queue];
  const { draw, parts, language } = drawn;
  const reader = { language, account: who.account, holds: held !== null };
  const nowMs = Date.now();
  const events = [...await draw(glance, parts, reader)].map(([part, html]) => (
    { event: "part", part, content: withoutAges(html), data: { part, html, nowMs } }
  ));
  return [queue, ...events];
}

/** Whether the session that opened a stream has not ended since, nor its right (X1). */
function isSignedIn({ node, people }: ApiParts, { account, session }: Actor): boolean {
  if (account === null) return false;
  const found = people.book.account(account);
  const { wallMs } = node.clock.now();
  return found !== null && people.book.mayEnter(found, wallMs) &&
    people.book.rights(found, wallMs).has("prescription.review") &&
    people.sessions.list(account).some(({ name }) => name === session);
}
