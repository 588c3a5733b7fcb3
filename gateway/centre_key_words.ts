/**
 * Words on new keys of centres: the one vouches for the other's, for whoever pins the key that is
 * replaced.
 */
import * as z from "zod";
import type { Entry } from "../sync/entry.ts";
import { parsePublicKey } from "../sync/identity.ts";
import { parseOrigin } from "../sync/origin.ts";
import { siteOf } from "../sync/stream.ts";
import { bodyOf, type Projection } from "./projection.ts";
import { putInto } from "./sql/put.ts";
import type { Transaction } from "./sql/sql.ts";
import type { Table } from "./sql/table.ts";

/** Body of a `centre-key` entry: what the centre that writes it says of the other. */
export const centreKeyBody = z.object({
  centre: z.string(),
  publicKey: z.string().refine((key) => parsePublicKey(key) !== null),
  /** All keys that it has had before: who pins another one believes nothing. */
  replaces: z.array(z.string()),
});
export type CentreKeyBody = z.infer<typeof centreKeyBody>;

export const CENTRE_KEY = "centre-key";

const table: Table = {
  name: "centrekeys",
  columns: { centre: "text", publickey: "text", replaced: "text", saidby: "text" },
  key: ["centre", "publickey", "replaced", "saidby"],
};
const put = putInto(table, { onConflict: "keep" });

/** At a county: what its own nodes say in `audit`; at a site: what they say in its stream. */
export function centreKeysOf(authorities: readonly string[]): Projection {
  return {
    name: "centre-keys",
    version: 1,
    tables: [table],
    apply: async (sql, entries) => {
      for (const entry of entries) {
        if (entry.kind !== CENTRE_KEY) continue;
        const node = parseOrigin(entry.origin)?.node;
        const counts = siteOf(entry.stream) !== null ||
          (entry.stream === "audit" && node !== undefined && authorities.includes(node));
        if (node !== undefined && counts) await applyOne(sql, entry, node);
      }
    },
  };
}

async function applyOne(sql: Transaction, entry: Entry, by: string): Promise<void> {
  const body = centreKeyBody.safeParse(bodyOf(entry));
  if (!body.success) return;
  const { centre, publicKey, replaces } = body.data;
  // The same key may stand in the list twice.
  await put(sql, [...new Set(replaces)].map((replaced) => [centre, publicKey, replaced, by]));
}

/** A centre's word that the other has a new key in place of one of before. */
export interface CentreKeyWord {
  readonly centre: string;
  readonly publicKey: string;
  readonly replaced: string;
  readonly by: string;
}

/** How a centre answers with the key that is pinned; `sinceMs`: on the timer of links. */
export type Answering =
  | { readonly kind: "answers" }
  /** It has not been asked yet. */
  | { readonly kind: "unknown" }
  /** What answers has another key. */
  | { readonly kind: "other-key" }
  | { readonly kind: "silent"; readonly sinceMs: number };

/** A centre that is silent for less may just be starting anew, with the key that it has. */
export const SILENT_MS = 600_000;

/**
 * Whether a word on a centre's key may be taken now: no word cuts off a centre that is well. What
 * a centre signs with a new key may come through the other while it does not answer itself.
 */
export function mayHaveNewKey(answering: Answering, nowMs: number): boolean {
  return answering.kind === "other-key" ||
    (answering.kind === "silent" && nowMs - answering.sinceMs >= SILENT_MS);
}

/**
 * All keys that a new one replaces, as believed centres say: whoever was away for two replacements
 * learns the key in between too, in whatever order it hears of them.
 */
export function replacedBy(
  { centre, publicKey }: Pick<CentreKeyWord, "centre" | "publicKey">,
  words: readonly CentreKeyWord[],
  isBelieved: (by: string) => boolean,
): string[] {
  return words.filter((word) =>
    word.centre === centre && word.publicKey === publicKey && word.by !== centre &&
    isBelieved(word.by)
  ).map(({ replaced }) => replaced);
}

/**
 * The word by which a pinned key is replaced, or `null`. A centre cannot vouch for itself, since
 * its key of before may be in other hands; and a key that was replaced never comes back.
 */
export function vouched(
  centre: string,
  { publicKey, earlierKeys = [] }: {
    readonly publicKey: string;
    readonly earlierKeys?: readonly string[];
  },
  words: readonly CentreKeyWord[],
  isBelieved: (by: string) => boolean,
): CentreKeyWord | null {
  return words.find((word) =>
    word.centre === centre && word.by !== centre && isBelieved(word.by) &&
    word.replaced === publicKey && word.publicKey !== publicKey &&
    !earlierKeys.includes(word.publicKey)
  ) ?? null;
}
