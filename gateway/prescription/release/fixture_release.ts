/** Releases for tests: packs that differ in one rule, with list and mapping of the fixtures. */
import type { NodeKey } from "../../../sync/identity.ts";
import { DRUGS_TEXT, MAPPING_TEXT } from "../fixture_lists.ts";
import { registryText, RULES } from "../fixture_sources.ts";
import { packText } from "../pack/document.ts";
import { packSource, type RuleSource } from "../pack/fixture_pack.ts";
import { signPack } from "../pack/signed_pack.ts";

/** Drug 001 passes by the configuration's pack and is stopped by this one. */
export const STRICTER: readonly Partial<RuleSource>[] = [
  ...RULES,
  {
    id: "no-amoxicillin",
    level: "black",
    per: "line",
    applies: { drugs: ["amoxicillin-capsule-250mg"] },
  },
];

export function packFile(signer: NodeKey, rules: readonly Partial<RuleSource>[] = STRICTER) {
  const signed = signPack(packText(packSource(rules)), signer);
  return { identity: signed.identity, file: "pack.json", text: JSON.stringify(signed) };
}

export function mappingFile(site: string, change: (text: string) => string = (text) => text) {
  const text = change(MAPPING_TEXT.replace("site: site-017", `site: ${site}`));
  return { file: `${site}.yaml`, text };
}

/** A whole release, as the route takes it. */
export function wholeRelease(
  signer: NodeKey,
  site: string,
  rules: readonly Partial<RuleSource>[] = STRICTER,
) {
  const { file, text } = packFile(signer, rules);
  return {
    packs: [{ file, text }],
    drugs: { file: "drugs.yaml", text: DRUGS_TEXT },
    mappings: [mappingFile(site)],
    registry: { file: "registry.yaml", text: registryText([]) },
  };
}
