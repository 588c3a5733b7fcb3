/** What tests of codes share: a small county's drug list and a township's mapping. */
import { type DrugList, parseDrugList } from "./drug_list.ts";
import { type Mapping, parseMapping } from "./mapping.ts";

function text(name: string): string {
  return Deno.readTextFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}

export const DRUGS_TEXT = text("drugs.yaml");
export const MAPPING_TEXT = text("mapping.yaml");
export const DRUGS: DrugList = parseDrugList(DRUGS_TEXT);
export const MAPPING: Mapping = parseMapping(MAPPING_TEXT, DRUGS);
