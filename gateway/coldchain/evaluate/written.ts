/** Times and numbers as they are written and read. */
import type { Calendar } from "../series/calendar.ts";

/** `2026-11-29T08:00:00+08:00`: the wall clock of a zone, and how far it is from UTC. */
export function moment(ms: number, calendar: Calendar): string {
  const offset = calendar.offsetMs(ms);
  const sign = offset < 0 ? "-" : "+";
  const whole = Math.round(Math.abs(offset) / 60_000);
  const two = (part: number) => String(part).padStart(2, "0");
  const wall = new Date(ms + offset).toISOString().replace(/\.000Z$|Z$/, "");
  return `${wall}${sign}${two(Math.floor(whole / 60))}:${two(whole % 60)}`;
}

/** `2026-11-29 08:00`: the wall clock of a zone, to the minute. */
export function wallOf(ms: number, calendar: Calendar): string {
  return moment(ms, calendar).slice(0, 16).replace("T", " ");
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

const TIME =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Milliseconds since 1970 UTC of a written time: with its distance from UTC, or as the clocks of
 * the zone showed it. `null`: it is none, or the zone's clocks left it out. Where they showed it
 * twice, the first.
 */
export function timeOf(text: string, calendar: Calendar): number | null {
  const found = TIME.exec(text.trim());
  if (found === null) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "", offset] = found;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const clock = [hour, minute, second].map(Number);
  // The 30th of February would be another day.
  const isDay = new Date(date).getUTCDate() === Number(day) && Number(month) <= 12;
  if (!isDay || clock[0] > 23 || clock[1] > 59 || clock[2] > 59) return null;
  const ms = date + ((clock[0] * 60 + clock[1]) * 60 + clock[2]) * 1000 +
    Math.round(Number(`0${fraction}`) * 1000);
  if (offset === undefined) return wallIn(ms, calendar);
  if (offset === "Z") return ms;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  return ms - (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

const DAY_MS = 86_400_000;

/** A wall time of a zone: by its distance from UTC a day before or behind, the earlier one. */
function wallIn(wallMs: number, calendar: Calendar): number | null {
  const before = wallMs - calendar.offsetMs(wallMs - DAY_MS);
  const behind = wallMs - calendar.offsetMs(wallMs + DAY_MS);
  const fits = [Math.min(before, behind), Math.max(before, behind)];
  return fits.find((ms) => ms + calendar.offsetMs(ms) === wallMs) ?? null;
}
