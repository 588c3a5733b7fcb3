/** The label of a bag, for a printer that speaks ZPL. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute } from "../../api_route.ts";
import type { Label } from "../label/label.ts";
import { zplOf } from "../label/zpl.ts";
import type { BagStanding } from "../life/bag.ts";
import { StoredWords } from "../record/stored_words.ts";
import { bagOf } from "../record/waste_reads.ts";
import type { WasteDesk } from "./waste_desk.ts";

/** `institution`: as people call the site. */
export function labelRoute(
  { node: { tables, journal }, config: { printer } }: WasteDesk,
  institution: string,
): ApiRoute {
  return {
    method: "get",
    path: "/api/waste/bags/{bag}/label",
    right: "read",
    role: "site",
    summary: "The label of a sealed bag as ZPL II, for a label printer",
    answer: z.string(),
    contentType: "text/plain",
    handle: async (_parts, { path }) => {
      await tables.caughtUp(journal);
      const found = await bagOf(tables, path.bag);
      const label = found === null
        ? null
        : await labelOf(found.standing, new StoredWords(tables), institution);
      if (label === null) return problemResponse(NO_LABEL);
      const { font: file, ...size } = printer;
      const zpl = zplOf(label, { ...size, language: "zh", text: { kind: "font", file } });
      return new Response(zpl, { headers: { "content-type": "text/plain; charset=utf-8" } });
    },
  };
}

/** As it was sealed here; `null`: it was not, or entries disagree about it. */
export async function labelOf(
  { bag, category, weight, history }: BagStanding,
  stored: StoredWords,
  institution: string,
): Promise<Label | null> {
  const sealing = history.findLast(({ kind, role }) =>
    kind === "waste-sealed" && role === "stands"
  );
  if (sealing === undefined || category === null || weight === null) return null;
  const events = await stored.events([`id/${sealing.id}`]);
  const event = events.find(({ place }) => place === sealing.place);
  if (event?.kind !== "waste-sealed") return null;
  const { ward, name = ward } = event.body.source;
  return {
    bag,
    institution,
    ward: { code: ward, name },
    category,
    grams: weight.grams,
    isKeyed: weight.from === "keyed",
    sealed: event.time,
    remarks: "",
  };
}

const NO_LABEL: Problem = {
  status: 404,
  code: "no-label",
  title: "No bag of this code was sealed here, or entries about it disagree",
  hint: "read the code again; resolve what disagrees first",
};
