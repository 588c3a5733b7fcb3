/** One switch for the shorter limits of an epidemic (rule W5); each turn of it is an entry. */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import { confirmation } from "../entry/confirmation.ts";
import { byTime } from "../entry/event.ts";
import { code, subject, words } from "../entry/subject.ts";

const TURNS_MAX = 20;

/**
 * Body of a `waste-epidemic`. `scope` is a site, or `*`: all. It replaces the turns that whoever
 * turned it knew of, so that two who turn it at once are seen to.
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
  readonly time: Stamp;
  readonly body: EpidemicBody;
}

export interface EpidemicMode {
  readonly isOn: boolean;
  /** The turn since which it holds; `null`: nobody ever turned it. */
  readonly since: EpidemicTurn | null;
  /** Ids of the turns that hold; where they say different things it is on, and shown. */
  readonly turns: readonly string[];
  readonly isDisputed: boolean;
}

/** What holds at a site, whatever order the turns came in. Of turns that disagree the stricter. */
export function modeAt(site: string, turns: readonly EpidemicTurn[]): EpidemicMode {
  const own = [...new Map(turns.map((turn) => [turn.place, turn])).values()]
    .filter(({ body: { scope } }) => scope === "*" || scope === site).sort(byTime);
  const replaced = new Set(own.flatMap(({ body }) => body.replaces));
  const held = own.filter(({ body }) => !replaced.has(body.id));
  const on = held.filter(({ body }) => body.isOn);
  const isOn = on.length > 0;
  return {
    isOn,
    since: (isOn ? on : held).at(0) ?? null,
    turns: held.map(({ body }) => body.id),
    isDisputed: isOn && on.length < held.length,
  };
}
