/** The doors for prescriptions: plain JSON and FHIR, each described once. */
import * as z from "zod";
import type { Stamp } from "../../sync/entry.ts";
import { NODE_NAME } from "../../sync/origin.ts";
import { type Problem, problemResponse } from "../../sync/problem.ts";
import type { ApiRoute, Input } from "../api_route.ts";
import { refusalForSite } from "../site_scope.ts";
import type { AuthorCheck, SendingActor } from "./acting.ts";
import type { RecordDesk, Recorded } from "./desk.ts";
import { answerFhir, operationOutcome } from "./fhir/answer.ts";
import { FHIR_TYPE } from "./fhir/fhir_problems.ts";
import { bundle } from "./fhir/resources.ts";
import { type Door, type Fault, receive } from "./intake.ts";
import { prescription } from "./prescription.ts";
import { answerJson, verdictView } from "./reviewed.ts";
import { type BodyRoom, withBody } from "./sent_body.ts";

const ofSite = z.object({
  site: z.string().regex(NODE_NAME).optional()
    .describe("At a county, the site whose HIS it is of; a site takes its own only"),
});

/** Who takes prescriptions, and how much of them is in memory at one time. */
export interface Doors {
  readonly desk: RecordDesk;
  readonly room: BodyRoom;
  /** Asked of whoever sends one. */
  readonly mayAuthor: AuthorCheck;
}

export function prescriptionRoutes(doors: Doors): readonly ApiRoute[] {
  return [
    {
      method: "post",
      path: "/api/prescriptions",
      right: "prescription.submit",
      summary: "Records a prescription, durably, and answers its verdict: 201; sent again, 200. " +
        "Its id and version are its key, and so is the header Idempotency-Key. " +
        "A decimal may be a number or text",
      bySite: true,
      query: ofSite,
      body: prescription,
      upload: true,
      answer: verdictView,
      handle: async ({ node }, input) => await plainAnswer(doors, input, node.clock.now()),
    },
    {
      method: "post",
      path: "/fhir/$review-prescription",
      right: "fhir",
      summary: "The same for a Bundle of FHIR R4 of type collection: MedicationRequests of one " +
        "groupIdentifier; answered by a Task and DetectedIssues, or an OperationOutcome",
      bySite: true,
      query: ofSite,
      body: bundle,
      bodyType: FHIR_TYPE,
      upload: true,
      answer: z.looseObject({ resourceType: z.literal("Bundle") }),
      contentType: FHIR_TYPE,
      handle: async ({ node }, input) => await fhirAnswer(doors, input, node.clock.now()),
    },
  ];
}

/** Answers in plain JSON, a refusal as a problem document with its `faults`. */
export async function plainAnswer(doors: Doors, input: Sender, now: Stamp): Promise<Response> {
  const recorded = await recordedBy(doors, "json", input, now);
  if (recorded.kind === "refused") {
    return later(problemResponse(recorded.problem), recorded);
  }
  const { reviewed, repeated } = recorded;
  return Response.json(answerJson(reviewed), { status: repeated ? 200 : 201 });
}

/** Answers in FHIR, a refusal as an OperationOutcome. */
export async function fhirAnswer(doors: Doors, input: Sender, now: Stamp): Promise<Response> {
  const recorded = await recordedBy(doors, "fhir", input, now);
  const headers = { "content-type": `${FHIR_TYPE}; charset=utf-8` };
  if (recorded.kind === "refused") {
    const { problem } = recorded;
    const answer = Response.json(operationOutcome(problem), { status: problem.status, headers });
    return later(answer, recorded);
  }
  const { reviewed, repeated } = recorded;
  return Response.json(answerFhir(reviewed), { status: repeated ? 200 : 201, headers });
}

function later(answer: Response, { retryAfterSeconds }: Refusal): Response {
  if (retryAfterSeconds !== undefined) answer.headers.set("retry-after", String(retryAfterSeconds));
  return answer;
}

type Refusal = Outcome & { readonly kind: "refused" };

type Sender = Pick<Input, "request" | "who"> & {
  readonly actor: SendingActor & Pick<Input["actor"], "sites">;
};

type Outcome =
  | Recorded
  | {
    readonly kind: "refused";
    readonly problem: Problem & { readonly faults?: readonly Fault[] };
    readonly retryAfterSeconds?: number;
  };

async function recordedBy(
  { desk, room, mayAuthor }: Doors,
  door: Door,
  { request, who, actor }: Sender,
  now: Stamp,
): Promise<Outcome> {
  const { headers } = request;
  const site = new URL(request.url).searchParams.get("site");
  const problem = refusalForSite(actor.sites, site);
  if (problem !== null) return { kind: "refused", problem };
  return await withBody<Outcome>(room, { request, who }, async (bytes) => {
    const receipt = receive(door, bytes, { contentType: headers.get("content-type"), now });
    if (receipt.kind === "refused") return receipt;
    const { id: number, prescriber } = receipt.prescription;
    const other = await mayAuthor(actor, { number, prescriber: prescriber.id, site });
    if (other !== null) return { kind: "refused", problem: other };
    const key = headers.get("idempotency-key");
    return await desk.record({ ...receipt, door, key, site, who });
  });
}
