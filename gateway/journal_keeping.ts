/** What may leave the journal of a node, by what it is (G2, C11). */
import type { Retention } from "../sync/journal_retention.ts";

/** Both have to have what leaves a site's disk: with one configured nothing does. */
const CENTRES = 2;
const DAY_MS = 86_400_000;

export interface Keeping {
  readonly role: "site" | "county";
  readonly retentionDays: number;
  /** Centres that are configured. */
  readonly centres: readonly string[];
  /** Those of them that an operator declared lost. */
  readonly lost: ReadonlySet<string>;
}

/**
 * `null`: nothing may. A county keeps for ever what it was given, longer than any law asks for; a
 * site keeps its entries for the time that is configured, and until both centres have them. Of a
 * centre that is declared lost no receipt is waited for, but one there has to be.
 */
export function whatMayGo(
  { role, retentionDays, centres, lost }: Keeping,
): Pick<Retention, "centres" | "keepOwnMs" | "keepOthersMs"> | null {
  if (role !== "site" || centres.length < CENTRES) return null;
  const asked = centres.filter((centre) => !lost.has(centre));
  const keepMs = retentionDays * DAY_MS;
  return asked.length === 0 ? null : { centres: asked, keepOwnMs: keepMs, keepOthersMs: keepMs };
}
