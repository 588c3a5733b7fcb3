/**
 * Opened vials that are beyond their time (C14): an alarm of each until nothing is left in it, or
 * for a day. Pure: vials, what goes on already and the moment are given.
 */
import { ageOf, type Present } from "../../age.ts";
import { entryId } from "../../collected_entry.ts";
import type { WrittenVial } from "../flow/vial_reads.ts";
import type { KnownVial } from "../flow/vial_rules.ts";
import type { AlarmBody } from "../life/alarm_body.ts";
import { planAlarms } from "../life/escalation.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { LATE_VIAL_PLAN, LATE_VIAL_TOLD_MS } from "../rules/plans.ts";
import type { GoingEpisode, Presence } from "./presence.ts";

const CAUSE = "late-vial";

/** `open`: those of a site in which a dose is left. */
export function lateVials(
  site: string,
  open: readonly WrittenVial[],
  going: readonly GoingEpisode[],
  present: Present,
): Presence {
  const nowMs = present.now.wallMs;
  const own = going.filter(({ cause }) => cause === CAUSE).map(({ episode }) => episode);
  const found = new Map(open.map((vial) => {
    return [episodeOf(site, vial), { vial, lateness: latenessOf(vial, present) }];
  }));
  return {
    begun: [...found].filter(([episode, { lateness }]) =>
      lateness === "late" && !own.includes(episode)
    ).flatMap(([episode, { vial }]) => alarmOf(site, episode, vial)),
    ended: own.flatMap((episode) => {
      const known = found.get(episode);
      if (known !== undefined && known.lateness !== "forgotten") return [];
      // By this people are told that nobody wrote it off.
      const endedMs = known === undefined ? nowMs : known.vial.useByMs + LATE_VIAL_TOLD_MS;
      const id = entryId("cold-alarm-ended", episode, endedMs);
      return [{
        ...{ id, site, unit: WHOLE_SITE, episode, cause: CAUSE },
        ...{ endedMs, worstCelsius: null },
      }];
    }),
  };
}

function episodeOf(site: string, { id }: KnownVial): string {
  return entryId("cold-episode", site, WHOLE_SITE, CAUSE, id);
}

/** At its last moment it may be used. In doubt it is late rather than forgotten. */
function latenessOf(
  { openedMs, useByMs, written }: WrittenVial,
  present: Present,
): "usable" | "late" | "forgotten" {
  const { ms, isCertain } = ageOf(written, present);
  const lateMs = Math.max(0, written.wallMs - openedMs) + ms - (useByMs - openedMs);
  if (lateMs <= 0) return "usable";
  return isCertain && lateMs > LATE_VIAL_TOLD_MS ? "forgotten" : "late";
}

/** Its first level; further ones come by the time since that one was told. */
function alarmOf(
  site: string,
  episode: string,
  { product, lot, code, useByMs }: KnownVial,
): AlarmBody[] {
  const start = { site, unit: WHOLE_SITE, episode, cause: CAUSE, sinceMs: useByMs } as const;
  return planAlarms(start, LATE_VIAL_PLAN, [1])
    .map((body) => ({ ...body, vial: { product, lot, code } }));
}
