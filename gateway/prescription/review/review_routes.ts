/** The queue for programs and for the workbench's script; who decides is a signed-in person. */
import * as z from "zod";
import { NODE_NAME } from "../../../sync/origin.ts";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute, Input } from "../../api_route.ts";
import { DECISIONS } from "../life/decision_body.ts";
import { waitState } from "../life/queue_order.ts";
import { code, words } from "../life/subject.ts";
import type { Listed, Taken } from "../queue/queue_item.ts";
import type { Workload } from "../queue/review_queue.ts";
import type { Answer, Held, Pharmacist, ReviewDesk } from "./review_desk.ts";
import { shownView } from "./shown.ts";

const claimFields = {
  site: z.string().regex(NODE_NAME),
  id: code.describe("The prescription's number"),
  fence: z.int().min(1),
  store: code,
};
const claimView = z.strictObject(claimFields);

const heldView = z.strictObject({
  held: z.strictObject({
    claim: claimView,
    version: z.int(),
    purpose: z.enum(["decide", "second-signature", "afterwards"]),
    over: z.array(z.string()).describe("The prescriber's answers that a decision is about"),
    since: z.iso.datetime(),
    shown: shownView,
  }).nullable().describe("null: nothing waits, or nothing is held"),
});

export type Actor = Input["actor"];

const workloadView = z.strictObject({
  waiting: z.int(),
  free: z.int(),
  emergencies: z.int(),
  warned: z.int(),
  escalated: z.int(),
  oldestAt: z.iso.datetime().nullable(),
  onDuty: z.array(z.string()),
});

const itemView = z.strictObject({
  site: z.string(),
  id: z.string(),
  version: z.int(),
  purpose: z.string(),
  emergency: z.int(),
  severity: z.int(),
  since: z.iso.datetime(),
  state: z.enum(["in-time", "warn", "escalate"]),
  isFree: z.boolean(),
  holder: z.string().nullable(),
  senior: z.boolean(),
});

const decideRequest = z.strictObject({
  ...claimFields,
  decision: z.enum(DECISIONS),
  comment: words.optional().describe("Needed to refuse and to ask: the prescriber reads it"),
  verdict: code.nullable().describe("Id of the verdict that was seen"),
}).refine(
  ({ decision, comment }) => comment !== undefined || decision === "approve" || decision === "sign",
  { path: ["comment"], error: "write what is wrong, or what is asked: the prescriber reads it" },
);

/** Of the queue, the first in order. */
const LIST_MAX = 100;

