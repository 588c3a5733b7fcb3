/** By which rules a series is looked at, and when: a unit's word counts from its moment on. */
import type { EventOf } from "../life/event.ts";
import type { UnitBody } from "../life/unit_body.ts";

export interface Setting {
  /** Of the entry with which it begins. */
  readonly place: string;
  readonly fromMs: number;
  /** `null`: no unit has the point as a probe of its own. */
  readonly unit: UnitBody | null;
}

export interface ProbePoint {
  readonly device: string;
  readonly point: string;
}

/**
 * In the order of their moments. `units`: all that was told of units that ever had the point; where
 * two have it at one time, the first by name does.
 */
export function settingsOf(
  units: readonly EventOf<"cold-unit">[],
  point: ProbePoint,
): Setting[] {
  const latest = new Map<string, UnitBody>();
  return [...units].sort(byMoment).map(({ place, timeMs, body }) => {
    latest.set(body.unit, body);
    const having = [...latest.values()]
      .filter((unit) => watches(unit, point))
      .sort((one, other) => one.unit < other.unit ? -1 : 1);
    return { place, fromMs: timeMs, unit: having.at(0) ?? null };
  });
}

/** Whether a unit has the point as a probe of its own, and is in use. */
export function watches({ probes, retired }: UnitBody, { device, point }: ProbePoint): boolean {
  return !retired && probes.some((one) => one.device === device && one.point === point);
}

/** The one that counts at a moment; `null`: before the first. */
export function settingAt(settings: readonly Setting[], ms: number): Setting | null {
  return settings.findLast(({ fromMs }) => fromMs <= ms) ?? null;
}

function byMoment(one: EventOf<"cold-unit">, other: EventOf<"cold-unit">): number {
  return one.timeMs - other.timeMs || (one.place < other.place ? -1 : 1);
}
