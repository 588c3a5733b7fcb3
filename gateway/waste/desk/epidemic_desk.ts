/**
 * The switch of an epidemic (W5): a site turns its own, a county that of each site, which the site
 * does not end. People hear of it by an alarm of the site.
 */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import { streamTo } from "../../../sync/stream.ts";
import { NODE_NAME } from "../../../sync/origin.ts";
import type { ApiRoute } from "../../api_route.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import type { EpidemicBody } from "../clock/epidemic.ts";
import { words } from "../entry/subject.ts";
import { WASTE_EPIDEMIC } from "../record/waste_entry.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { actId } from "./acts.ts";
import { epidemicModes } from "./epidemic_read.ts";
import type { WasteNode } from "./waste_desk.ts";

export const epidemicOrder = z.strictObject({
  id: actId,
  site: z.string().regex(NODE_NAME).optional().describe("At a county: whose limits it is about"),
  isOn: z.boolean(),
  basis: words.describe("The document that says so"),
  reason: words,
});
const answer = z.object({
  site: z.string(),
  isOn: z.boolean(),
  isSetByCounty: z.boolean().describe("On by the county's word, which the county alone ends"),
  isDisputed: z.boolean().describe("Turns that knew nothing of each other say different things"),
  since: z.string().nullable().describe("Id of the entry since which it holds"),
});

export type EpidemicOrder = z.infer<typeof epidemicOrder>;

/** Turns it, or says why not. */
export async function turnEpidemic(
  { name, clock, disk, journal, tables }: WasteNode,
  role: "site" | "county",
  { id: act, site: given, ...said }: EpidemicOrder,
  confirmation: Confirmation,
): Promise<Problem | null> {
  const site = given ?? name;
  if (role === "site" ? site !== name : given === undefined) {
    return role === "site" ? OTHER_SITE : NO_SITE;
  }
  await tables.caughtUp(journal);
  const { own, county } = (await epidemicModes(tables))(site);
  if (role === "site" && !said.isOn && !own.isOn && county.isOn) return COUNTY_SET;
  const id = entryId(WASTE_EPIDEMIC, name, act);
  const turn: EpidemicBody = {
    ...{ id, site, scope: site, ...said },
    replaces: role === "site" ? [...own.turns] : [...county.turns, ...own.turns],
    confirmation,
  };
  const time = clock.now();
  const stream = role === "site" ? "audit" : streamTo(site);
  await disk.append([once(newEntry(stream, WASTE_EPIDEMIC, time, turn), WASTE_EPIDEMIC, id)], time);
  await tables.caughtUp(journal);
  return null;
}

export function epidemicRoutes(node: WasteNode, role: "site" | "county"): readonly ApiRoute[] {
  const { name, journal, tables } = node;
  const shown = async (site: string) => {
    await tables.caughtUp(journal);
    const { isOn, county, isDisputed, since } = (await epidemicModes(tables))(site);
    const isSetByCounty = county.isOn;
    return { site, isOn, isSetByCounty, isDisputed, since: since?.body.id ?? null };
  };
  return [
    {
      method: "get",
      path: "/api/waste/epidemic",
      right: "read",
      summary: "Whether the shorter limits of an epidemic hold at a site",
      query: z.object({ site: z.string().regex(NODE_NAME).optional() }),
      answer,
      handle: async (_parts, { query }) => Response.json(await shown(query.site ?? name)),
    },
    {
      method: "post",
      path: "/api/waste/epidemic",
      right: "waste.epidemic",
      summary: "Turns the shorter limits of an epidemic on or off, with the document that says so",
      body: epidemicOrder,
      answer,
      handle: async ({ people }, { body, actor }) => {
        const asked = epidemicOrder.parse(body);
        const confirmation = signedIn(actor, people);
        if (confirmation === null) return problemResponse(PERSON_NEEDED);
        const problem = await turnEpidemic(node, role, asked, confirmation);
        if (problem !== null) return problemResponse(problem);
        return Response.json(await shown(asked.site ?? name), { status: 201 });
      },
    },
  ];
}

const OTHER_SITE: Problem = {
  status: 409,
  code: "other-site",
  title: "A site turns its own limits alone",
  hint: "leave `site` out, or do it at the county",
};
const COUNTY_SET: Problem = {
  status: 409,
  code: "county-set",
  title: "The county set this, and the county alone ends it",
  hint: "ask the county's infection control",
};
const NO_SITE: Problem = {
  status: 400,
  code: "site-needed",
  title: "A county says whose limits it turns",
  hint: "give `site`, once for each",
};
