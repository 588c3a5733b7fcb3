/**
 * How long what is written about waste is to be kept (rule W8), as pages tell it. Nothing deletes
 * it before: counties keep all for ever, and a site keeps its own until both of them have it.
 */
import type { WasteKind } from "./entry/event.ts";
import type { ManifestStanding } from "./manifest/manifest.ts";
import type { WasteRules } from "./rules.ts";

/** The manifest's data, the ledger 台账 of hazardous waste, the institution's register 登记. */
export type Kept = "manifest" | "ledger" | "register";

/** All of a bag's life is in the register and the ledger: the longer time counts. */
export const KEPT_AS: Readonly<Record<WasteKind, readonly Kept[]>> = {
  "waste-sealed": ["register", "ledger", "manifest"],
  "waste-weighed": ["register", "ledger", "manifest"],
  "waste-boxed": ["register", "ledger", "manifest"],
  "waste-handover": ["register", "ledger"],
  "waste-stored": ["register", "ledger"],
  "waste-departed": ["register", "ledger", "manifest"],
  "waste-received": ["register", "ledger", "manifest"],
  "waste-disposed": ["register", "ledger", "manifest"],
  "waste-manifest": ["manifest"],
  "waste-manifest-number": ["manifest"],
  "waste-confirmation": ["register", "ledger", "manifest"],
  "waste-reversal": ["register", "ledger", "manifest"],
  "waste-resolution": ["register", "ledger", "manifest"],
};

export function yearsKept(kind: WasteKind, rules: WasteRules): number {
  const years: Readonly<Record<Kept, number>> = {
    manifest: rules.manifestYears.value,
    ledger: rules.ledgerYears.value,
    register: rules.registerYears.value,
  };
  return Math.max(...KEPT_AS[kind].map((kept) => years[kept]));
}

/**
 * Until when an entry is kept, milliseconds since 1970 UTC: so many years later on the calendar,
 * from 29 February on to 1 March.
 */
export function keptUntil(kind: WasteKind, wallMs: number, rules: WasteRules): number {
  const until = new Date(wallMs);
  until.setUTCFullYear(until.getUTCFullYear() + yearsKept(kind, rules));
  return until.getTime();
}

/** The same of a whole manifest: by the last that was written of it; `null`: it is a draft. */
export function manifestKeptUntil(
  { departed, received, disposed }: Pick<ManifestStanding, "departed" | "received" | "disposed">,
  rules: WasteRules,
): number | null {
  const events = [...departed === null ? [] : [departed], ...received, ...disposed];
  if (events.length === 0) return null;
  return Math.max(...events.map(({ kind, time }) => keptUntil(kind, time.wallMs, rules)));
}
