/** Which tests of a steriliser speak for or against what it ran, without reading all of them. */
import type { Rows } from "../../sql/sql.ts";
import type { RulesInForce } from "../rules.ts";
import type { Ran } from "../supply/ran.ts";
import { indicatorBody } from "../supply/supply_body.ts";
import type { TestedBefore } from "./around.ts";
import { keyOf } from "./sterile_entry.ts";
import { LAST_PLACE, type PlacedCycle, placedCycle, SELECTS } from "./sterile_reads.ts";

const DAY_MS = 86_400_000;
/** Of a steriliser in a day: one in ten minutes. */
export const CYCLES_OF_DAY_MAX = 144;
/** Years of a busy steriliser. */
const CYCLES_MAX = 10_000;

/**
 * Bowie-Dick tests count for so many days by the rule, and are found by the places of their cycles
 * and how long before they ran; of biological ones each may count until the next, and all are read.
 */
export function testedBy(rows: Rows, site: string, rules: RulesInForce): TestedBefore {
  const days = rules.one("bowie-dick")?.days ?? 1;
  return async (steriliser, at) => {
    // Nothing has run that a test could speak for.
    if (at.length === 0) return [];
    const places = at.map(placeOf).sort(([life, seq], other) => life - other[0] || seq - other[1]);
    const [first, last] = [places[0], places[places.length - 1]];
    const of = [site, steriliser];
    const [before, since, indicators] = await Promise.all([
      rows.rows(SELECTS.placedBefore, [...of, ...first, days * CYCLES_OF_DAY_MAX]),
      rows.rows(SELECTS.placedFrom, [...of, ...first, ...last, CYCLES_MAX]),
      rows.rows(SELECTS.indicators, [site, keyOf.tests(steriliser)]),
    ]);
    const near = [...before, ...since].map(placedCycle)
      .filter((cycle) => at.some((one) => isNear(cycle, one, days)));
    const biological = indicators.map((row) =>
      indicatorBody.parse(JSON.parse(row.text("body"))).cycle
    );
    const names = new Set([...near.map(({ cycle }) => cycle), ...biological]);
    return [...names].map(keyOf.cycle);
  };
}

function placeOf({ life, seq }: Ran): readonly [life: number, seq: number] {
  return Number.isFinite(life) ? [life, seq] : LAST_PLACE;
}

/** Whether it may be of the days for which a test counts: as its age is told, and a day more. */
function isNear({ started }: PlacedCycle, { started: at }: Ran, days: number): boolean {
  const apart = started.bootId === at.bootId
    ? at.bootMs - started.bootMs
    : at.wallMs - started.wallMs;
  return Math.abs(apart) <= (days + 1) * DAY_MS;
}
