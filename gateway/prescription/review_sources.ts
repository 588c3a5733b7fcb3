/** What reviews rest on: packs, drug list, mappings, registry and the key of histories. */
import type { PrescriptionConfig } from "../config.ts";
import { type DrugList, parseDrugList } from "./drug_list.ts";
import { type Mapping, parseMapping } from "./mapping.ts";
import { Shelf } from "./pack/shelf.ts";
import { loadPack } from "./pack/signed_pack.ts";
import { parseRegistry, type Registry } from "./registry.ts";

export interface ReviewSources {
  readonly shelf: Shelf;
  /** Identities of the packs that are in force, in the order of their names. */
  readonly packs: readonly string[];
  readonly drugs: DrugList;
  /** By the site whose codes they are of. */
  readonly mappings: ReadonlyMap<string, Mapping>;
  /** `null`: nobody knows what prescribers may (P14). */
  readonly registry: Registry | null;
  readonly patientKey: Uint8Array;
}

/** A set is replaced as a whole: a review takes it once, and sees one or the other. */
export interface SourcesInForce {
  readonly now: ReviewSources;
  /** Resolves once what was in force before a start is so again: nothing is reviewed before. */
  readonly ready: Promise<void>;
}

/**
 * Those of a node's configuration, which a county begins with. Throws an error that names the file,
 * and what is to be done.
 */
export function readSources(config: PrescriptionConfig): ReviewSources {
  const shelf = new Shelf();
  const packs = config.packs.map((file) => {
    const pack = loadPack(textOf("packs", file), (signer) => config.signers.includes(signer));
    shelf.add(pack);
    return pack.identity;
  });
  shelf.switchTo(packs);
  const drugs = parseDrugList(textOf("drugs", config.drugs), config.drugs);
  const mappings = new Map<string, Mapping>();
  for (const file of config.mappings) {
    const mapping = parseMapping(textOf("mappings", file), drugs, file);
    if (mappings.has(mapping.site)) {
      throw new Error(`Cannot use the mapping "${file}": another one is of "${mapping.site}"`);
    }
    mappings.set(mapping.site, mapping);
  }
  const registry = config.registry === undefined
    ? null
    : parseRegistry(textOf("registry", config.registry), config.registry);
  const patientKey = keyIn(config.patientKeyFile);
  return { shelf, packs: shelf.inForce, drugs, mappings, registry, patientKey };
}

/** Of a site that has none: every code is unknown, so that nothing passes. */
export function mappingFor({ mappings }: ReviewSources, site: string): Mapping {
  return mappings.get(site) ?? {
    name: "none",
    site,
    version: "none",
    issued: "",
    asIs: new Set(),
    codes: NO_CODES,
  };
}

const NONE: ReadonlyMap<string, string> = new Map();
const NO_CODES = {
  drugs: NONE,
  routes: NONE,
  frequencies: NONE,
  units: NONE,
  diagnoses: NONE,
  allergies: NONE,
} satisfies Mapping["codes"];

const KEY = /^[0-9a-f]{64}$/i;

function keyIn(file: string): Uint8Array {
  const text = textOf("patientKeyFile", file).trim();
  if (!KEY.test(text)) {
    throw new Error(
      `Cannot use prescription.patientKeyFile "${file}": want 64 hexadecimal digits, ` +
        "the same at all nodes of the county; `openssl rand -hex 32` makes some",
    );
  }
  return Uint8Array.fromHex(text);
}

function textOf(setting: string, file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read prescription.${setting} "${file}": ${found}`, { cause });
  }
}
