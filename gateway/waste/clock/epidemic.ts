/** One switch for the shorter limits of an epidemic (rule W5); each turn of it is an entry. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import { confirmation } from "../entry/confirmation.ts";
import { byTime } from "../entry/event.ts";
import { code, subject, words } from "../entry/subject.ts";

const TURNS_MAX = 20;

/**
 * Body of a `waste-epidemic`. `scope` is a site, or `*`: all. It replaces the turns that whoever
 * turned it knew of, so that two who turn it at once are seen to. What a county turned no site
 * replaces.
 */
export const epidemicBody = z.object({
  ...subject,
  scope: code,
  isOn: z.boolean(),
  replaces: z.array(code).max(TURNS_MAX),
  /** The document that says so. */
  basis: words,
  reason: words,
  confirmation,
});
export type EpidemicBody = z.infer<typeof epidemicBody>;

export interface EpidemicTurn {
  readonly place: string;
  /** Who wrote it: the site itself, or its county. */
  readonly node: string;
  readonly time: Stamp;
  readonly body: EpidemicBody;
}

/** One switch: the site's own, or that of its county. */
export interface EpidemicSwitch {
  readonly isOn: boolean;
  /** Ids of the turns that hold. */
  readonly turns: readonly string[];
}

export interface EpidemicMode {
  /** Where either switch is on. */
  readonly isOn: boolean;
  /** The turn since which it holds; `null`: nobody ever turned it. */
  readonly since: EpidemicTurn | null;
  /** Each is ended by whoever set it; a county ends that of a site, too. */
  readonly county: EpidemicSwitch;
  readonly own: EpidemicSwitch;
  /** Turns of one switch say different things: it is on, and shown. */
  readonly isDisputed: boolean;
}

/** What holds at a site, whatever order the turns came in. Of turns that disagree the stricter. */
export function modeAt(site: string, turns: readonly EpidemicTurn[]): EpidemicMode {
  const own = [...new Map(turns.map((turn) => [turn.place, turn])).values()]
    .filter(({ body: { scope } }) => scope === "*" || scope === site).sort(byTime);
  const [ofSite, ofCounty] = [
    own.filter(({ node }) => node === site),
    own.filter(({ node }) => node !== site),
  ];
  const county = heldOf(ofCounty, ofCounty);
  const itself = heldOf(ofSite, own);
  const held = [...county, ...itself].sort(byTime);
  const on = held.filter(({ body }) => body.isOn);
  return {
    isOn: on.length > 0,
    since: (on.length > 0 ? on : held).at(0) ?? null,
    county: switchOf(county),
    own: switchOf(itself),
    isDisputed: isDisputed(county) || isDisputed(itself),
  };
}

/** Those that none of `by` replaces. */
function heldOf(
  turns: readonly EpidemicTurn[],
  by: readonly EpidemicTurn[],
): readonly EpidemicTurn[] {
  const replaced = new Set(by.flatMap(({ body }) => body.replaces));
  return turns.filter(({ body }) => !replaced.has(body.id));
}

function switchOf(held: readonly EpidemicTurn[]): EpidemicSwitch {
  return { isOn: held.some(({ body }) => body.isOn), turns: held.map(({ body }) => body.id) };
}

function isDisputed(held: readonly EpidemicTurn[]): boolean {
  return held.some(({ body }) => body.isOn) && held.some(({ body }) => !body.isOn);
}
