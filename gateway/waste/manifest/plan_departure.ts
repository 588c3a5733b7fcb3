/**
 * Whether waste may leave on its manifest (rule W8): with nothing of the national form lacking, and
 * with every bag of it in the store, as it was when the manifest was drafted.
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import { CATEGORIES, CATEGORY_CODES } from "../category.ts";
import { type Custodian, custodianKey } from "../entry/subject.ts";
import { bagsIn, type Ledger } from "../life/ledger.ts";
import { recordFault } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import type { WasteRules } from "../rules.ts";
import { FORM_PARTS, formFields, lacking } from "./form.ts";
import type { ManifestStanding } from "./manifest.ts";
import { unfitFaults } from "./plan_manifest.ts";

/** What leaves, and from where. */
interface Leaving {
  readonly from: Custodian;
  readonly bags: readonly string[];
  readonly loads: readonly string[];
}

/** All faults at once, each with its field; none: it may leave. */
export function departureFaults(
  { bags, loads, from }: Leaving,
  manifest: ManifestStanding,
  ledger: Ledger,
  rules: WasteRules,
): Refusal[] {
  const { body, departed } = manifest;
  if (departed !== null) return [goneAlready(manifest)];
  if (body === null) return [noDraft(manifest)];
  const all = new Set([...bags, ...loads.flatMap((load) => bagsIn(ledger, load))]);
  const sorted = [...all].sort();
  const strange = sorted.filter((bag) => !manifest.bags.includes(bag));
  const left = manifest.bags.filter((bag) => !all.has(bag));
  const every = [...new Set([...sorted, ...manifest.bags])].sort();
  const grams = every.reduce((sum, bag) => sum + (ledger.bags.get(bag)?.weight?.grams ?? 0), 0);
  const tooMuch = grams === 0 ? null : recordFault(grams, rules);
  const form = `/waste/manifests/${manifest.manifest}`;
  return [
    ...lacking(manifest).map((field) =>
      fault(field, fixOf(field, lackText(field, manifest), form))
    ),
    ...strange.map((bag) =>
      fault("bags", {
        zh: `包装袋 ${bag} 不在联单 ${manifest.manifest} 上：请先在联单中补上`,
        en: `bag ${bag} is not on manifest ${manifest.manifest}: draft that anew with it`,
      })
    ),
    ...left.map((bag) =>
      fault("bags", {
        zh: `包装袋 ${bag} 在联单 ${manifest.manifest} 上而未交运：请先从联单中去掉`,
        en: `bag ${bag} is on manifest ${manifest.manifest} and stays: draft that anew without it`,
      })
    ),
    ...every.flatMap((bag) => unfitFaults(bag, ledger.bags.get(bag), body.store)),
    ...(custodianKey(from) === custodianKey(body.store) ? [] : [otherStore(body.store)]),
    ...(tooMuch === null ? [] : [tooMuch]),
  ];
}

function goneAlready({ manifest }: ManifestStanding): Refusal {
  return fault("manifest", {
    zh: `联单 ${manifest} 已交运：其余的包装袋请另填联单`,
    en: `manifest ${manifest} has departed: what else leaves goes onto another`,
  });
}

function otherStore({ id }: Custodian): Refusal {
  return fault("from", {
    zh: `联单从暂存间 ${id} 移出`,
    en: `the manifest is of what leaves store ${id}: it departs from there`,
  });
}

/** What a field of `lacking` is called on the form. */
export function lackText(field: string, manifest: ManifestStanding): Text {
  if (field === "number") return { zh: "联单编号（14 位）", en: "The national number (14 digits)" };
  const category = CATEGORY_CODES.find((one) => field === `lines.${one}`);
  if (category !== undefined) {
    const { name } = CATEGORIES[category];
    return { zh: `${name.zh}的包装方式`, en: `Packaging of ${name.en}` };
  }
  const known = formFields(manifest).find((one) => one.field === field);
  if (known === undefined) return { zh: field, en: field };
  const part = FORM_PARTS[known.part];
  return { zh: `${known.label.zh}（${part.zh}）`, en: `${known.label.en} (${part.en})` };
}

function fixOf(field: string, label: Text, form: string): Text {
  return field === "number"
    ? {
      zh: `${label.zh}为空：请在国家系统取得编号，并在 ${form} 录入`,
      en: `${label.en} is empty: get it from the national system, and enter it at ${form}`,
    }
    : {
      zh: `${label.zh}为空：请在 ${form}/edit 填写`,
      en: `${label.en} is empty: fill it in at ${form}/edit`,
    };
}

function noDraft({ manifest, drafts }: ManifestStanding): Refusal {
  return fault("manifest", {
    zh: drafts.length > 1
      ? `联单 ${manifest} 有 ${drafts.length} 份草稿：请重新填写一份代替它们`
      : `联单 ${manifest} 还没有草稿：请先填写`,
    en: drafts.length > 1
      ? `manifest ${manifest} has ${drafts.length} drafts: draft it anew in place of them`
      : `manifest ${manifest} has no draft: draft it first`,
  });
}

function fault(field: string, text: Text): Refusal {
  return { rule: "W8", field, text };
}
