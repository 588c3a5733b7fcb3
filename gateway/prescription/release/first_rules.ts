/** `tributary rules begin`: all files that a county reviews by at first, of the program's packs. */
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { NODE_NAME } from "../../../sync/origin.ts";
import { CommandError, UsageError } from "../../commands/local_api.ts";
import { shippedPack } from "../../commands/pack/shipped.ts";
import type { Config } from "../../config.ts";
import { openKeystore } from "../../keystore.ts";
import { buildPack } from "../pack/folder.ts";
import { signPack } from "../pack/signed_pack.ts";
import type { ShippedPack } from "../shipped_packs.ts";

export interface BeginOptions {
  readonly packs: readonly string[];
  /** Sites, each of which gets a mapping of its own to be filled in. */
  readonly site: readonly string[];
  readonly out: string;
}

/** Writes the files, signed by this county's key, and returns what to print. */
export function beginRules(config: Config, { packs, site, out }: BeginOptions): string {
  if (config.role !== "county") {
    throw new CommandError(`"${config.node}" is a site: rules begin at a county, which signs them`);
  }
  const chosen = packs.map(shippedPack);
  const { drugs, mapping } = listsOf(chosen);
  const strange = site.find((one) => !NODE_NAME.test(one));
  if (strange !== undefined) throw new UsageError(`"${strange}" is no name of a site`);
  const folder = newFolder(out);
  const { key } = openKeystore(config.dataDir, config.keyFile);
  const write = (name: string, text: string, mode = 0o644) => {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, text, { createNew: true, mode });
    return path;
  };
  const section = {
    packs: chosen.map(({ name, folder }) =>
      write(`${name}.signed.json`, `${JSON.stringify(signPack(buildPack(folder).text, key))}\n`)
    ),
    signers: [key.publicKey],
    drugs: write("drugs.yaml", Deno.readTextFileSync(drugs)),
    mappings: site.map((one) => {
      const text = Deno.readTextFileSync(mapping).replace(/^site: .*$/m, `site: ${one}`);
      return write(`${one}.yaml`, text);
    }),
    registry: write("registry.yaml", REGISTRY),
    patientKeyFile: write("patients.key", `${randomBytes(32).toString("hex")}\n`, 0o600),
  };
  return `${stringify({ prescription: section }, { lineWidth: 0 })}${hints(chosen)}`;
}

/** To be filled in: whoever is not in it neither prescribes nor reviews (P14). */
const REGISTRY =
  `# Who prescribes and who reviews, by the day; see gateway/prescription/registry.ts.
# What is by nobody who stands here passes by no rules: it waits for a pharmacist. Until one stands
# here nobody reviews, and what rules leave to a person waits.
registry: county
issued: 2026-01-01
prescribers: []
#  - { id: dr-1, title: attending, antimicrobials: restricted, from: 2026-01-01, account: zhang }
places: []
#  - { site: site-017, kind: village-clinic, from: 2026-01-01 }
pharmacists: []
#  - { account: li, title: pharmacist, dispensingSince: 2019-07-01, trained: 2025-03-01,
#      from: 2026-01-01 }
`;

/** A drug list and a mapping, which one of the packs has to bring. */
function listsOf(packs: readonly ShippedPack[]): { drugs: string; mapping: string } {
  for (const { drugs, mapping } of packs) {
    if (drugs !== null && mapping !== null) return { drugs, mapping };
  }
  const names = packs.map(({ name }) => name).join(", ");
  throw new UsageError(
    `${names} has no drug list: name a pack beside that has one (\`pack list\`)`,
  );
}

function newFolder(out: string): string {
  const folder = resolve(out);
  try {
    Deno.mkdirSync(folder);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists || cause instanceof Deno.errors.NotFound)) {
      throw cause;
    }
    const found = cause instanceof Deno.errors.NotFound
      ? "the folder that it is to be in is not there"
      : "it is there already; name a new folder";
    throw new UsageError(`Cannot write "${out}": ${found}`, { cause });
  }
  return folder;
}

function hints(packs: readonly ShippedPack[]): string {
  const trial = packs.filter(({ kind }) => kind !== "real").map(({ name }) => name);
  return [
    "# Put this into the configuration of each centre, and of each site with its own mapping alone;",
    "# carry the files there. patients.key is a secret, and the same at all nodes of the county:",
    "# the account that runs the node has to be able to read it.",
    ...(trial.length === 0 ? [] : [
      `# NOT FOR USE ON PATIENTS 不得用于患者: ${
        trial.join(", ")
      }. To try the product with; a county`,
      "# brings its own, and puts it in force with `tributary rules release`.",
    ]),
  ].join("\n");
}
