/** Times and numbers as they are written and read. */

/** `2026-11-29T08:00:00+08:00`: the wall clock of a zone, and how far it is from UTC. */
export function moment(ms: number, zone: string): string {
  const offset = offsetMs(ms, zone);
  const sign = offset < 0 ? "-" : "+";
  const whole = Math.round(Math.abs(offset) / 60_000);
  const two = (part: number) => String(part).padStart(2, "0");
  const wall = new Date(ms + offset).toISOString().replace(/\.000Z$|Z$/, "");
  return `${wall}${sign}${two(Math.floor(whole / 60))}:${two(whole % 60)}`;
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
export function timeOf(text: string, zone: string): number | null {
  const found = TIME.exec(text.trim());
  if (found === null) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "", offset] = found;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const wall = Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5]);
  if (new Date(wall).toISOString().slice(0, 19) !== isoWall(parts)) return null;
  const ms = wall + Math.round(Number(`0${fraction}`) * 1000);
  if (offset === undefined) return wallIn(ms, zone);
  if (offset === "Z") return ms;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  return ms - (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function isoWall([year, ...rest]: readonly number[]): string {
  const [month, day, hour, minute, second] = rest.map((part) => String(part).padStart(2, "0"));
  return `${String(year).padStart(4, "0")}-${month}-${day}T${hour}:${minute}:${second}`;
}

const DAY_MS = 86_400_000;

/** A wall time of a zone: by its distance from UTC a day before or behind, the earlier one. */
function wallIn(wallMs: number, zone: string): number | null {
  const fits = [wallMs - DAY_MS, wallMs + DAY_MS].map((ms) => wallMs - offsetMs(ms, zone))
    .filter((ms) => ms + offsetMs(ms, zone) === wallMs);
  return fits.length === 0 ? null : Math.min(...fits);
}

const QUARTER_MS = 900_000;
/** Three years of quarters of an hour. */
const OFFSETS_MAX = 105_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/**
 * How far the clocks of a zone are ahead of UTC. They change at quarters of an hour of UTC only
 * (IANA time zone database, since 1972), so that a file's rows ask once for each.
 */
function offsetMs(ms: number, zone: string): number {
  const quarter = Math.floor(ms / QUARTER_MS);
  const key = `${zone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= OFFSETS_MAX) offsets.clear();
  const offset = askedOffsetMs(quarter * QUARTER_MS, zone);
  offsets.set(key, offset);
  return offset;
}

function askedOffsetMs(ms: number, zone: string): number {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(ms / 1000) * 1000;
}
