/**
 * What two sites say differently only their county sees: there a person says which is right, and
 * each site that wrote one of the entries is told so.
 */
import type * as z from "zod";
import { streamTo } from "../../../sync/stream.ts";
import { problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute } from "../../api_route.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { resolutionBody } from "../entry/correction_body.ts";
import { StoredWords } from "../record/stored_words.ts";
import { actDone, type Done, doneAnswer, refused } from "./done.ts";
import { resolutionOrder } from "./acts.ts";
import type { WasteNode } from "./waste_desk.ts";

const KIND = "waste-resolution";

/** Writes one resolution for each site that it concerns, all in one commit. */
export async function resolveAtCounty(
  { name, clock, disk, journal, tables }: WasteNode,
  { id: act, ...said }: z.infer<typeof resolutionOrder>,
  confirmation: Confirmation,
): Promise<Done> {
  await tables.caughtUp(journal);
  const ids = [said.keeps, ...said.against];
  const events = await new StoredWords(tables).events(ids.map((id) => `id/${id}`));
  const sites = [...new Set(events.map(({ body }) => body.site))].sort();
  if (ids.some((id) => !events.some(({ body }) => body.id === id))) return refused(NO_ENTRY);
  const time = clock.now();
  const entries = sites.map((site) => {
    const id = entryId(KIND, name, act, site);
    const body = resolutionBody.parse({ ...said, id, site, confirmation });
    return once(newEntry(streamTo(site), KIND, time, body), KIND, id);
  });
  await disk.append(entries, time);
  await tables.caughtUp(journal);
  return { kind: "done", entry: entryId(KIND, name, act, sites[0]), subject: said.subject };
}

export function countyResolutionRoute(node: WasteNode): ApiRoute {
  return {
    method: "post",
    path: "/api/waste/resolutions",
    role: "county",
    right: "waste.confirm",
    summary: "A person says which of several sites' entries is right, and each is told",
    body: resolutionOrder,
    answer: actDone,
    handle: async ({ people }, { body, actor }) => {
      const by = signedIn(actor, people);
      if (by === null) return problemResponse(PERSON_NEEDED);
      return doneAnswer(await resolveAtCounty(node, resolutionOrder.parse(body), by));
    },
  };
}

const NO_ENTRY = {
  status: 409,
  code: "no-such-entry",
  title: "One of these entries is not here",
  hint: "look at the bag again, and resolve what disagrees now",
};
