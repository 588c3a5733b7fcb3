/**
 * One time out of range: which levels it came to, what persons said, whether it is over (C4, C9).
 * An acknowledgement is of the levels that its person saw; the next level opens it again.
 */
import { entryId } from "../../collected_entry.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { NO_DATA, RULES_CHANGED, SENSOR_FAULT, type Told } from "../series/told.ts";
import type { AcknowledgementBody, AlarmBody, AlarmCause, AlarmEndedBody } from "./alarm_body.ts";
import { type ColdEvent, type EventOf, ofKind } from "./event.ts";

export type EpisodeState =
  /** Somebody has to look at it. */
  | "open"
  | "acknowledged"
  /** It was acknowledged, and came to the next level since. */
  | "reopened"
  /**
   * It is told of no more since the rules are others: nobody knows that it is over. It goes on
   * until a person has acknowledged just that (C8).
   */
  | typeof RULES_CHANGED
  /** It is over; unexplained until somebody says what it was. */
  | "recovered";

export interface Episode {
  readonly episode: string;
  readonly site: string;
  readonly unit: string;
  /** A word of `ALARM_CAUSES`, or a newer node's. */
  readonly cause: string;
  readonly sinceMs: number;
  /** By level, the lowest first; each as it was told first. */
  readonly levels: readonly AlarmBody[];
  /** The latest of its ends; `null`: it goes on, or nobody has seen yet that its rules changed. */
  readonly endedMs: number | null;
  readonly worstCelsius: number | null;
  readonly acknowledgements: readonly EventOf<"cold-acknowledgement">[];
  /**
   * A word of {@link EpisodeState}, or a newer node's reason for telling of it no more: it goes on
   * until this node knows what that means.
   */
  readonly state: string;
  /** A cause and a comment are there. */
  readonly isExplained: boolean;
}

const MEASURED: ReadonlySet<string> = new Set<EpisodeState>([
  "open",
  "acknowledged",
  "reopened",
  "recovered",
]);

/** It is told of no more, and nobody here has seen that it is over. */
export function isToldNoMore(state: string): boolean {
  return !MEASURED.has(state);
}

/** Whether somebody has to look at it, or to say what it was. `state`: a word of those. */
export function isToDo(
  { state, isExplained, isOver }: {
    readonly state: string;
    readonly isExplained: boolean;
    readonly isOver: boolean;
  },
): boolean {
  const isOpen = state === "open" || state === "reopened";
  return isOpen || !isExplained || (isToldNoMore(state) && !isOver);
}

/** In the order in which they began. */
export function episodesOf(events: readonly ColdEvent[]): Episode[] {
  const alarms = Map.groupBy(ofKind(events, "cold-alarm"), ({ body }) => body.episode);
  const ends = Map.groupBy(ofKind(events, "cold-alarm-ended"), ({ body }) => body.episode);
  const answers = Map.groupBy(ofKind(events, "cold-acknowledgement"), ({ body }) => body.episode);
  return [...alarms].map(([episode, told]) =>
    episodeOf(
      told.map(({ body }) => body),
      (ends.get(episode) ?? []).map(({ body }) => body),
      answers.get(episode) ?? [],
    )
  ).sort((one, other) => one.sinceMs - other.sinceMs || (one.episode < other.episode ? -1 : 1));
}

function episodeOf(
  alarms: readonly AlarmBody[],
  ends: readonly AlarmEndedBody[],
  acknowledgements: readonly EventOf<"cold-acknowledgement">[],
): Episode {
  const [{ episode, site, unit, cause }] = alarms;
  const byLevel = new Map<number, AlarmBody>();
  for (const alarm of alarms) if (!byLevel.has(alarm.level)) byLevel.set(alarm.level, alarm);
  const levels = [...byLevel.values()].sort((one, other) => one.level - other.level);
  const last = ends.reduce<AlarmEndedBody | null>(
    (latest, end) => latest === null || end.endedMs > latest.endedMs ? end : latest,
    null,
  );
  const top = levels[levels.length - 1].level;
  const seen = Math.max(0, ...acknowledgements.map(({ body }) => body.level));
  const because = last?.because;
  const knowing = acknowledgements.filter(({ body }) => body.rulesChanged === true)
    .map(({ timeMs }) => timeMs);
  const isSeen = because === undefined || (because === RULES_CHANGED && knowing.length > 0);
  const endedMs = last === null || !isSeen
    ? null
    : because === RULES_CHANGED
    ? Math.max(last.endedMs, Math.min(...knowing))
    : last.endedMs;
  return {
    episode,
    site,
    unit,
    cause,
    sinceMs: Math.min(...alarms.map(({ sinceMs }) => sinceMs)),
    levels,
    endedMs,
    worstCelsius: last?.worstCelsius ?? null,
    acknowledgements,
    state: last !== null
      ? because ?? "recovered"
      : seen >= top
      ? "acknowledged"
      : seen > 0
      ? "reopened"
      : "open",
    isExplained: acknowledgements.length > 0,
  };
}

/** Entries of what a series told: whoever makes them again gives them the same ids. */
export function alarmBodiesOf(
  { site, unit }: { readonly site: string; readonly unit: string },
  rules: readonly AlarmRule[],
  { begun, ended }: Pick<Told, "begun" | "ended">,
): { readonly begun: readonly AlarmBody[]; readonly ended: readonly AlarmEndedBody[] } {
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  const fieldsOf = (key: string) => {
    const [name, place] = key.split("@");
    const rule = known.get(name);
    const cause = causeOf(name, rule);
    if (cause === null) return null;
    // Levels of one limit are one episode; another limit is another one.
    const limit = rule === undefined ? null : `${rule.limitCelsius}/${rule.counting}`;
    const episode = entryId("cold-episode", site, unit, cause, limit, place);
    return { name, rule, fields: { site, unit, episode, cause } };
  };
  const bodies = begun.flatMap(({ key, sinceMs, alarmMs }): AlarmBody[] => {
    const found = fieldsOf(key);
    if (found === null) return [];
    const { name, rule, fields } = found;
    const id = entryId("cold-alarm", fields.episode, name);
    return [{ id, ...fields, level: rule?.level ?? 1, rule: name, sinceMs, alarmMs }];
  });
  const ends = new Map(ended.flatMap(({ key, ...how }) => {
    const found = fieldsOf(key);
    if (found === null) return [];
    const id = entryId("cold-alarm-ended", found.fields.episode, how.endedMs);
    const body: AlarmEndedBody = { id, ...found.fields, ...how };
    return [[id, body] as const];
  }));
  return { begun: bodies, ended: [...ends.values()] };
}

/** `null`: a rule that is not there any more. */
function causeOf(name: string, rule: AlarmRule | undefined): AlarmCause | null {
  if (name === SENSOR_FAULT) return "sensor-fault";
  if (name === NO_DATA) return "no-data";
  if (rule === undefined) return null;
  return rule.side === "above" ? "high" : "low";
}

/** What speaks against an acknowledgement, before it is stored (C9). */
export function objectionToAcknowledgement(
  episode: Episode,
  { level, rulesChanged }: Pick<AcknowledgementBody, "level" | "rulesChanged">,
): "not-reached" | "next-level" | typeof RULES_CHANGED | null {
  const top = episode.levels[episode.levels.length - 1].level;
  if (level > top) return "not-reached";
  if (level < top) return "next-level";
  return episode.state === RULES_CHANGED && rulesChanged !== true ? RULES_CHANGED : null;
}
