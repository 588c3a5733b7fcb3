/**
 * Opened vials that are beyond their time (C14): an alarm of each until nothing is left in it.
 * Pure: vials, what goes on already and the moment are given.
 */
import { entryId } from "../../collected_entry.ts";
import type { KnownVial } from "../flow/vial_rules.ts";
import type { AlarmBody } from "../life/alarm_body.ts";
import { dueLevels, planAlarms } from "../life/escalation.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { LATE_VIAL_PLAN } from "../rules/plans.ts";
import type { GoingEpisode, Presence } from "./presence.ts";

const CAUSE = "late-vial";

export interface VialClock {
  readonly nowMs: number;
  /** So long a vial has been open, by the boot-time clock. */
  readonly openForMs: (vial: KnownVial) => number;
}

/** `open`: those of a site in which a dose is left. */
export function lateVials(
  site: string,
  open: readonly KnownVial[],
  going: readonly GoingEpisode[],
  { nowMs, openForMs }: VialClock,
): Presence {
  const own = going.filter(({ cause }) => cause === CAUSE).map(({ episode }) => episode);
  const named = new Map(open.map((vial) => [episodeOf(site, vial), vial]));
  return {
    begun: [...named].filter(([episode]) => !own.includes(episode))
      .flatMap(([episode, vial]) => alarmsOf(site, episode, vial, openForMs(vial))),
    ended: own.filter((episode) => !named.has(episode)).map((episode) => ({
      id: entryId("cold-alarm-ended", episode, nowMs),
      ...{ site, unit: WHOLE_SITE, episode, cause: CAUSE, endedMs: nowMs, worstCelsius: null },
    })),
  };
}

function episodeOf(site: string, { id }: KnownVial): string {
  return entryId("cold-episode", site, WHOLE_SITE, CAUSE, id);
}

function alarmsOf(
  site: string,
  episode: string,
  { product, lot, code, openedMs, useByMs }: KnownVial,
  openForMs: number,
): AlarmBody[] {
  const lateMs = openForMs - (useByMs - openedMs);
  // At its last moment it may be used.
  const levels = lateMs <= 0 ? [] : dueLevels(LATE_VIAL_PLAN, lateMs, []);
  const start = { site, unit: WHOLE_SITE, episode, cause: CAUSE, sinceMs: useByMs } as const;
  return planAlarms(start, LATE_VIAL_PLAN, levels)
    .map((body) => ({ ...body, vial: { product, lot, code } }));
}
