/** A series from rows of time and temperature, as loggers and spreadsheets write them. */
import type { Calendar } from "../series/calendar.ts";
import { loggerSample, type Sample } from "../series/sample.ts";
import { timeOf } from "./written.ts";

/** Three years of minutes are 1.6 million; as many again for a probe that tells every 30 s. */
export const ROWS_MAX = 4_000_000;
/** So many faults are told at once. */
const FAULTS_MAX = 20;
const CELSIUS_MIN = -273.15;
const CELSIUS_MAX = 200;

export type CsvSeries =
  | { readonly kind: "series"; readonly samples: readonly Sample[]; readonly intervalMs: number }
  /** Each names line, column and the fix. */
  | { readonly kind: "faulty"; readonly faults: readonly string[] };

export interface CsvReading {
  /** Of times without their distance from UTC. */
  readonly calendar: Calendar;
  /** Values that the logger writes for a broken sensor, beside empty fields and `--.-`. */
  readonly faultValues: readonly number[];
}

/**
 * Commas, semicolons or tabs; a first line that begins with no time is a header; lines that begin
 * with `#` are passed over. Comma decimals where the separator is none. Rows may come in any order;
 * the same row twice counts once, two values at one time are a fault. The interval is the median
 * of the distances between rows.
 */
export function csvSeries(text: string, { calendar, faultValues }: CsvReading): CsvSeries {
  const faults: string[] = [];
  const rows = new Map<number, { readonly celsius: number | null; readonly line: number }>();
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const separator = separatorOf(lines);
  let isFirst = true;
  for (const [index, content] of lines.entries()) {
    if (content.trim() === "" || content.startsWith("#")) continue;
    const [time, celsius] = content.split(separator).map(unquoted);
    const isHeader = isFirst && !/^\d/.test(time);
    isFirst = false;
    if (isHeader) continue;
    const line = index + 1;
    const read = rowOf(time, celsius, separator, { calendar, faultValues });
    if (typeof read === "string") {
      if (faults.push(`line ${line}: ${read}`) >= FAULTS_MAX) break;
      continue;
    }
    const known = rows.get(read.ms);
    if (known !== undefined && known.celsius !== read.celsius) {
      faults.push(
        `line ${line}, time: line ${known.line} has another temperature for it; keep one`,
      );
      if (faults.length >= FAULTS_MAX) break;
    }
    rows.set(read.ms, { celsius: read.celsius, line });
    if (rows.size > ROWS_MAX) return faulty([`more than ${ROWS_MAX} rows; cut the file in parts`]);
  }
  if (faults.length > 0) return faulty(faults);
  if (rows.size === 0) {
    return faulty(["no row has a time and a temperature; want time,temperature"]);
  }
  const samples = [...rows].sort(([one], [other]) => one - other)
    .map(([ms, { celsius }]) => loggerSample(ms, celsius));
  return { kind: "series", samples, intervalMs: medianDistance(samples) };
}

function faulty(faults: readonly string[]): CsvSeries {
  return { kind: "faulty", faults };
}

/** The one that the first row of data has. */
function separatorOf(lines: readonly string[]): string {
  const row = lines.find((line) => /^"?\d/.test(line)) ?? "";
  return ["\t", ";"].find((one) => row.includes(one)) ?? ",";
}

function unquoted(field: string): string {
  const trimmed = field.trim();
  return /^".*"$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}

function rowOf(
  time: string,
  celsius: string | undefined,
  separator: string,
  { calendar, faultValues }: CsvReading,
): { readonly ms: number; readonly celsius: number | null } | string {
  const ms = timeOf(time, calendar);
  if (ms === null) {
    return `time "${
      shown(time)
    }" is none; write it as 2026-11-29 08:00 or 2026-11-29T08:00:00+08:00`;
  }
  if (celsius === undefined) return `temperature is missing; want two columns: time, temperature`;
  if (celsius === "" || /^-+\.?-*$/.test(celsius)) return { ms, celsius: null };
  const plain = separator === "," ? celsius : celsius.replace(",", ".");
  const value = /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
  if (faultValues.includes(value)) return { ms, celsius: null };
  if (!(value >= CELSIUS_MIN && value <= CELSIUS_MAX)) {
    return `temperature "${shown(celsius)}" is no number of °C from ${CELSIUS_MIN} to ` +
      `${CELSIUS_MAX}; leave it empty where the sensor was at fault`;
  }
  return { ms, celsius: value };
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

const MINUTE_MS = 60_000;

function medianDistance(samples: readonly Sample[]): number {
  const distances = samples.slice(1).map(({ wallMs }, index) => wallMs - samples[index].wallMs)
    .sort((one, other) => one - other);
  return distances[Math.floor((distances.length - 1) / 2)] ?? MINUTE_MS;
}
