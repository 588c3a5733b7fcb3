/**
 * Entries by which the county releases what reviews rest on: documents in parts, and the switch
 * that names those in force together. They are in `record` of the centre where it was released,
 * for both centres, and in `to:SITE` for each site.
 */
import * as z from "zod";

export const RULES_PART = "rules-part";
export const RULES_SWITCH = "rules-switch";
/** An alarm: a node cannot read what was released, and goes on by what it had. */
export const RULES_REFUSED = "rules-refused";

/** What a document is: a signed pack, the county's drug list, a site's mapping, its registry. */
export const DOCUMENTS = ["pack", "drugs", "mapping", "registry"] as const;
export type DocumentKind = typeof DOCUMENTS[number];

/** Packs that are in force together, as a node's configuration has them at most. */
export const PACKS_MAX = 16;
export const MAPPINGS_MAX = 1000;

/** 256 KiB in base64: a few share a commit, and one passes a slow line in under a second. */
export const PART_LENGTH_MAX = 256 << 10;
/** More than the largest document packs to. */
export const PARTS_MAX = 400;

const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const partBody = z.strictObject({
  /** SHA-256 of the document's text, and of the packed bytes, of which this is a part. */
  document: hash,
  packed: hash,
  what: z.enum(DOCUMENTS),
  /** From 0. */
  part: z.int().min(0).max(PARTS_MAX - 1),
  parts: z.int().min(1).max(PARTS_MAX),
  /** Of the document's bytes, packed with zstd, in base64. */
  data: z.string().max(PART_LENGTH_MAX),
});
export type PartBody = z.infer<typeof partBody>;

/** Identity of a pack, by which verdicts name it, and its signed document. */
const packNamed = z.strictObject({ identity: hash, document: hash });

export const switchBody = z.strictObject({
  /** H(number, packs, drugs, mappings, registry, from, by): one release, one id. */
  id: hash,
  /** Grows with each release; of two with one number the greater id counts. */
  number: z.int().min(1),
  packs: z.array(packNamed).min(1).max(PACKS_MAX),
  drugs: hash,
  /** At a site, that of its own. */
  mappings: z.array(z.strictObject({ site: z.string().min(1).max(64), document: hash }))
    .max(MAPPINGS_MAX),
  registry: hash.nullable(),
  /** In force from this moment on, milliseconds since 1970 UTC. */
  fromMs: z.int(),
  /** Whoever released it, and what for. */
  by: z.string().max(400),
  note: z.string().max(400),
});
export type SwitchBody = z.infer<typeof switchBody>;

export const refusedBody = z.strictObject({
  release: hash,
  number: z.int(),
  reason: z.string().max(2000),
});

/** Hashes of all documents that a switch names. */
export function documentsOf({ packs, drugs, mappings, registry }: SwitchBody): string[] {
  const named = [
    ...packs.map(({ document }) => document),
    drugs,
    ...mappings.map(({ document }) => document),
    ...(registry === null ? [] : [registry]),
  ];
  return [...new Set(named)];
}
