/** Whether a unit's alarms are told (C8): the state at a moment, from what persons said. */
import type { Present } from "../../age.ts";
import { ageOfEvent, type ColdEvent, type EventOf, type EventPlace, ofKind } from "./event.ts";
import type { SuppressionBody, SuppressionEndedBody } from "./suppression_body.ts";

export type Watch =
  | { readonly state: "watched" }
  | {
    readonly state: SuppressionBody["state"];
    /** The one that lasts longest. */
    readonly by: EventOf<"cold-suppression">;
    /** By the wall clock as it is set now; `null`: until somebody says that the repair is done. */
    readonly untilMs: number | null;
  };

interface OfUnit {
  readonly site: string;
  readonly unit: string;
}

/**
 * `agoMs` before this moment. Their hours are those of the boot-time clock where the machine still
 * runs (T12): whoever sets a wall clock makes none of them longer. None reaches back before its own
 * entry: what was to be told until then was. Its end is out already: at `untilMs` itself alarms are
 * told.
 */
export function watchOf(
  events: readonly ColdEvent[],
  unit: OfUnit,
  present: Present,
  agoMs = 0,
): Watch {
  const [longest] = lasting(events, unit, present, agoMs);
  if (longest === undefined) return { state: "watched" };
  const { by, leftMs } = longest;
  const untilMs = leftMs === null ? null : present.now.wallMs - agoMs + leftMs;
  return { state: by.body.state, by, untilMs };
}

interface Lasting {
  readonly by: EventOf<"cold-suppression">;
  /** `null`: until the repair is done. */
  readonly leftMs: number | null;
}

/**
 * Those for which alarms are not told, the one that lasts longest first. Where nobody knows how
 * much of its hours has passed, as after a restart without the time, one counts as over: no reboot
 * makes it longer.
 */
export function lasting(
  events: readonly ColdEvent[],
  { site, unit }: OfUnit,
  present: Present,
  agoMs = 0,
): Lasting[] {
  const isOfUnit = ({ body }: { readonly body: OfUnit }) =>
    body.site === site && body.unit === unit;
  const ends = ofKind(events, "cold-suppression-ended").filter(isOfUnit);
  return ofKind(events, "cold-suppression").filter(isOfUnit).flatMap((by): Lasting[] => {
    const { body } = by;
    const isEnded = ends.some((end) =>
      end.body.suppression === body.id && agoOf(end, end.body.endedMs, present) >= agoMs
    );
    const passedMs = agoOf(by, beginningOf(by), present) - agoMs;
    if (isEnded || passedMs < 0) return [];
    if (body.state === "under-repair") return [{ by, leftMs: null }];
    if (!ageOfEvent(by, present).isCertain) return [];
    const leftMs = body.untilMs - beginningOf(by) - passedMs;
    return leftMs > 0 ? [{ by, leftMs }] : [];
  }).sort((one, other) => (other.leftMs ?? Infinity) - (one.leftMs ?? Infinity));
}

function beginningOf({ body, timeMs }: EventOf<"cold-suppression">): number {
  return Math.max(body.fromMs, timeMs);
}

/** How long ago a moment was that an event names by the wall clock of its own entry. */
function agoOf(event: EventPlace, ms: number, present: Present): number {
  return ageOfEvent(event, present).ms + event.timeMs - ms;
}

/** A time for which a person switched alarms off, as it stands at a moment. */
export interface SwitchedOff {
  readonly by: EventOf<"cold-suppression">;
  readonly fromMs: number;
  /** Its end as it was said; `null`: until the repair is done. */
  readonly untilMs: number | null;
  /**
   * When somebody said that alarms are told again, before that, by the clock by which it began;
   * `null`: nobody did so far.
   */
  readonly ended: SuppressionEndedBody | null;
}

/** Those that lasted at some moment of a span, the earliest first; behind it nothing is known. */
export function switchedOffWithin(
  events: readonly ColdEvent[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): SwitchedOff[] {
  const ends = Map.groupBy(
    ofKind(events, "cold-suppression-ended"),
    ({ body }) => body.suppression,
  );
  return ofKind(events, "cold-suppression").map((by): SwitchedOff => {
    const untilMs = by.body.state === "under-repair" ? null : by.body.untilMs;
    const [first = null] = (ends.get(by.body.id) ?? [])
      .map((end) => ({ ...end.body, endedMs: endedBy(by, end) }))
      .filter(({ endedMs }) => endedMs < toMs)
      .toSorted((one, other) => one.endedMs - other.endedMs || (one.id < other.id ? -1 : 1));
    const ended = first !== null && first.endedMs < (untilMs ?? Infinity) ? first : null;
    return { by, fromMs: beginningOf(by), untilMs, ended };
  }).filter((one) => one.fromMs < toMs && (one.ended?.endedMs ?? one.untilMs ?? Infinity) > fromMs)
    .sort((one, other) =>
      one.fromMs - other.fromMs || (one.by.body.id < other.by.body.id ? -1 : 1)
    );
}

/** In one boot by its clock, so that a wall clock that was set makes no time longer or shorter. */
function endedBy(by: EventOf<"cold-suppression">, end: EventOf<"cold-suppression-ended">): number {
  const [one, other] = [by.written, end.written];
  if (one === undefined || one.bootId !== other?.bootId) return end.body.endedMs;
  return by.timeMs + other.bootMs - one.bootMs + end.body.endedMs - end.timeMs;
}
