/** A county holds a lot back at all its sites, and says what becomes of it (C10). */
import * as z from "zod";
import { problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute } from "../../api_route.ts";
import { entryId } from "../../collected_entry.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import type { QuarantineBody } from "../life/quarantine_body.ts";
import { isLotKnown, knownInstead } from "../flow/known_lots.ts";
import { code, type Person, WHOLE_SITE, words } from "../life/subject.ts";
import { coldEntry } from "./cold_node.ts";
import { type Outcome, write, type WritingNode } from "./person_acts.ts";
import { decideOrder, decideQuarantine, type DecidingNode } from "./quarantine_act.ts";

const RIGHT = "coldchain.acknowledge";

export const holdOrder = z.strictObject({
  id: code.describe("Names the act: sent again, it is the same"),
  product: code,
  lot: code,
  reason: words.describe("Why, such as the number of a recall"),
  isUnseen: z.boolean().default(false)
    .describe("Hold it also where nothing of it is known yet: it is held as it comes"),
});

export const holdDecision = decideOrder.omit({ unit: true });

/** Written of the county itself, whose sites are told of it: see `hold_desk.ts`. */
export async function holdLot(
  node: WritingNode,
  { id: name, product, lot, reason, isUnseen }: z.infer<typeof holdOrder>,
  by: Person,
): Promise<Outcome> {
  const site = node.name;
  await node.tables.caughtUp(node.journal);
  if (!isUnseen && !await isLotKnown(node.tables, { product, lot })) {
    const { field, names } = await knownInstead(node.tables, { product, lot });
    const asked = field === "lot" ? `${lot} of ${product}` : product;
    const detail = `${field}: ${asked}; known: ${names.join(", ") || "none"}`;
    return { kind: "refused", problem: { ...UNSEEN[field], detail } };
  }
  const id = entryId("cold-quarantine", site, name);
  const body: QuarantineBody = {
    ...{ id, site, unit: WHOLE_SITE, lots: [{ product, lot }] },
    ...{ sinceMs: node.clock.now().wallMs, because: [id], cause: "other", reason, by },
  };
  return await write(node, [coldEntry(node, "record", "cold-quarantine", body)], [id]);
}

const UNSEEN = {
  lot: {
    status: 409,
    code: "lot-unseen",
    title: "Nothing of this lot is known here yet",
    hint: "look at the pack again; to hold it as it comes, confirm that (isUnseen)",
  },
  product: {
    status: 409,
    code: "product-unseen",
    title: "Nothing of this product is known here yet",
    hint: "look at the pack again; to hold it as it comes, confirm that (isUnseen)",
  },
} as const;

export function holdRoutes(node: DecidingNode): readonly ApiRoute[] {
  const answer = z.object({ entries: z.array(z.string()).describe("Ids of the entries") });
  const of = { method: "post", right: RIGHT, role: "county", answer } as const;
  const told = (outcome: Outcome) =>
    outcome.kind === "refused"
      ? problemResponse(outcome.problem)
      : Response.json({ entries: outcome.entries }, { status: 201 });
  return [
    {
      ...of,
      path: "/api/coldchain/lot-holds",
      summary: "A person holds a lot back at all sites that have to do with it (C10)",
      body: holdOrder,
      handle: async ({ people }, { body, actor }) => {
        const by = signedIn(actor, people);
        if (by === null) return problemResponse(PERSON_NEEDED);
        return told(await holdLot(node, holdOrder.parse(body), by.person));
      },
    },
    {
      ...of,
      path: "/api/coldchain/lot-hold-decisions",
      summary: "A person says what becomes of a lot that the county held back (C10)",
      body: holdDecision,
      handle: async ({ people }, { body, actor }) => {
        const by = signedIn(actor, people);
        if (by === null) return problemResponse(PERSON_NEEDED);
        const order = { ...holdDecision.parse(body), unit: WHOLE_SITE };
        return told(await decideQuarantine(node, order, by.person));
      },
    },
  ];
}
