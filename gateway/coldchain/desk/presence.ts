/**
 * Whether a unit has power and can be reached, by what is known of its devices now (C4). Pure:
 * devices, what goes on already and the moment are given.
 */
import { entryId } from "../../collected_entry.ts";
import type { PowerContact } from "../coldchain_config.ts";
import type { AlarmBody, AlarmCause, AlarmEndedBody } from "../life/alarm_body.ts";
import { dueLevels, episodeStart, planAlarms } from "../life/escalation.ts";
import type { UnitBody } from "../life/unit_body.ts";
import { PLATFORM_PLANS } from "../rules/plans.ts";

/** What is known of a device, as lists of devices have it. */
export interface KnownDevice {
  readonly device: string;
  readonly state: string | null;
  readonly since: string | null;
  /** When it was found to tell nothing any more. */
  readonly silentSince: string | null;
  /** By the boot-time clock; `null`: it began in another boot. */
  readonly stateForMs: number | null;
  readonly silentForMs: number | null;
  readonly points: readonly {
    readonly point: string;
    readonly value: string | number | boolean | null;
    readonly quality: string;
    /** When it came. */
    readonly time: string;
    readonly stale: boolean;
  }[];
}

export interface GoingEpisode {
  readonly episode: string;
  readonly cause: string;
}

export interface Presence {
  readonly begun: readonly AlarmBody[];
  readonly ended: readonly AlarmEndedBody[];
}

/** `since`: `null`: all is well; nobody knows: neither begins nor ends anything (G7). */
type Finding =
  | {
    readonly kind: "known";
    readonly sinceMs: number | null;
    /** So long it goes on by the boot-time clock; `null`: that does not say. */
    readonly forMs: number | null;
  }
  | { readonly kind: "unknown" };

export interface PresenceClock {
  readonly nowMs: number;
  /** So long a cause has gone on that began at this moment of the wall clock. */
  readonly goesOnMs: (cause: AlarmCause, sinceMs: number) => number;
}

/** `contact`: what tells of its power; `null`: nothing does. `going`: of this unit. */
export function presenceOf(
  unit: Pick<UnitBody, "site" | "unit" | "probes">,
  contact: PowerContact | null,
  devices: readonly KnownDevice[],
  going: readonly GoingEpisode[],
  clock: PresenceClock,
): Presence {
  const found = [
    ["power-off", contact === null ? WELL : powerOf(contact, devices)],
    ["offline", reachOf(unit.probes.map(({ device }) => device), devices)],
  ] as const;
  const parts = found.map(([cause, finding]) => dueOf(unit, cause, finding, going, clock));
  return {
    begun: parts.flatMap(({ begun }) => begun),
    ended: parts.flatMap(({ ended }) => ended),
  };
}

const WELL: Finding = { kind: "known", sinceMs: null, forMs: null };

function dueOf(
  { site, unit }: Pick<UnitBody, "site" | "unit">,
  cause: AlarmCause,
  finding: Finding,
  going: readonly GoingEpisode[],
  { nowMs, goesOnMs }: PresenceClock,
): Presence {
  if (finding.kind === "unknown") return { begun: [], ended: [] };
  const own = going.filter((one) => one.cause === cause);
  if (finding.sinceMs === null) {
    const ended = own.map(({ episode }) => ({
      id: entryId("cold-alarm-ended", episode, nowMs),
      ...{ site, unit, episode, cause, endedMs: nowMs, worstCelsius: null },
    }));
    return { begun: [], ended };
  }
  // What goes on comes to its further levels by time.
  const plan = PLATFORM_PLANS.find((one) => one.cause === cause);
  if (own.length > 0 || plan === undefined) return { begun: [], ended: [] };
  const start = episodeStart({ site, unit }, cause, finding.sinceMs);
  const levels = dueLevels(plan, finding.forMs ?? goesOnMs(cause, finding.sinceMs), []);
  return { begun: planAlarms(start, plan, levels), ended: [] };
}

/** By its contact's last value; one that is out of date, or at fault, tells nothing of now. */
function powerOf(contact: PowerContact, devices: readonly KnownDevice[]): Finding {
  const told = devices.find(({ device }) => device === contact.device)?.points
    .find(({ point }) => point === contact.point);
  if (told === undefined || told.stale || told.quality !== "good" || told.value === null) {
    return { kind: "unknown" };
  }
  const isOff = contact.below === undefined
    ? told.value === contact.off
    : typeof told.value === "number" && told.value < contact.below;
  return { kind: "known", sinceMs: isOff ? Date.parse(told.time) : null, forMs: null };
}

/** It is away once each device that reads it is: since the last of them went. */
function reachOf(names: readonly string[], devices: readonly KnownDevice[]): Finding {
  const each = [...new Set(names)].map((name) => devices.find(({ device }) => device === name));
  if (each.length === 0) return WELL;
  const away = each.map((device) => device === undefined ? undefined : awaySince(device));
  if (away.includes(undefined)) return { kind: "unknown" };
  const since = away.flatMap((one) => one ?? []);
  if (since.length < away.length) return WELL;
  const sinceMs = Math.max(...since.map((one) => one.sinceMs));
  const forMs = since.map((one) => one.forMs);
  return {
    kind: "known",
    sinceMs,
    forMs: forMs.includes(null) ? null : Math.min(...numbers(forMs)),
  };
}

interface Away {
  readonly sinceMs: number;
  readonly forMs: number | null;
}

/** `null`: it is there. */
function awaySince(
  { state, since, stateForMs, silentSince, silentForMs }: KnownDevice,
): Away | null {
  const found = [
    [state === "offline" ? since : null, stateForMs],
    [silentSince, silentForMs],
  ] as const;
  const told = found.flatMap(([moment, forMs]) =>
    moment === null ? [] : [{ sinceMs: Date.parse(moment), forMs }]
  );
  if (told.length === 0) return null;
  const forMs = told.map((one) => one.forMs);
  return {
    sinceMs: Math.min(...told.map((one) => one.sinceMs)),
    forMs: forMs.includes(null) ? null : Math.max(...numbers(forMs)),
  };
}

function numbers(found: readonly (number | null)[]): number[] {
  return found.flatMap((ms) => ms ?? []);
}
