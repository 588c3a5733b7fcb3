/** What the cited prescriptions are reviewed by: the legal and the demonstration pack, as files. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NodeKey } from "../../../sync/identity.ts";
import { buildPack } from "../pack/folder.ts";
import { signPack } from "../pack/signed_pack.ts";
import { dayOf } from "../shanghai_day.ts";

const PACKS = new URL("../packs/", import.meta.url);
const DAY_MS = 86_400_000;

/** The `prescription` section of a node's configuration, of the site that is named. */
export function citedConfig(folder: string, site: string, nowMs: number) {
  const signer = NodeKey.create();
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    Deno.writeTextFileSync(path, text);
    return path;
  };
  const packs = ["legal", "demonstration"].map((name) => {
    const { text } = buildPack(fileURLToPath(new URL(name, PACKS)));
    return file(`${name}.json`, JSON.stringify(signPack(text, signer)));
  });
  const demonstration = (name: string) =>
    Deno.readTextFileSync(new URL(`demonstration/${name}`, PACKS));
  const mapping = demonstration("mapping.yaml").replace("site: demonstration", `site: ${site}`);
  return {
    packs,
    signers: [signer.publicKey],
    drugs: file("drugs.yaml", demonstration("drugs.yaml")),
    mappings: [file("mapping.yaml", mapping)],
    registry: file("registry.yaml", registryText(site, nowMs)),
    patientKeyFile: file("patients.key", `${"07".repeat(32)}\n`),
  };
}

/** Of the site, with the days around this one in Shanghai. */
function registryText(site: string, nowMs: number): string {
  const text = Deno.readTextFileSync(new URL("../cited/registry.yaml", PACKS));
  const dayText = (days: number) =>
    new Date((dayOf(nowMs) + days) * DAY_MS).toISOString().slice(0, 10);
  return text.replaceAll("site: SITE", `site: ${site}`).replaceAll(
    /: (YESTERDAY|TODAY|TOMORROW)\b/g,
    (_, word: string) => {
      return `: ${dayText(["YESTERDAY", "TODAY", "TOMORROW"].indexOf(word) - 1)}`;
    },
  );
}
