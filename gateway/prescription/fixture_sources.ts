/** What a node reviews by in tests: a small pack, list, mapping and key, as files in a folder. */
import { join } from "node:path";
import { stringify } from "yaml";
import { NodeKey } from "../../sync/identity.ts";
import { DRUGS_TEXT, MAPPING_TEXT } from "./fixture_lists.ts";
import { packText } from "./pack/document.ts";
import { packSource, type RuleSource } from "./pack/fixture_pack.ts";
import { signPack } from "./pack/signed_pack.ts";

/** Its drugs by codes of the mapping: 001 passes, 006 is told, 009 queues, 008 is stopped. */
export const RULES: readonly Partial<RuleSource>[] = [
  {
    id: "no-morphine",
    level: "black",
    per: "line",
    applies: { drugs: ["国药准字H99999999"] },
  },
  {
    id: "see-methotrexate",
    level: "orange",
    per: "line",
    applies: { drugs: ["methotrexate-tablet-2.5mg"] },
  },
  {
    id: "know-ibuprofen",
    level: "yellow",
    per: "line",
    applies: { drugs: ["ibuprofen-suspension-100ml"] },
  },
  {
    id: "twice",
    level: "red",
    per: "pair",
    applies: { drugs: ["amoxicillin-capsule-250mg"] },
    with: { same: "ingredient" },
    inputs: ["history"],
  },
];

/** Those whom tests hire, at a county and at a site. */
const PHARMACISTS = ["li", "wang", "zhao", "sun", "chen", "dr-1", "zhao@site-1"];

/** A registry of pharmacists, of `dr-1`, and of `dr-9`, who signs in as `zhang`. */
export function registryText(pharmacists: readonly string[]): string {
  const since = { dispensingSince: "2019-07-01", trained: "2026-03-01", from: "2026-03-05" };
  const from = "2024-01-01";
  return stringify({
    registry: "test",
    issued: "2026-03-05",
    prescribers: [
      { id: "dr-1", title: "attending", from },
      { id: "dr-9", title: "attending", account: "zhang", from },
    ],
    pharmacists: pharmacists.map((account) => ({ account, title: "senior", ...since })),
  });
}

/** The `prescription` section of a node's configuration, of the site that is named. */
export function reviewConfig(
  folder: string,
  site: string,
  { rules = RULES, signer = NodeKey.create(), pharmacists = PHARMACISTS }: {
    readonly rules?: readonly Partial<RuleSource>[];
    readonly signer?: NodeKey;
    /** Accounts of the registry's pharmacists. */
    readonly pharmacists?: readonly string[];
  } = {},
) {
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, text);
    return path;
  };
  const pack = signPack(packText(packSource(rules)), signer);
  return {
    packs: [file("pack.json", JSON.stringify(pack))],
    signers: [signer.publicKey],
    drugs: file("drugs.yaml", DRUGS_TEXT),
    mappings: [file("mapping.yaml", MAPPING_TEXT.replace("site: site-017", `site: ${site}`))],
    registry: file("registry.yaml", registryText(pharmacists)),
    patientKeyFile: file("patients.key", `${"07".repeat(32)}\n`),
  };
}

/** Of which one drug makes what verdict, see {@link RULES}. */
export type Drug = "001" | "006" | "008" | "009";

const UNITS: Readonly<Record<Drug, readonly [dose: string, quantity: string]>> = {
  "001": ["粒", "盒"],
  "006": ["ml", "瓶"],
  "008": ["支", "支"],
  "009": ["片", "盒"],
};

/** A prescription of today, of a patient of its own where no number is given. */
export function sentPrescription(
  id: string,
  { drug = "001", patient = id, version = 1, nowMs = Date.now(), ...more }: {
    readonly drug?: Drug;
    readonly patient?: string;
    readonly version?: number;
    readonly nowMs?: number;
    readonly rescue?: boolean;
  } = {},
) {
  const [dose, quantity] = UNITS[drug];
  return {
    id,
    version,
    issuedAt: new Date(nowMs).toISOString(),
    setting: more.rescue === true ? "emergency" : "outpatient",
    form: "western",
    patient: { id: { system: "local", value: patient }, name: "王小明", sex: "male" },
    diagnoses: [{ code: "J00" }],
    prescriber: { id: "dr-1" },
    lines: [{
      drug: { code: drug },
      dose: { value: 2, unit: dose },
      route: { code: "PO" },
      frequency: { code: "tid" },
      days: 4,
      quantity: { value: 1, unit: quantity },
    }],
    ...more,
  };
}
