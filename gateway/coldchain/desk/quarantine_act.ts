/** A person decides what becomes of stock that was set apart, and on what that rests (C10). */
import * as z from "zod";
import { entryId } from "../../collected_entry.ts";
import { placeOf } from "../flow/place.ts";
import { hereAt } from "../flow/trace.ts";
import { isCountys } from "../life/lot_hold.ts";
import { CAUSES_APART, type LotState, quarantinedLots } from "../life/quarantine.ts";
import {
  QUARANTINE_DECISIONS,
  type QuarantineDecidedBody,
  quarantineDecidedBody,
} from "../life/quarantine_body.ts";
import { code, type Person, WHOLE_SITE, words } from "../life/subject.ts";
import { goingCauses, unitOf } from "../record/cold_reads.ts";
import { eventsOf, presentOf } from "../record/stored_events.ts";
import { coldEntry } from "./cold_node.ts";
import { type Outcome, write, type WritingNode } from "./person_acts.ts";
import { probesNow } from "./probes_now.ts";

export const decideOrder = z.strictObject({
  id: code.describe("Names the act: sent again, it is the same"),
  unit: code.describe("The unit in which it was set apart"),
  product: code,
  lot: code,
  decision: z.enum(QUARANTINE_DECISIONS),
  basis: words.describe("On what it rests, such as the maker's word on stability"),
});
export type DecideOrder = z.infer<typeof decideOrder>;

/** The other centre of a county, for which this one decides once it is declared lost. */
export interface FellowCentre {
  readonly name: string;
  readonly isLost: () => boolean;
}

export interface DecidingNode extends WritingNode {
  /** `null`, or none: there is no other, or it is a site. */
  readonly fellow?: FellowCentre | null;
}

/** What stands of the lot of an order at a site, or of a centre. */
type Standing = Pick<LotState, "site" | "quarantines" | "open" | "decisions">;

/** Of all quarantines of the lot in that unit that nobody decided yet, in one commit. */
export async function decideQuarantine(
  node: DecidingNode,
  order: DecideOrder,
  by: Person,
): Promise<Outcome> {
  const { product, lot, unit, decision, basis } = order;
  await node.tables.caughtUp(node.journal);
  const own = await standingOf(node, node.name, order);
  const fellow = unit === WHOLE_SITE ? node.fellow ?? null : null;
  const other = fellow === null ? null : await standingOf(node, fellow.name, order);
  const ours = [own, fellow?.isLost() ? other : null].filter((one) => one !== null);
  const before = ours.flatMap((one) => decidedBy(one, order));
  if (before.length > 0) return { kind: "done", entries: before };
  const bodies = ours.flatMap(({ site, open }) =>
    open.filter(({ node: writer, body }) => writer === site || !isCountys(body))
      .map(({ body: { id: quarantine } }): QuarantineDecidedBody =>
        quarantineDecidedBody.parse({
          ...{ id: decisionId(site, order, quarantine), site, unit, quarantine },
          ...{ lots: [{ product, lot }], decision, basis, by },
        })
      )
  );
  const detail = `lot: ${lot} of ${product}`;
  if (bodies.length > 0) {
    if (decision === "released" && await isExposed(node, order)) {
      return { kind: "refused", problem: { ...STILL_EXPOSED, detail: `${detail} in ${unit}` } };
    }
    const entries = bodies.map((body) =>
      coldEntry(node, "record", "cold-quarantine-decided", body)
    );
    return await write(node, entries, bodies.map(({ id }) => id));
  }
  if (own !== null && own.open.length > 0) {
    return { kind: "refused", problem: { ...COUNTY_DECIDES, detail } };
  }
  if (other !== null && other.open.length > 0) {
    const problem = { ...OTHER_CENTRE_DECIDES, detail: `${detail}: ${other.site}` };
    return { kind: "refused", problem };
  }
  const problem = { ...NOT_QUARANTINED, detail: `${detail} is in no quarantine in ${unit}` };
  return { kind: "refused", problem };
}

async function standingOf(
  { tables }: DecidingNode,
  site: string,
  { unit, product, lot }: DecideOrder,
): Promise<Standing | null> {
  const events = await eventsOf(tables, { site, subject: `lots/${unit}` });
  return quarantinedLots(events).find((one) => one.product === product && one.lot === lot) ?? null;
}

/**
 * Whether such doses lie in a unit that is out of range now, or of which nobody knows: of an alarm
 * that goes on, or by what its probes said last, for which the alarm only waits its time.
 */
async function isExposed(
  { name: site, clock, tables }: DecidingNode,
  { unit, product, lot }: DecideOrder,
): Promise<boolean> {
  const place = placeOf("unit", unit);
  const here = await hereAt(tables, product, lot, site);
  if (!here.some((one) => one.place === place)) return false;
  const causes = await goingCauses(tables, site, unit);
  if (causes.some((cause) => CAUSES_APART.has(cause))) return true;
  const body = await unitOf(tables, site, unit);
  if (body === null) return false;
  const watched = await eventsOf(tables, { site, subject: `watch/${unit}` });
  const present = await presentOf({ name: site, clock, tables }, watched);
  return (await probesNow(tables, body, present)).some(({ state }) => state !== "good");
}

function decisionId(site: string, { id, product, lot }: DecideOrder, quarantine: string): string {
  return entryId("cold-quarantine-decided", site, id, quarantine, product, lot);
}

/** What an order has decided already. */
function decidedBy({ site, quarantines, decisions }: Standing, order: DecideOrder): string[] {
  const written = new Set(decisions.map(({ body }) => body.id));
  return quarantines.map(({ body }) => decisionId(site, order, body.id))
    .filter((id) => written.has(id));
}

export const STILL_EXPOSED = {
  status: 409,
  code: "still-exposed",
  title: "The unit is out of range still, or nobody knows its temperature, and the lot is in it",
  hint:
    "move the doses to a unit that is in range, or wait until it is in range again; then decide",
} as const;
const COUNTY_DECIDES = {
  status: 409,
  code: "county-decides",
  title: "The county holds this lot back, and says what becomes of it",
  hint: "ask the county; its decision comes here by itself",
} as const;
const OTHER_CENTRE_DECIDES = {
  status: 409,
  code: "other-centre-decides",
  title: "The other centre holds this lot back, and says what becomes of it",
  hint: "decide there; where that centre is lost for good, declare it lost, and decide here",
} as const;
const NOT_QUARANTINED = {
  status: 409,
  code: "not-quarantined",
  title: "There is nothing to decide about this lot",
  hint: "/api/coldchain/quarantines lists what waits for a decision",
} as const;
