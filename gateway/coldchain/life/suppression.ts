/** Whether a unit's alarms are told (C8): the state at a moment, from what persons said. */
import { type ColdEvent, type EventOf, ofKind } from "./event.ts";
import type { SuppressionBody, SuppressionEndedBody } from "./suppression_body.ts";

export type Watch =
  | { readonly state: "watched" }
  | {
    readonly state: SuppressionBody["state"];
    /** The one that lasts longest. */
    readonly by: EventOf<"cold-suppression">;
    /** `null`: until somebody says that the repair is done. */
    readonly untilMs: number | null;
  };

/**
 * `nowMs` by the clock of the entries. None reaches back before its own entry: what was to be told
 * until then was. Its end is out already: at `untilMs` itself alarms are told.
 */
export function watchOf(
  events: readonly ColdEvent[],
  { site, unit }: { readonly site: string; readonly unit: string },
  nowMs: number,
): Watch {
  const isOfUnit = (
    { body }: { readonly body: { readonly site: string; readonly unit: string } },
  ) => body.site === site && body.unit === unit;
  const ends = ofKind(events, "cold-suppression-ended").filter(isOfUnit);
  const active = ofKind(events, "cold-suppression").filter(isOfUnit).filter(({ body, timeMs }) => {
    const ended = ends.some((end) => end.body.suppression === body.id && end.body.endedMs <= nowMs);
    const isPast = body.state === "for-a-while" && body.untilMs <= nowMs;
    return Math.max(body.fromMs, timeMs) <= nowMs && !ended && !isPast;
  });
  const [longest] = [...active].sort((one, other) => untilOf(other.body) - untilOf(one.body));
  if (longest === undefined) return { state: "watched" };
  const { body } = longest;
  return {
    state: body.state,
    by: longest,
    untilMs: body.state === "under-repair" ? null : body.untilMs,
  };
}

/** A time for which a person switched alarms off, as it stands at a moment. */
export interface SwitchedOff {
  readonly by: EventOf<"cold-suppression">;
  readonly fromMs: number;
  /** Its end as it was said; `null`: until the repair is done. */
  readonly untilMs: number | null;
  /** When somebody said that alarms are told again, before that; `null`: nobody did so far. */
  readonly ended: SuppressionEndedBody | null;
}

/** Those that lasted at some moment of a span, the earliest first; behind it nothing is known. */
export function switchedOffWithin(
  events: readonly ColdEvent[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): SwitchedOff[] {
  const ends = Map.groupBy(
    ofKind(events, "cold-suppression-ended").map(({ body }) => body)
      .filter(({ endedMs }) => endedMs < toMs)
      .toSorted((one, other) => one.endedMs - other.endedMs || (one.id < other.id ? -1 : 1)),
    ({ suppression }) => suppression,
  );
  return ofKind(events, "cold-suppression").map((by): SwitchedOff => {
    const untilMs = by.body.state === "under-repair" ? null : by.body.untilMs;
    const first = ends.get(by.body.id)?.at(0) ?? null;
    const ended = first !== null && first.endedMs < (untilMs ?? Infinity) ? first : null;
    return { by, fromMs: Math.max(by.body.fromMs, by.timeMs), untilMs, ended };
  }).filter((one) => one.fromMs < toMs && (one.ended?.endedMs ?? one.untilMs ?? Infinity) > fromMs)
    .sort((one, other) =>
      one.fromMs - other.fromMs || (one.by.body.id < other.by.body.id ? -1 : 1)
    );
}

function untilOf(body: SuppressionBody): number {
  return body.state === "under-repair" ? Infinity : body.untilMs;
}
