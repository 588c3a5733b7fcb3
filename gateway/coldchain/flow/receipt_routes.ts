/** Goods at the door for programs (C10): a keeper's receipt, and what came so far. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute } from "../../api_route.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import { receiptBody, receiptDecidedBody } from "../life/receipt_body.ts";
import { latestReceipts, receiptOf } from "../record/receipt_reads.ts";
import { doneResponse } from "./done_response.ts";
import type { FlowDesk } from "./flow_desk.ts";
import { receiptAnswer, receiptOrder } from "./receipt_order.ts";

const LIST = "/api/coldchain/receipts";

const standing = {
  state: z.string().describe(
    "to-accept, to-refuse, accepted, refused, quarantined, in-part or accepted-against-rules",
  ),
  causes: z.array(z.string()).describe(
    "no-journey-record, out-of-range, unknown-stretch, arrival-unknown, arrival-out-of-range",
  ),
};

const row = z.object({
  ...{ site: z.string(), receipt: z.string(), consignment: z.string(), from: z.string() },
  arrivedMs: z.number(),
  ...standing,
});

export function receiptRoutes(desk: FlowDesk): readonly ApiRoute[] {
  return [
    {
      method: "post",
      path: LIST,
      summary: "Goods have come: a person accepts, quarantines or refuses each lot (C10)",
      right: "coldchain.doses",
      role: "site",
      body: receiptOrder,
      answer: receiptAnswer,
      handle: async (parts, { body, actor }) => {
        const by = signedIn(actor, parts.people);
        if (by === null) return problemResponse(PERSON_NEEDED);
        const done = await desk.receive(receiptOrder.parse(body), by.person);
        if (done.kind !== "done") return doneResponse(done);
        const { id } = done;
        const stands = await receiptOf(desk.tables, desk.site, id);
        const { state = "", causes = [] } = stands ?? {};
        return doneResponse(done, { id, state, causes });
      },
    },
    {
      method: "get",
      path: LIST,
      summary: "Receipts of goods, the latest 200 first",
      right: "read",
      query: z.object({
        site: z.string().max(64).optional().describe("Of one site; none: of all that are known"),
      }),
      answer: z.array(row),
      handle: async (_parts, { query }) => {
        await desk.caughtUp();
        return Response.json(await latestReceipts(desk.tables, query.site ?? null));
      },
    },
    {
      method: "get",
      path: `${LIST}/{site}/{receipt}`,
      summary: "A receipt: what came, the record of its journey, and what was decided",
      right: "read",
      answer: z.object({
        ...standing,
        receipt: receiptBody,
        decisions: z.array(receiptDecidedBody),
      }),
      handle: async (_parts, { path: { site, receipt } }) => {
        await desk.caughtUp();
        const found = await receiptOf(desk.tables, site, receipt);
        if (found === null) return problemResponse(NO_RECEIPT);
        const { state, causes, receipt: { body }, decisions } = found;
        return Response.json({
          ...{ state, causes, receipt: body },
          decisions: decisions.map((one) => one.body),
        });
      },
    },
  ];
}

const NO_RECEIPT = {
  status: 404,
  code: "no-such-receipt",
  title: "There is no receipt of this name at this site",
  hint: `${LIST} lists them; what another node wrote may be on its way`,
} as const satisfies Problem;
