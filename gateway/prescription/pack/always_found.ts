/** What no pack can leave out: its findings are the same whichever packs are in force. */
import type { Facts, PrescriberFacts } from "../facts.ts";
import type { Finding } from "../verdict.ts";
import { called } from "./finding_text.ts";

/** The rule by which what is unknown in a line never passes. */
export const UNKNOWN_RULE = "tributary/unknown-in-line";

/** The rule by which only a prescriber's prescription passes, whatever the drug (P14). */
export const PRESCRIBER_RULE = "tributary/prescriber";

/** Several packs have them in common: told once. */
export const ALWAYS_RULES: ReadonlySet<string> = new Set([UNKNOWN_RULE, PRESCRIBER_RULE]);

export function alwaysFound(facts: Facts): Finding[] {
  return [...ofPrescriber(facts), ...ofUnknowns(facts)];
}

/** What 处方管理办法 says of every prescription; 医疗机构处方审核规范 has it looked at first. */
const RIGHT_SOURCE = "《处方管理办法》第八条：“经注册的执业医师在执业地点取得相应的处方权。”";

/**
 * Whoever is in no registry may be a prescriber or not: nobody can say. Whoever is in it, but not
 * on the day of issue, is none.
 */
function ofPrescriber({ prescriber }: Facts): Finding[] {
  const registered = registeredOf(prescriber);
  if (registered === "yes") return [];
  const shared = {
    rule: PRESCRIBER_RULE,
    lines: [],
    source: RIGHT_SOURCE,
    inputs: { prescriber: prescriber.id, registered },
  };
  if (registered === null) {
    const text = {
      zh: "县登记册中没有该机构的这位医师，无法核查处方权",
      en: "The county's registry has no such prescriber there: the right could not be checked",
    };
    return [{ ...shared, level: "could-not-check", text, missing: ["prescriberRights"] }];
  }
  const text = {
    zh: "开方当日该医师没有处方权：登记尚未开始或已经结束",
    en: "No prescriber on the day of issue: the registration has not begun, or is over",
  };
  return [{ ...shared, level: "black", text, missing: [] }];
}

/** Facts of earlier do not say it; in them whoever was registered had a title. */
function registeredOf({ registered, rights, title }: PrescriberFacts): "yes" | "no" | null {
  if (registered !== undefined) return registered;
  if (rights === null) return null;
  return title === null ? "no" : "yes";
}

/** Item of 处方点评 for a dose or quantity that the drug is not told in (P13). */
const UNIT_ITEM = "1-7";

/** A unit that nobody has mapped may be the county's lack, and is no fault of who wrote it. */
function isWrongUnit({ at, code }: Facts["unknowns"][number]): boolean {
  return code === "not-convertible" && /\.(dose|quantity)\./.test(at);
}

/** A drug, or something of its line, that nobody could map: told for each line. */
function ofUnknowns({ lines, unknowns }: Facts): Finding[] {
  return lines.flatMap(({ line, drug, ingredients, route }, index) => {
    const of = unknowns.filter(({ at }) =>
      at === `lines.${index}` || at.startsWith(`lines.${index}.`)
    );
    const missing = [
      ...(drug === null ? ["drug"] : []),
      ...(ingredients === null ? ["ingredients"] : []),
      ...(route === null ? ["route"] : []),
    ];
    if (missing.length === 0 && of.length === 0) return [];
    const details = of.map(({ detail }) => detail).join("; ");
    const words = {
      zh: details === "" ? called(missing, "zh") : details,
      en: details === "" ? called(missing, "en") : details,
    };
    return [{
      rule: UNKNOWN_RULE,
      level: "could-not-check",
      lines: [line],
      text: { zh: `无法识别：${words.zh}`, en: `Not known: ${words.en}` },
      source: "",
      ...(of.some(isWrongUnit) ? { comment: UNIT_ITEM } : {}),
      inputs: { unknowns: of },
      missing: missing.length > 0 ? missing : of.map(({ at }) => at),
    }];
  });
}
