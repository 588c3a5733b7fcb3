/** Where a prescription stands, and what is told of it afterwards. */
import * as z from "zod";
import { NODE_NAME } from "../../sync/origin.ts";
import { type Problem, problemResponse } from "../../sync/problem.ts";
import { refusalForSite } from "../site_scope.ts";
import type { ApiRoute, Input } from "../api_route.ts";
import { actingAs } from "./acting.ts";
import { answer, answered, answerRequest } from "./answer_request.ts";
import {
  dispense,
  dispenseRequest,
  goodsAnswer,
  returnRequest,
  takeBack,
} from "./goods_requests.ts";
import { headerKey } from "./idempotency.ts";
import type { LifeDesk, Told } from "./life_desk.ts";
import { noSite } from "./record/answers.ts";
import type { SourcesInForce } from "./review_sources.ts";
import type { RecordKey } from "./record/stored_events.ts";
import { insightOf, seenBy, standingView } from "./standing_view.ts";
import { takeBackPrescription, voided, voidRequest } from "./void_request.ts";

const ofSite = z.object({
  site: z.string().regex(NODE_NAME).optional().describe("At a county: the site that it is of"),
});

/** `sources`: who is a prescriber, by the registry in force. */
export function lifeRoutes(desk: LifeDesk, sources: SourcesInForce): readonly ApiRoute[] {
  return [
    {
      method: "get",
      path: "/api/prescriptions/{id}",
      right: "read",
      summary: "Where a prescription stands: its state, its token, what is out, who decided what",
      bySite: true,
      query: ofSite,
      answer: standingView,
      handle: async (_parts, input) => {
        const of = keyOf(desk, input);
        if (of.kind === "refused") return problemResponse(of.problem);
        const view = await desk.view(of.key);
        if (view === null) return problemResponse(NO_SUCH);
        return Response.json(seenBy(view, insightOf(input.actor.rights)));
      },
    },
    {
      method: "post",
      path: "/api/prescriptions/{id}/dispense",
      right: "prescription.dispense",
      summary: "Goods leave on a token, all or a part; the header Idempotency-Key names it",
      bySite: true,
      query: ofSite,
      body: dispenseRequest,
      answer: goodsAnswer,
      handle: async (_parts, input) => {
        const asked = dispenseRequest.parse(input.body);
        const acting = actingAs(input.actor, asked.by);
        if (acting.kind === "refused") return problemResponse(acting.problem);
        const by = { ...asked, by: acting.by };
        return await underKey(desk, input, (key, sendKey) => dispense(desk, key, sendKey, by));
      },
    },
    {
      method: "post",
      path: "/api/prescriptions/{id}/return",
      right: "prescription.dispense",
      summary: "Goods of one part come back, for a reason; the header Idempotency-Key names it",
      bySite: true,
      query: ofSite,
      body: returnRequest,
      answer: goodsAnswer,
      handle: async (_parts, input) => {
        const asked = returnRequest.parse(input.body);
        const acting = actingAs(input.actor, asked.by);
        if (acting.kind === "refused") return problemResponse(acting.problem);
        const by = { ...asked, by: acting.by };
        return await underKey(desk, input, (key, sendKey) => takeBack(desk, key, sendKey, by));
      },
    },
    {
      method: "post",
      path: "/api/prescriptions/{id}/answer",
      right: "prescription.submit",
      summary:
        "The prescriber answers a verdict or a decision: accept, explain, or insist with a " +
        "second signature",
      bySite: true,
      query: ofSite,
      body: answerRequest,
      answer: answered,
      handle: async ({ people }, input) => {
        const asked = answerRequest.parse(input.body);
        const { actor } = input;
        await sources.ready;
        const { registry } = sources.now;
        return await ofOne(
          desk,
          input,
          (key) => answer(desk, key, asked, { people, registry, actor }),
        );
      },
    },
    {
      method: "post",
      path: "/api/prescriptions/{id}/void",
      right: "prescription.submit",
      summary: "The HIS takes a version back, and those before: none of them passes any more",
      bySite: true,
      query: ofSite,
      body: voidRequest,
      answer: voided,
      handle: async (_parts, input) => {
        const asked = voidRequest.parse(input.body);
        await sources.ready;
        const asking = { registry: sources.now.registry, actor: input.actor };
        return await ofOne(desk, input, (key) => takeBackPrescription(desk, key, asked, asking));
      },
    },
  ];
}

/** What is told of one prescription of one site. */
async function ofOne<T>(
  desk: LifeDesk,
  input: Input,
  tell: (key: RecordKey) => Promise<Told<T>>,
): Promise<Response> {
  const of = keyOf(desk, input);
  return of.kind === "refused" ? problemResponse(of.problem) : toldAnswer(await tell(of.key));
}

/** The same under a key of its own, which the sender gives. */
async function underKey<T>(
  desk: LifeDesk,
  input: Input,
  tell: (key: RecordKey, sendKey: string) => Promise<Told<T>>,
): Promise<Response> {
  return await ofOne(desk, input, (key) => {
    const header = input.request.headers.get("idempotency-key");
    const sendKey = header === null ? undefined : headerKey(header);
    return sendKey === undefined
      ? Promise.resolve({ kind: "refused", problem: NO_KEY })
      : tell(key, sendKey);
  });
}

function toldAnswer<T>(told: Told<T>): Response {
  if (told.kind === "refused") return problemResponse(told.problem);
  return Response.json(told.answer, { status: told.repeated ? 200 : 201 });
}

type KeyOf =
  | { readonly kind: "key"; readonly key: RecordKey }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Of which prescription is asked, by who may ask of its site. */
function keyOf(desk: LifeDesk, { path, query, actor }: Input): KeyOf {
  const site = desk.siteFor(query.site);
  if (site === null) return { kind: "refused", problem: noSite(query.site ?? null).problem };
  const problem = refusalForSite(actor.sites, site);
  if (problem !== null) return { kind: "refused", problem };
  return { kind: "key", key: { site, number: path.id } };
}

const NO_SUCH: Problem = {
  status: 404,
  code: "no-such-prescription",
  title: "This node has no such prescription",
  hint: "see its id and its site; what was sent elsewhere may be on its way",
};

const NO_KEY: Problem = {
  status: 400,
  code: "bad-idempotency-key",
  title: "Goods that leave or come back need a key of their own",
  hint: "send the header Idempotency-Key, a new one for each time, the same where it is repeated",
};
