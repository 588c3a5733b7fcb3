/**
 * How long what is written about sterile supply is kept at least (S6), as its records tell it.
 * Nothing deletes it before: counties keep all for ever, and a site keeps its own until both of
 * them have it. A verdict's curve or print-out is an entry, too, and kept as long.
 */
import type { RulesInForce } from "./rules.ts";

/** WS 310.3-2016, records; where a county's rules say nothing of it. */
const YEARS = 3;

/**
 * Until when, milliseconds since 1970 UTC: so many years later on the calendar, from 29 February on
 * to 1 March.
 */
export function keptUntil(wallMs: number, rules: RulesInForce): number {
  const until = new Date(wallMs);
  until.setUTCFullYear(until.getUTCFullYear() + (rules.one("retention")?.years ?? YEARS));
  return until.getTime();
}