export function reviewRoutes(desk: ReviewDesk): readonly ApiRoute[] {
  const right = "prescription.review";
  return [
    {
      method: "get",
      path: "/api/reviews",
      right,
      summary: `What waits for a pharmacist: how much, and the first ${LIST_MAX} in order (P8)`,
      answer: z.strictObject({
        policy: z.strictObject({ warnMs: z.int(), escalateMs: z.int() }),
        workload: workloadView,
        items: z.array(itemView),
      }),
      handle: async ({ node }) => {
        const [listed, workload] = [await desk.list(LIST_MAX), await desk.workload()];
        if (listed.kind === "refused") return problemResponse(listed.problem);
        if (workload.kind === "refused") return problemResponse(workload.problem);
        const { warnMs, escalateMs } = desk.policy;
        const nowMs = node.clock.now().wallMs;
        const items = listed.answer.map((one) => itemOf(one, nowMs, desk));
        const policy = { warnMs, escalateMs };
        return Response.json({ policy, workload: workloadOf(workload.answer), items });
      },
    },
    {
      method: "post",
      path: "/api/reviews/take",
      right,
      summary: "Claims the first in order; who holds one already gets that again (P7)",
      answer: heldView,
      handle: (_, input) =>
        asPharmacist(input, async (who) => answer(await desk.take(who), heldOf)),
    },
    {
      method: "get",
      path: "/api/reviews/held",
      right,
      summary: "What who asks has claimed and not yet decided",
      answer: heldView,
      handle: (_, input) =>
        asPharmacist(input, async (who) => answer(await desk.held(who), heldOf)),
    },
    {
      method: "post",
      path: "/api/reviews/decide",
      right,
      summary: "Decides what is claimed: 201 once it is on disk; a stale claim is 409 (P7)",
      body: decideRequest,
      answer: z.strictObject({
        id: z.string(),
        state: z.string(),
        pass: z.string().nullable().describe("On what it may be dispensed now; null: it may not"),
      }),
      handle: (_, input) =>
        asPharmacist(input, async (who) => {
          const { id, ...asked } = decideRequest.parse(input.body);
          const decided = await desk.decide(who, { ...asked, prescription: id });
          return answer(decided, (one) => one, 201);
        }),
    },
    {
      method: "post",
      path: "/api/reviews/release",
      right,
      summary: "Puts a claim back",
      body: claimView,
      answer: z.strictObject({ released: z.literal(true) }),
      handle: (_, input) =>
        asPharmacist(input, async (who) => {
          const { id, ...claim } = claimView.parse(input.body);
          return answer(await desk.release(who, { ...claim, prescription: id }), (one) => one);
        }),
    },
    {
      method: "post",
      path: "/api/reviews/off-duty",
      right,
      summary: "Goes off duty: claims return at once (P7)",
      answer: z.strictObject({ returned: z.int() }),
      handle: (_, input) =>
        asPharmacist(
          input,
          async (who) => answer(await desk.offDuty(who), (returned) => ({ returned })),
        ),
    },
  ];
}

/** Refuses who is no person. */
export async function asPharmacist(
  { actor }: Pick<Input, "actor">,
  work: (who: Pharmacist) => Promise<Response>,
): Promise<Response> {
  const who = pharmacistOf(actor);
  return who === null ? problemResponse(NO_PERSON) : await work(who);
}

/** Only a person decides, under an own credential (P14); `null`: it is a program or an owner. */
export function pharmacistOf({ account, rights }: Actor): Pharmacist | null {
  return account === null ? null : { account, senior: rights.has("prescription.review.senior") };
}

function answer<T>(answered: Answer<T>, view: (one: T) => object, status = 200): Response {
  return answered.kind === "refused"
    ? problemResponse(answered.problem)
    : Response.json(view(answered.answer), { status });
}

export function claimOf({ claim }: Taken): z.infer<typeof claimView> {
  const { site, prescription: id, fence, store } = claim;
  return { site, id, fence, store };
}

function heldOf(held: Held | null): z.infer<typeof heldView> {
  if (held === null) return { held: null };
  const { task, shown } = held;
  const { version, purpose, over, order } = task;
  const since = new Date(order.sinceMs).toISOString();
  return { held: { claim: claimOf(task), version, purpose, over: [...over], since, shown } };
}

export function workloadOf(
  { oldestMs, urgentMs: _urgentMs, onDuty, ...counts }: Workload,
): z.infer<typeof workloadView> {
  const oldestAt = oldestMs === null ? null : new Date(oldestMs).toISOString();
  return { ...counts, oldestAt, onDuty: [...onDuty] };
}

function itemOf(one: Listed, nowMs: number, desk: ReviewDesk): z.infer<typeof itemView> {
  const { site, prescription: id, version, purpose, order, holder, senior, state } = one;
  const { emergency, severity, sinceMs } = order;
  const waits = emergency === 2 ? "in-time" : waitState(sinceMs, nowMs, desk.policy);
  const since = new Date(sinceMs).toISOString();
  const isFree = state === "free";
  return {
    ...{ site, id, version, purpose, emergency, severity, since },
    ...{ state: waits, isFree, holder, senior },
  };
}

const NO_PERSON: Problem = {
  status: 403,
  code: "no-person",
  title: "Only a person who has signed in reviews prescriptions",
  detail: "programs, owners and the local command have no pharmacist's credential (P14)",
  hint: "sign in with an account of the role pharmacist",
};
