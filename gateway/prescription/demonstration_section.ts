/** What the demo and the load tests review by: not for use on patients. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { NodeKey } from "../../sync/identity.ts";
import { buildPack } from "./pack/folder.ts";
import { signPack } from "./pack/signed_pack.ts";

const PACKS = fileURLToPath(new URL("./packs", import.meta.url));

/**
 * Writes the legal and the demonstration pack into the folder, signed by a key of this moment, with
 * the demonstration's codes as those of each site; resolves to the `prescription` section of a
 * node's configuration. The key of histories is the same each time, as a county's has to be.
 */
export function demonstrationSection(folder: string, sites: readonly string[]) {
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const signer = NodeKey.create();
  const packs = ["legal", "demonstration"].map((name) => {
    const signed = signPack(buildPack(join(PACKS, name)).text, signer);
    return write(`${name}.json`, JSON.stringify(signed));
  });
  const text = (name: string) => Deno.readTextFileSync(join(PACKS, "demonstration", name));
  const mapping = text("mapping.yaml");
  return {
    packs,
    signers: [signer.publicKey],
    drugs: write("drugs.yaml", text("drugs.yaml")),
    mappings: sites.map((site) =>
      write(`mapping-${site}.yaml`, mapping.replace("site: demonstration", `site: ${site}`))
    ),
    registry: write("registry.yaml", registryText(sites)),
    patientKeyFile: write("patients.key", `${"07".repeat(32)}\n`),
  };
}

/** More than a load test hires. */
const PHARMACISTS = 500;

/** Those of the mix that the demo and the load tests send: `dr-0` and so on. */
const PRESCRIBERS = 40;

/** Accounts that may review, the demo's and those of load tests; and who prescribes there. */
function registryText(sites: readonly string[]): string {
  const numbered = Array.from({ length: PHARMACISTS }, (_, index) => `pharmacist-${index + 1}`);
  const may = { title: "senior", dispensingSince: "2019-07-01", trained: "2026-03-01" };
  return stringify({
    registry: "demonstration",
    issued: "2026-03-05",
    prescribers: Array.from({ length: PRESCRIBERS }, (_, index) => ({
      id: `dr-${index}`,
      title: "attending",
      antimicrobials: "restricted",
      from: "2024-01-01",
    })),
    places: sites.map((site) => ({ site, kind: "township-hospital", from: "2024-01-01" })),
    pharmacists: ["pharmacist", ...numbered]
      .map((account) => ({ account, ...may, from: "2026-03-05" })),
  });
}
