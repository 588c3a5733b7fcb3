/**
 * What two sites say differently only their county sees: there a person says which is right, and
 * each site that wrote one of the entries is told so.
 */
import { streamTo } from "../../../sync/stream.ts";
import type { ApiRoute } from "../../api_route.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { resolutionBody } from "../entry/correction_body.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { actDone, type Done, doneAnswer, refused, refusedBy } from "./done.ts";
import {
  lacksSecond,
  resolutionFaults,
  type ResolutionOrder,
  resolutionOrder,
} from "./later_acts.ts";
import { personsOf } from "./persons.ts";
import { around } from "./surroundings.ts";
import type { WasteNode } from "./waste_desk.ts";

const KIND = "waste-resolution";

/** Writes one resolution for each site that it concerns, all in one commit. */
export async function resolveAtCounty(
  { name, clock, disk, journal, tables }: WasteNode,
  { id: act, second: _asked, ...said }: ResolutionOrder,
  by: readonly Confirmation[],
): Promise<Done> {
  if (lacksSecond(said.about, by)) return refused(SECOND_NEEDED);
  const [confirmation, second] = by;
  await tables.caughtUp(journal);
  const ids = [said.keeps, ...said.against];
  const { ledger, stored } = await around(
    tables,
    { bags: [said.subject], loads: [said.subject] },
    DEFAULT_RULES,
  );
  const events = await stored.events(ids.map((id) => `id/${id}`));
  const sites = [...new Set(events.map(({ body }) => body.site))].sort();
  if (ids.some((id) => !events.some(({ body }) => body.id === id))) return refused(NO_ENTRY);
  const [first] = sites.map((site) => entryId(KIND, name, act, site));
  if ((await stored.events([`id/${first}`])).length > 0) {
    return { kind: "done", entry: first, subject: said.subject };
  }
  const faults = resolutionFaults(said, ledger);
  if (faults.length > 0) return refusedBy(faults);
  const time = clock.now();
  const entries = sites.map((site) => {
    const id = entryId(KIND, name, act, site);
    const body = resolutionBody.parse({ ...said, id, site, confirmation, second });
    return once(newEntry(streamTo(site), KIND, time, body), KIND, id);
  });
  await disk.append(entries, time);
  await tables.caughtUp(journal);
  return { kind: "done", entry: first, subject: said.subject };
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
      const asked = resolutionOrder.parse(body);
      const persons = await personsOf(actor, asked.second, people);
      if (persons.kind === "refused") return doneAnswer(persons);
      return doneAnswer(await resolveAtCounty(node, asked, persons.by));
    },
  };
}

const SECOND_NEEDED = {
  status: 409,
  code: "second-person-needed",
  title: "Who holds waste two persons resolve, each with an own credential",
  hint: "another person enters an account and a PIN, or reads a badge",
};
const NO_ENTRY = {
  status: 409,
  code: "no-such-entry",
  title: "One of these entries is not here",
  hint: "look at the bag again, and resolve what disagrees now",
};
