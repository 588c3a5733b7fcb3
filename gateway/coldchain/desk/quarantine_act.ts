/** A person decides what becomes of stock that was set apart, and on what that rests (C10). */
import * as z from "zod";
import { entryId } from "../../collected_entry.ts";
import { isCountys } from "../life/lot_hold.ts";
import { quarantinedLots } from "../life/quarantine.ts";
import {
  QUARANTINE_DECISIONS,
  type QuarantineDecidedBody,
  quarantineDecidedBody,
} from "../life/quarantine_body.ts";
import { code, type Person, words } from "../life/subject.ts";
import { eventsOf } from "../record/stored_events.ts";
import { coldEntry } from "./cold_node.ts";
import { type Outcome, write, type WritingNode } from "./person_acts.ts";

export const decideOrder = z.strictObject({
  id: code.describe("Names the act: sent again, it is the same"),
  unit: code.describe("The unit in which it was set apart"),
  product: code,
  lot: code,
  decision: z.enum(QUARANTINE_DECISIONS),
  basis: words.describe("On what it rests, such as the maker's word on stability"),
});

/** Of all quarantines of the lot in that unit that nobody decided yet, in one commit. */
export async function decideQuarantine(
  node: WritingNode,
  { id: name, unit, product, lot, decision, basis }: z.infer<typeof decideOrder>,
  by: Person,
): Promise<Outcome> {
  const site = node.name;
  const events = await eventsOf(node.tables, { site, subject: `lots/${unit}` });
  const own = quarantinedLots(events).find((one) => one.product === product && one.lot === lot);
  const idOf = (quarantine: string) =>
    entryId("cold-quarantine-decided", site, name, quarantine, product, lot);
  const written = new Set(own?.decisions.map(({ body }) => body.id) ?? []);
  const before = own?.quarantines.map(({ body }) => idOf(body.id)).filter((id) => written.has(id));
  if (before !== undefined && before.length > 0) return { kind: "done", entries: before };
  const open = (own?.open ?? []).filter(({ node: writer, body }) =>
    writer === site || !isCountys(body)
  );
  if (open.length === 0 && own !== undefined && own.open.length > 0) {
    return { kind: "refused", problem: { ...COUNTY_DECIDES, detail: `lot: ${lot} of ${product}` } };
  }
  const bodies = open.map(({ body: { id: quarantine } }): QuarantineDecidedBody =>
    quarantineDecidedBody.parse({
      ...{ id: idOf(quarantine), site, unit, quarantine, lots: [{ product, lot }] },
      ...{ decision, basis, by },
    })
  );
  if (bodies.length === 0) {
    const detail = `lot: ${lot} of ${product} is in no quarantine in ${unit}`;
    return { kind: "refused", problem: { ...NOT_QUARANTINED, detail } };
  }
  const entries = bodies.map((body) => coldEntry(node, "record", "cold-quarantine-decided", body));
  return await write(node, entries, bodies.map(({ id }) => id));
}

const COUNTY_DECIDES = {
  status: 409,
  code: "county-decides",
  title: "The county holds this lot back, and says what becomes of it",
  hint: "ask the county; its decision comes here by itself",
} as const;
const NOT_QUARANTINED = {
  status: 409,
  code: "not-quarantined",
  title: "There is nothing to decide about this lot",
  hint: "/api/coldchain/quarantines lists what waits for a decision",
} as const;
