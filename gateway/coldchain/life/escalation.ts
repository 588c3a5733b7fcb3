/** When a level is reached by time alone, and who is told what of an episode (C4, C5, C9). */
import type { Stamp } from "../../../sync/entry.ts";
import { entryId } from "../../collected_entry.ts";
import { levelsReached } from "../../escalation.ts";
import type { EscalationPlan } from "../rules/plans.ts";
import { RULES_CHANGED } from "../series/told.ts";
import type { AlarmBody, AlarmCause } from "./alarm_body.ts";
import type { Episode } from "./episode.ts";
import type { UnitBody } from "./unit_body.ts";

const MINUTE_MS = 60_000;

/** Levels of a plan that are reached after so long and that nobody has told of yet. */
export function dueLevels(
  { minutes }: EscalationPlan,
  elapsedMs: number,
  told: readonly number[],
): number[] {
  const levels = minutes.map((_, at) => at + 1);
  const ladder = Object.fromEntries(levels.map((level) => [level, minutes[level - 1] * MINUTE_MS]));
  return levelsReached(levels, ladder, elapsedMs).filter((level) => !told.includes(level));
}

/** A level is written down so much later at most while its machine is on. */
const WRITING_MS = 60_000;

/**
 * So long an episode had gone on when its first level was written down: for as long as that level
 * says, and by the wall clock while the machine was off. A lateness that fits into the machine's
 * time since its start is none but of a wall clock that was set.
 */
export function goneOnMs(
  { sinceMs, alarmMs }: Pick<AlarmBody, "sinceMs" | "alarmMs">,
  written: Stamp,
): number {
  return Math.max(0, alarmMs - sinceMs) + latenessMs({ alarmMs }, written);
}

/** So long after it came to its level an alarm was written down. */
export function latenessMs(
  { alarmMs }: Pick<AlarmBody, "alarmMs">,
  { wallMs, bootMs, clock }: Stamp,
): number {
  const lateMs = Math.max(0, wallMs - alarmMs);
  const wasOff = clock !== "untrusted" && lateMs > bootMs;
  return wasOff ? lateMs : Math.min(WRITING_MS, lateMs);
}

/** What levels belong to. */
export type EpisodeStart = Pick<AlarmBody, "site" | "unit" | "episode" | "cause" | "sinceMs">;

/** An episode that no series tells of: power is off, or the unit cannot be reached. */
export function episodeStart(
  { site, unit }: { readonly site: string; readonly unit: string },
  cause: AlarmCause,
  sinceMs: number,
): EpisodeStart {
  return {
    site,
    unit,
    episode: entryId("cold-episode", site, unit, cause, sinceMs),
    cause,
    sinceMs,
  };
}

/** Entries of levels that a plan comes to, with the same ids wherever they are made. */
export function planAlarms(
  { site, unit, episode, cause, sinceMs }: EpisodeStart,
  { id: rule, minutes }: EscalationPlan,
  levels: readonly number[],
): AlarmBody[] {
  return levels.map((level) => ({
    id: entryId("cold-alarm", episode, `${rule}/${level}`),
    site,
    unit,
    episode,
    cause,
    level,
    rule,
    sinceMs,
    alarmMs: sinceMs + minutes[level - 1] * MINUTE_MS,
  }));
}

export interface Message {
  /** One per episode and level, and one for how it ends: sent once, whoever sends it. */
  readonly id: string;
  readonly what: "alarm" | "reopened" | "recovered" | typeof RULES_CHANGED;
  readonly level: number;
  /** Recipients' ids, sorted. */
  readonly to: readonly string[];
}

export interface Telling {
  readonly recipients: UnitBody["recipients"];
  /** Ids of the messages that left. */
  readonly sent: ReadonlySet<string>;
  /** Whether the unit's alarms were switched off when it came (C8). */
  readonly wasSwitchedOff: (alarm: AlarmBody) => boolean;
}

/**
 * What is still to be told: each level to its own recipients, to all of the unit where it has none;
 * the end to all who heard of it. Asked once alarms are switched off no more: what goes on is told
 * then, what came and went meanwhile is not; what did before anybody was told is told.
 */
export function messagesDue(episode: Episode, telling: Telling): Message[] {
  const { recipients, sent, wasSwitchedOff } = telling;
  const isOver = episode.endedMs !== null;
  const levels = episode.levels.map((alarm) => ({
    alarm,
    message: levelMessage(episode, alarm, recipients),
  }));
  const due = levels.filter(({ alarm, message: { id, level } }) =>
    !sent.has(id) && !isSeen(episode, level) && !(isOver && wasSwitchedOff(alarm))
  ).map(({ message }) => message);
  const isChanged = episode.state === RULES_CHANGED;
  // Of changed rules people hear until somebody has acknowledged it, of a recovery once it is over.
  if (due.length > 0 || isOver === isChanged) return due;
  const what = isChanged ? RULES_CHANGED : "recovered";
  const heard = levels.map(({ message }) => message).filter(({ id }) => sent.has(id));
  const end: Message = {
    id: entryId("cold-message", episode.episode, what),
    what,
    level: Math.max(...levels.map(({ message }) => message.level)),
    to: sorted(heard.flatMap(({ to }) => to)),
  };
  return end.to.length > 0 && !sent.has(end.id) ? [end] : [];
}

function isSeen({ acknowledgements }: Episode, level: number): boolean {
  return acknowledgements.some(({ body }) => body.level >= level);
}

function levelMessage(
  { episode, acknowledgements }: Episode,
  { level }: AlarmBody,
  recipients: UnitBody["recipients"],
): Message {
  const own = recipients.filter((one) => one.level === level);
  return {
    id: entryId("cold-message", episode, level),
    what: acknowledgements.some(({ body }) => body.level < level) ? "reopened" : "alarm",
    level,
    to: sorted((own.length > 0 ? own : recipients).map(({ id }) => id)),
  };
}

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
