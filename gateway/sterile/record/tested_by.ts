/** Which tests of a steriliser speak for or against what it ran, without reading all of them. */
import type { Rows } from "../../sql/sql.ts";
import type { RulesInForce } from "../rules.ts";
import { indicatorBody } from "../supply/supply_body.ts";
import type { TestedBefore } from "./around.ts";
import { keyOf } from "./sterile_entry.ts";
import { SELECTS } from "./sterile_reads.ts";

const DAY_MS = 86_400_000;
/** Years of a busy steriliser. */
const CYCLES_MAX = 10_000;

/**
 * Bowie-Dick tests count for so many days by the rule, and are found by when their cycles began;
 * of biological ones each may count until the next, and all are read.
 */
export function testedBy(rows: Rows, site: string, rules: RulesInForce): TestedBefore {
  const days = rules.one("bowie-dick")?.days ?? 1;
  return async (steriliser, fromMs) => {
    // Nothing has run that a test could speak for.
    if (!Number.isFinite(fromMs)) return [];
    // Those that began later by the wall clock may have run before, if the clock was set since.
    const sinceMs = fromMs - (days + 1) * DAY_MS;
    const asked = [site, steriliser, sinceMs, Number.MAX_SAFE_INTEGER, CYCLES_MAX];
    const [cycles, indicators] = await Promise.all([
      rows.rows(SELECTS.cyclesOfDevice, asked),
      rows.rows(SELECTS.indicators, [site, keyOf.tests(steriliser)]),
    ]);
    const biological = indicators.map((row) =>
      indicatorBody.parse(JSON.parse(row.text("body"))).cycle
    );
    const names = new Set([...cycles.map((row) => row.text("cycle")), ...biological]);
    return [...names].map(keyOf.cycle);
  };
}
