/** When a unit was watched, how, and by which points: its words, each from its own moment on. */
import type { EventOf } from "../life/event.ts";
import type { UnitBody } from "../life/unit_body.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import type { Calendar, Day } from "../series/calendar.ts";

/** Days of the calendar, of which what is behind `asOfMs` is not known yet. */
export interface Reported {
  readonly days: readonly Day[];
  readonly asOfMs: number;
  readonly calendar: Calendar;
}

export interface Stretch {
  readonly fromMs: number;
  /** Without it. */
  readonly toMs: number;
}

/** A time in which one word of a unit counts. */
export interface Watched extends Stretch {
  readonly body: UnitBody;
}

/** In their order; `units`: all that was told of one unit, each id once. */
export function watchedOf(
  units: readonly EventOf<"cold-unit">[],
  { fromMs, toMs }: Stretch,
): Watched[] {
  const inOrder = units.toSorted((one, other) =>
    one.timeMs - other.timeMs || (one.place < other.place ? -1 : 1)
  );
  return inOrder.flatMap(({ timeMs, body }, at) => {
    const from = Math.max(timeMs, fromMs);
    const to = Math.min(inOrder.at(at + 1)?.timeMs ?? toMs, toMs);
    return body.retired || to <= from ? [] : [{ fromMs: from, toMs: to, body }];
  });
}

/** A point while it was a probe of the unit. */
export interface WatchedPoint {
  readonly device: string;
  readonly point: string;
  /** Those that touch each other are one. */
  readonly stretches: readonly Stretch[];
  /** Of its last word. */
  readonly intervalMs: number;
  readonly rules: readonly AlarmRule[];
}

export function pointsOf(watched: readonly Watched[]): WatchedPoint[] {
  const points = new Map<string, WatchedPoint>();
  for (const { body, ...stretch } of watched) {
    for (const { device, point } of body.probes) {
      const key = pointKey({ device, point });
      const stretches = joined(points.get(key)?.stretches ?? [], stretch);
      const { intervalSeconds, rules } = body;
      points.set(key, { device, point, stretches, intervalMs: intervalSeconds * 1000, rules });
    }
  }
  return [...points.values()];
}

export function pointKey({ device, point }: Pick<WatchedPoint, "device" | "point">): string {
  return JSON.stringify([device, point]);
}

function joined(stretches: readonly Stretch[], next: Stretch): Stretch[] {
  const last = stretches.at(-1);
  if (last === undefined || last.toMs < next.fromMs) return [...stretches, next];
  return [...stretches.slice(0, -1), { fromMs: last.fromMs, toMs: Math.max(last.toMs, next.toMs) }];
}

/** What of a stretch lies in another; `null`: nothing. */
export function within(one: Stretch, other: Stretch): Stretch | null {
  const fromMs = Math.max(one.fromMs, other.fromMs);
  const toMs = Math.min(one.toMs, other.toMs);
  return toMs > fromMs ? { fromMs, toMs } : null;
}

export function lengthMs(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}
