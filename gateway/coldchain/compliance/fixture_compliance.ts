/** Units of a day or a month, with what was told of them, against the rules. */
import { periodOf } from "../../report/period.ts";
import type { SiteCopies } from "../../site_copies.ts";
import { type ColdEvent, coldEventOf, type ColdKind, ofKind } from "../life/event.ts";
import { NURSE, OF_UNIT, type Otherwise, SITE, unitBodyOf } from "../life/fixture_life.ts";
import { MINUTE_MS, minutes, SHANGHAI, toldOf } from "../series/fixture_series.ts";
import type { Sample } from "../series/sample.ts";
import { datesText } from "./reason.ts";
import { daysOut, mayBeFarApart } from "./records_out.ts";
import { type UnitCompliance, unitCompliance, type UnitHistory } from "./unit_compliance.ts";
import { pointKey } from "./watched.ts";

/** Midnight in Shanghai. */
export const at = (time: string) => Date.parse(`${time.replace(" ", "T")}:00+08:00`);
export const LONG_AGO = at("2026-01-01 00:00");
export const PROBE = { device: "thermometer", point: "temperature" };

let count = 0;
export function told(kind: ColdKind, timeMs: number, body: Otherwise): ColdEvent {
  const place = `${SITE}.1-0/record/${++count}`;
  return coldEventOf(kind, { id: `e${count}`, ...body }, { place, node: SITE, timeMs });
}

export const unit = (timeMs = LONG_AGO, more: Otherwise = {}) =>
  told("cold-unit", timeMs, unitBodyOf(more));

export const calibrated = (calibratedOn = "2026-01-01", validUntil = "2026-12-31") =>
  told("cold-calibration", LONG_AGO, {
    ...{ site: SITE, probe: "probe-1", calibratedOn, validUntil, certificate: "K1", by: NURSE },
    points: [{ reference: 5, error: 0.1 }],
  });

export const reading = (time: string, more: Otherwise = {}) =>
  told("cold-reading", at(time), { ...OF_UNIT, takenMs: at(time), celsius: 5, by: NURSE, ...more });

export interface Told {
  readonly words?: readonly ColdEvent[];
  /** Values of minutes from this moment on. */
  readonly from?: string;
  readonly values?: readonly (number | null)[];
  /** In place of the values. */
  readonly samples?: readonly Sample[];
  readonly calibrations?: readonly ColdEvent[];
  readonly readings?: readonly ColdEvent[];
  readonly episodes?: UnitHistory["episodes"];
  readonly watch?: readonly ColdEvent[];
  readonly copies?: SiteCopies;
  readonly asOf?: string;
}

/** All is at both centres. */
export const COPIED: SiteCopies = {
  centres: ["county-a", "county-b"].map((centre) => ({ centre, untilMs: at("2030-01-01 00:00") })),
  nowMs: at("2030-01-01 00:00"),
};

/** A unit of one probe; each minute, with the rules of the platform, where its words say so. */
export function rowOf(period: string, given: Told = {}): UnitCompliance | null {
  const found = periodOf(period);
  if (found === null) throw new Error("This is no period");
  const { words = [unit()], from = `${found.dates[0]} 00:00`, values } = given;
  const samples = given.samples ??
    minutes(values ?? steady((found.toMs - found.fromMs) / MINUTE_MS), at(from));
  const [{ body: { rules, intervalSeconds } }] = ofKind(words, "cold-unit");
  const intervalMs = intervalSeconds * 1000;
  const { days: told } = toldOf(samples, { rules, intervalMs, calendar: SHANGHAI });
  const days = found.dates.map((date) => SHANGHAI.dayOf(at(`${date} 00:00`)));
  const outside = mayBeFarApart({ intervalMs })
    ? daysOut(told, days).map(({ date }) => ({ date, samples }))
    : [];
  return unitCompliance({
    ...OF_UNIT,
    words: ofKind(words, "cold-unit"),
    days: new Map([[pointKey(PROBE), told]]),
    outside: new Map([[pointKey(PROBE), outside]]),
    calibrations: given.calibrations ?? [calibrated()],
    readings: given.readings ?? [],
    episodes: given.episodes ?? [],
    watch: given.watch ?? [],
    copies: given.copies ?? COPIED,
  }, {
    days,
    asOfMs: given.asOf === undefined ? found.toMs : at(given.asOf),
    calendar: SHANGHAI,
  });
}

export function steady(count: number, celsius = 5): number[] {
  return Array.from({ length: count }, () => celsius);
}

export const reasonsOf = (row: UnitCompliance | null) =>
  row?.reasons.map(({ kind, rule, dates }) => `${kind} ${rule} ${datesText(dates)}`);
