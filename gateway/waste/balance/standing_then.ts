/**
 * Where bags and manifests stood at a moment that is over: told anew of what had been written until
 * then, by the wall clocks of its writers.
 */
import type { Rows } from "../../sql/sql.ts";
import type { WasteEvent } from "../entry/event.ts";
import type { BagStanding } from "../life/bag.ts";
import { closureOf, type Standings } from "../life/closure.ts";
import { ledgerOf } from "../life/ledger.ts";
import { manifestsOf, type ManifestStanding } from "../manifest/manifest.ts";
import { StoredWords } from "../record/stored_words.ts";
import { DEFAULT_RULES } from "../rules.ts";

/** As the tables go by them. */
const RULES = DEFAULT_RULES;
/** Bags that are folded together: each has half a dozen entries. */
const BAGS_MAX = 200;

/** By their codes; what nobody had told of before that moment is not there. */
export async function bagsThen(
  rows: Rows,
  bags: readonly string[],
  beforeMs: number,
): Promise<Map<string, BagStanding>> {
  const found = new Map<string, BagStanding>();
  for (let at = 0; at < bags.length; at += BAGS_MAX) {
    const some = bags.slice(at, at + BAGS_MAX);
    const { bags: known } = ledgerOf(await eventsThen(rows, { bags: some }, beforeMs), RULES);
    for (const bag of some) {
      const standing = known.get(bag);
      if (standing !== undefined) found.set(bag, standing);
    }
  }
  return found;
}

export interface ManifestThen {
  readonly standing: ManifestStanding;
  /** What had left on it. */
  readonly bags: readonly BagStanding[];
}

/** `bags`: all that ever left on it. `null`: nobody had begun it. */
export async function manifestThen(
  rows: Rows,
  manifest: string,
  bags: readonly string[],
  beforeMs: number,
): Promise<ManifestThen | null> {
  const events = await eventsThen(rows, { bags, manifests: [manifest] }, beforeMs);
  const ledger = ledgerOf(events, RULES);
  const standing = manifestsOf(events, ledger).manifests.get(manifest);
  if (standing === undefined) return null;
  const left = [...ledger.bags.values()].filter((bag) => bag.manifest === manifest);
  return { standing, bags: left };
}

async function eventsThen(
  rows: Rows,
  about: Partial<Standings>,
  beforeMs: number,
): Promise<WasteEvent[]> {
  const events = await closureOf(about, new StoredWords(rows).events);
  return events.filter(({ time }) => time.wallMs < beforeMs);
}
