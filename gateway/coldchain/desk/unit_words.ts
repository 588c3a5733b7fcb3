/** Entries by which a site says what its configuration says of units and calibrations. */
import { entryId } from "../../collected_entry.ts";
import { personsTold, type Telling } from "../../notifications/persons.ts";
import { type ColdchainConfig, rulesOfUnit, type UnitConfig } from "../coldchain_config.ts";
import type { CalibrationBody } from "../life/calibration_body.ts";
import type { UnitBody } from "../life/unit_body.ts";

/** Of one unit. */
const RECIPIENTS_MAX = 50;

/** Who says it: whoever wrote the file. */
const CONFIGURATION = { id: "configuration" };

/** Units that are to be told: new and changed ones, and those that are gone, of those `known`. */
export function unitWords(
  site: string,
  { units }: ColdchainConfig,
  telling: Telling,
  known: readonly UnitBody[],
  nowMs: number,
): UnitBody[] {
  const before = new Map(known.map((unit) => [unit.unit, unit]));
  const wanted = units.map((unit) => unitBodyOf(site, unit, telling));
  const changed = wanted.filter((body) => !isSame(before.get(body.unit), body));
  const names = new Set(units.map(({ id }) => id));
  const gone = known.filter(({ unit, by, retired }) =>
    !retired && by.id === CONFIGURATION.id && !names.has(unit)
  ).map((body) => ({ ...body, retired: true }));
  return [...changed, ...gone].map((body) => ({
    ...body,
    id: entryId("cold-unit", site, body.unit, nowMs),
  }));
}

function unitBodyOf(site: string, unit: UnitConfig, telling: Telling): UnitBody {
  const { id, name, form, intervalSeconds, manual, probes, roles } = unit;
  return {
    id: "",
    site,
    unit: id,
    name,
    form,
    probes: probes.map(({ id, device, point }) => ({ id, device, point })),
    rules: [...rulesOfUnit(unit)],
    intervalSeconds,
    manual,
    recipients: personsTold(telling, { roles, site })
      .flatMap(({ id, levels }) => levels.map((level) => ({ id, level })))
      .slice(0, RECIPIENTS_MAX),
    retired: false,
    by: CONFIGURATION,
  };
}

function isSame(known: UnitBody | undefined, wanted: UnitBody): boolean {
  return known !== undefined && JSON.stringify({ ...known, id: "" }) === JSON.stringify(wanted);
}

/** Calibrations that the configuration names; each has one id wherever it is said. */
export function calibrationWords(site: string, { units }: ColdchainConfig): CalibrationBody[] {
  return units.flatMap(({ probes }) => probes).flatMap(({ id: probe, calibration }) => {
    if (calibration === undefined) return [];
    const { on, until, certificate, points } = calibration;
    const what = { probe, calibratedOn: on, validUntil: until, certificate, points };
    const id = entryId("cold-calibration", site, JSON.stringify(what));
    return [{ id, site, ...what, by: CONFIGURATION }];
  });
}
