/** Whether bags may go onto a manifest (rules W7, W8). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { ManifestBody } from "../entry/manifest_body.ts";
import { type Custodian, custodianKey } from "../entry/subject.ts";
import type { BagStanding } from "../life/bag.ts";
import { bagsIn, type Ledger } from "../life/ledger.ts";
import { recordFault } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import type { WasteRules } from "../rules.ts";
import type { ManifestStanding } from "./manifest.ts";

/** All faults at once; none: it may be written. A draft that lacks fields of the form may, too. */
export function manifestFaults(
  asked: ManifestBody,
  ledger: Ledger,
  manifests: ReadonlyMap<string, ManifestStanding>,
  rules: WasteRules,
): Refusal[] {
  const inside = asked.loads.flatMap((load) => bagsIn(ledger, load));
  const bags = [...new Set([...asked.bags, ...inside])];
  const standing = bags.flatMap((bag) => ledger.bags.get(bag) ?? []);
  const grams = standing.reduce((sum, { weight }) => sum + (weight?.grams ?? 0), 0);
  const tooMuch = standing.length === 0 ? null : recordFault(grams, rules);
  return [
    ...goneFaults(manifests.get(asked.manifest)),
    ...bags.flatMap((bag) => unfitFaults(bag, ledger.bags.get(bag), asked.store)),
    ...takenFaults(bags, asked, manifests),
    ...lineFaults(standing, asked),
    ...(tooMuch === null ? [] : [tooMuch]),
  ];
}

/** Whether a bag is in this store as the manifest says it, with nothing that is disputed. */
export function unfitFaults(
  bag: string,
  standing: BagStanding | undefined,
  store: Custodian,
): Refusal[] {
  if (standing === undefined) {
    return [fault("bags", { zh: `没有包装袋 ${bag}`, en: `there is no bag ${bag}` })];
  }
  if (standing.state === "void") {
    return [fault("bags", {
      zh: `包装袋 ${bag} 的封装已冲销：请从联单中去掉`,
      en: `the sealing of bag ${bag} was reversed: draft the manifest without it`,
    })];
  }
  if (standing.conflicts.length > 0) {
    return [fault("bags", {
      zh: `包装袋 ${bag} 的记录相互矛盾：请先核实`,
      en: `entries about bag ${bag} disagree: resolve that first`,
    })];
  }
  if (standing.category === null || standing.weight === null) {
    return [fault("bags", {
      zh: `包装袋 ${bag} 没有类别或重量：请补录`,
      en: `bag ${bag} has no category or no weight: enter it`,
    })];
  }
  const { custodian } = standing;
  if (custodian !== null && custodianKey(custodian) === custodianKey(store)) return [];
  const holder = custodian === null ? "?" : custodianKey(custodian);
  return [fault("bags", {
    zh: `包装袋 ${bag} 不在暂存间 ${store.id}（现在 ${holder}）`,
    en: `bag ${bag} is not in store ${store.id} (${holder} has it)`,
  })];
}

/** What has left is not drafted otherwise. */
function goneFaults(manifest: ManifestStanding | undefined): Refusal[] {
  if (manifest === undefined || manifest.departed === null) return [];
  return [fault("manifest", {
    zh: `联单 ${manifest.manifest} 已交运，不能再改：请另填联单`,
    en: `manifest ${manifest.manifest} has departed: draft another`,
  })];
}

/** A bag goes onto one manifest. */
function takenFaults(
  bags: readonly string[],
  asked: ManifestBody,
  manifests: ReadonlyMap<string, ManifestStanding>,
): Refusal[] {
  const others = [...manifests.values()].filter(({ manifest }) => manifest !== asked.manifest);
  return bags.flatMap((bag) =>
    others.filter((other) => other.bags.includes(bag)).map(({ manifest }) =>
      fault("bags", {
        zh: `包装袋 ${bag} 已在联单 ${manifest} 上`,
        en: `bag ${bag} is on manifest ${manifest} already`,
      })
    )
  );
}

function lineFaults(standing: readonly BagStanding[], asked: ManifestBody): Refusal[] {
  const present = new Set(standing.flatMap(({ category }) => category === null ? [] : [category]));
  const said = new Set(asked.lines.map(({ category }) => category));
  const lacks = [...present].filter((one) => !said.has(one)).sort();
  const empty = [...said].filter((one) => !present.has(one)).sort();
  return [
    ...lacks.map((one) => fault("lines", { zh: `缺少 ${one} 一行`, en: `it lacks a line ${one}` })),
    ...empty.map((one) =>
      fault("lines", { zh: `没有 ${one} 的包装袋`, en: `it has no bag of ${one}` })
    ),
  ];
}

function fault(field: string, text: Text): Refusal {
  return { rule: "W8", field, text };
}
