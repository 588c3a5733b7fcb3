/** CDS Hooks 2.0 below `/cds-services`: its clients show tokens of their own, not the node's. */
import { type Context, Hono } from "hono";
import type { Stamp } from "../../../sync/entry.ts";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import { refusalForSite } from "../../site_scope.ts";
import type { DraftDesk, DraftSender, Refused } from "../desk.ts";
import { cardsOf, incompleteCard } from "./cards.ts";
import { type BodyRoom, withBody } from "../sent_body.ts";
import type { ClientTokens } from "./client_token.ts";
import { readFeedback } from "./feedback.ts";
import { historyCards } from "./history_cards.ts";
import { type DraftCheck, readHook } from "./hook_request.ts";
import { discovery, isService, type ServiceId } from "./services.ts";

export interface CdsParts {
  readonly desk: DraftDesk;
  readonly room: BodyRoom;
  readonly tokens: ClientTokens;
  /** Address of this node as its clients know it: tokens are for a service below it. */
  readonly url: string;
  readonly now: () => Stamp;
}

/** To be mounted before whatever asks for the node's own token. */
export function cdsApp(parts: CdsParts): Hono {
  const app = new Hono();
  app.get(
    "/cds-services",
    (context) => asClient(parts, context, () => Promise.resolve(Response.json(discovery()))),
  );
  app.post(
    "/cds-services/:service",
    (context) =>
      asClient(
        parts,
        context,
        async (from) =>
          await atService(parts, context, from, async (service, bytes) => {
            const contentType = context.req.header("content-type") ?? null;
            const check = readHook(service, bytes, { contentType, now: parts.now() });
            return await cardsAnswer(parts.desk, service, check, from);
          }),
      ),
  );
  app.post(
    "/cds-services/:service/feedback",
    (context) =>
      asClient(
        parts,
        context,
        async (from) =>
          await atService(parts, context, from, async (_service, bytes) => {
            const read = readFeedback(bytes, context.req.header("content-type") ?? null);
            if (read.kind === "refused") {
              return problemResponse(read.problem);
            }
            const told = await parts.desk.feedback(read.feedback, from);
            return told.kind === "refused" ? refusal(told) : new Response(null, { status: 200 });
          }),
      ),
  );
  return app;
}

async function asClient(
  { tokens, url, now }: CdsParts,
  { req }: Context,
  answer: (from: DraftSender) => Promise<Response>,
): Promise<Response> {
  const audience = new URL(req.path, url).href;
  const header = req.header("authorization") ?? null;
  const caller = await tokens.caller(header, audience, now().wallMs);
  if (caller.kind === "refused") return problemResponse(caller.problem);
  const { client, tenant } = caller;
  const site = client.site ?? tenant;
  const other = refusalForSite(client.sites, site);
  if (other !== null) return problemResponse(other);
  return await answer({ site, who: `cds client ${client.name}` });
}

async function atService(
  { room }: CdsParts,
  { req }: Context,
  { who }: DraftSender,
  answer: (service: ServiceId, bytes: Uint8Array) => Promise<Response>,
): Promise<Response> {
  const service = req.param("service") ?? "";
  if (!isService(service)) return problemResponse(NO_SUCH_SERVICE);
  const answered = await withBody(
    room,
    { request: req.raw, who },
    (bytes) => answer(service, bytes),
  );
  return answered instanceof Response ? answered : refusal(answered);
}

async function cardsAnswer(
  desk: DraftDesk,
  service: ServiceId,
  check: DraftCheck,
  from: DraftSender,
): Promise<Response> {
  switch (check.kind) {
    case "refused":
      return problemResponse(check.problem);
    case "nothing":
      return Response.json({ cards: [] });
    case "incomplete": {
      // While orders are being selected nobody expects them to be complete.
      const indicator = service === "prescription-select" ? "info" : "warning";
      const { faults, hookInstance } = check;
      return Response.json({ cards: [incompleteCard(faults, hookInstance, indicator)] });
    }
    case "draft": {
      const { prescription, number, hookInstance } = check;
      const checked = await desk.check({ prescription, number, hookInstance, service, from });
      if (checked.kind === "refused") return refusal(checked);
      const cards = cardsOf(checked.findings, check);
      return Response.json({ cards: [...cards, ...historyCards(hookInstance, checked)] });
    }
  }
}

function refusal({ problem, retryAfterSeconds }: Refused): Response {
  const answer = problemResponse(problem);
  if (retryAfterSeconds !== undefined) answer.headers.set("retry-after", String(retryAfterSeconds));
  return answer;
}

const NO_SUCH_SERVICE: Problem = {
  status: 404,
  code: "no-such-service",
  title: "There is no such CDS service",
  hint: "GET /cds-services names those that there are",
};
