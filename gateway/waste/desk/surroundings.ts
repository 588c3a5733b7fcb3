/** The ledger of what an act concerns, of all that the tables hold about it. */
import type { Rows } from "../../sql/sql.ts";
import { BAGS_MAX, type Custodian } from "../entry/subject.ts";
import { closureOf } from "../life/closure.ts";
import { type Ledger, ledgerOf } from "../life/ledger.ts";
import { manifestsOf, type ManifestStanding } from "../manifest/manifest.ts";
import { StoredWords } from "../record/stored_words.ts";
import { insideOf, SELECTS } from "../record/waste_reads.ts";
import { heldIn } from "../record/watched.ts";
import type { WasteRules } from "../rules.ts";

export interface Concerned {
  readonly bags?: readonly string[];
  readonly loads?: readonly string[];
  /** With what left on them, and what their drafts name. */
  readonly manifests?: readonly string[];
  /** All that this one holds, too. */
  readonly heldBy?: Custodian;
}

export interface Around {
  readonly ledger: Ledger;
  readonly manifests: ReadonlyMap<string, ManifestStanding>;
  readonly stored: StoredWords;
}

export async function around(
  rows: Rows,
  { bags = [], loads = [], manifests = [], heldBy }: Concerned,
  rules: WasteRules,
): Promise<Around> {
  const stored = new StoredWords(rows);
  const drafts = (await stored.events(manifests.map((manifest) => `manifest/${manifest}`)))
    .flatMap((event) => event.kind === "waste-manifest" ? [event.body] : []);
  const inside = await insideOf(rows, [...loads, ...drafts.flatMap((draft) => draft.loads)]);
  const held = heldBy === undefined ? [] : await heldIn(rows, heldBy);
  const drafted = drafts.flatMap((draft) => draft.bags);
  const own = [...bags, ...drafted, ...inside.bags, ...held.map(({ bag }) => bag)];
  const on = await bagsOn(rows, manifests);
  const events = await closureOf({
    bags: [...new Set([...own, ...on])],
    loads: inside.loads,
    manifests,
  }, stored.events);
  const ledger = ledgerOf(events, rules);
  return { ledger, manifests: manifestsOf(events, ledger).manifests, stored };
}

async function bagsOn(rows: Rows, manifests: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const manifest of manifests) {
    for (const row of await rows.rows(SELECTS.onManifest, [manifest, 2 * BAGS_MAX])) {
      const standing: { readonly bag: string } = JSON.parse(row.text("standing"));
      found.push(standing.bag);
    }
  }
  return found;
}
