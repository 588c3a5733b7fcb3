/** What an operator releases, checked as a whole before anything of it is written. */
import * as z from "zod";
import { DataFileError } from "../data_file.ts";
import { parseDrugList } from "../drug_list.ts";
import { parseMapping } from "../mapping.ts";
import { PackError } from "../pack/document.ts";
import { loadPack } from "../pack/signed_pack.ts";
import { parseRegistry } from "../registry.ts";
import { contentHash, DOCUMENT_BYTES_MAX, ReleaseError } from "./parts.ts";
import { type DocumentKind, MAPPINGS_MAX, PACKS_MAX, type SwitchBody } from "./release_entries.ts";

/** A file's name, for messages, and its text. */
const file = z.strictObject({
  file: z.string().min(1).max(1000),
  text: z.string().max(DOCUMENT_BYTES_MAX),
});
type ReleaseFile = z.infer<typeof file>;

/** What is not given stays as it was released last. */
export const releaseRequest = z.strictObject({
  packs: z.array(file).min(1).max(PACKS_MAX).optional()
    .describe("Signed packs, all that are to be in force"),
  drugs: file.optional().describe("The county's drug list"),
  mappings: z.array(file).max(MAPPINGS_MAX).default([])
    .describe("Mappings of sites; those of other sites stay as they are"),
  registry: file.optional().describe("Prescribers, pharmacists, clinics"),
  from: z.iso.datetime({ offset: true }).optional().describe("In force from then on; none: now"),
  note: z.string().max(400).default("").describe("What for, for the auditor"),
});
export type ReleaseRequest = z.infer<typeof releaseRequest>;

interface Document {
  readonly what: DocumentKind;
  readonly text: string;
}

export interface CheckedRelease {
  readonly named: Pick<SwitchBody, "packs" | "drugs" | "mappings" | "registry">;
  /** By their hashes. */
  readonly documents: ReadonlyMap<string, Document>;
}

export interface CheckParts {
  readonly signers: readonly string[];
  /** Of the release before; `null`: this is the first. */
  readonly before: SwitchBody | null;
  /** Text of a document of that. */
  readonly textOf: (document: string) => Promise<string>;
}

/**
 * Verifies and compiles each pack and runs its cases, reads list, mappings and registry, and tries
 * them against each other. Throws {@link ReleaseError} with file, field and fault.
 */
export async function checkedRelease(
  request: ReleaseRequest,
  { signers, before, textOf }: CheckParts,
): Promise<CheckedRelease> {
  const documents = new Map<string, Document>();
  const keep = (what: DocumentKind, text: string) => {
    const document = contentHash(text);
    documents.set(document, { what, text });
    return document;
  };
  const stored = async (what: string, document: string): Promise<ReleaseFile> => ({
    file: `${what} of release ${before?.number}`,
    text: await textOf(document),
  });
  const packFiles = request.packs ?? await Promise.all(
    (before ?? wanting("packs")).packs.map(({ document }) => stored("a pack", document)),
  );
  const packs = packFiles.map(({ file, text }) => {
    const { identity, reviewer } = read(file, () => loadPack(text, (key) => signers.includes(key)));
    return { file, name: reviewer.pack.head.name, identity, document: keep("pack", text) };
  });
  noneTwice(packs, ({ name }) => name, "pack");
  const drugsFile = request.drugs ??
    await stored("the drug list", (before ?? wanting("drugs")).drugs);
  const list = read(drugsFile.file, () => parseDrugList(drugsFile.text, drugsFile.file));
  const given = request.mappings.map(({ file, text }) => {
    const { site } = read(file, () => parseMapping(text, list, file));
    return { file, site, document: keep("mapping", text) };
  });
  noneTwice(given, ({ site }) => site, "mapping");
  const others = (before?.mappings ?? []).filter(({ site }) =>
    given.every((one) => one.site !== site)
  );
  for (const { site, document } of others) {
    // What the list has dropped shows here, and not at the site.
    const { file, text } = await stored(`the mapping of "${site}"`, document);
    read(file, () => parseMapping(text, list, file));
    keep("mapping", text);
  }
  if (given.length + others.length === 0) wanting("mappings");
  if (given.length + others.length > MAPPINGS_MAX) {
    throw new ReleaseError(`Cannot release mappings of more than ${MAPPINGS_MAX} sites`);
  }
  const registryFile = request.registry ??
    (before === null || before.registry === null
      ? null
      : await stored("the registry", before.registry));
  if (registryFile !== null) {
    read(registryFile.file, () => parseRegistry(registryFile.text, registryFile.file));
  }
  return {
    named: {
      packs: packs.map(({ identity, document }) => ({ identity, document })),
      drugs: keep("drugs", drugsFile.text),
      mappings: [...given, ...others].map(({ site, document }) => ({ site, document }))
        .toSorted((one, other) => one.site < other.site ? -1 : 1),
      registry: registryFile === null ? null : keep("registry", registryFile.text),
    },
    documents,
  };
}

function wanting(field: string): never {
  throw new ReleaseError(
    `Cannot release without ${field}: nothing was released before; the first release has packs, ` +
      "drugs and the mapping of a site at least",
  );
}

function read<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const isRefused = cause instanceof PackError || cause instanceof DataFileError;
    if (!isRefused) throw cause;
    const text = cause.message.includes(file) ? cause.message : `${file}: ${cause.message}`;
    throw new ReleaseError(text, { cause });
  }
}

function noneTwice<T extends { readonly file: string }>(
  all: readonly T[],
  nameOf: (one: T) => string,
  what: string,
): void {
  const met = new Map<string, string>();
  for (const one of all) {
    const before = met.get(nameOf(one));
    if (before !== undefined) {
      throw new ReleaseError(
        `Cannot release "${one.file}": the ${what} of "${nameOf(one)}" is in "${before}" too`,
      );
    }
    met.set(nameOf(one), one.file);
  }
}
