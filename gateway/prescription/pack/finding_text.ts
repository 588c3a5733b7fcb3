/** What a finding says to people: texts of rules with their places filled. */
import type { BaseUnit } from "../facts.ts";
import { amountText, shifted } from "./amount.ts";
import type { Instance } from "./compiled_rule.ts";
import type { Value, Values } from "./condition.ts";
import { AMOUNT_NAMES, BESIDE, VOCABULARY } from "./vocabulary.ts";

type Language = "zh" | "en";

const WORDS: Readonly<Record<Language, { yes: string; no: string; comma: string; none: string }>> =
  {
    zh: { yes: "是", no: "否", comma: "、", none: "无" },
    en: { yes: "yes", no: "no", comma: ", ", none: "none" },
  };

/** A rule's text with its places filled from the values that it saw. */
export function filled(instance: Instance, values: Values): { zh: string; en: string } {
  const fill = (language: Language) =>
    instance.rule.text[language].replaceAll(
      /\{([a-zA-Z0-9]+)\}/g,
      (_, name: string) =>
        Object.hasOwn(instance.shown, name)
          ? shownCell(instance.shown[name], language)
          : shownValue(name, values[name], instance.unit, language),
    );
  return { zh: fill("zh"), en: fill("en") };
}

function shownCell(cell: Instance["shown"][string], language: Language): string {
  const { yes, no, comma } = WORDS[language];
  if (typeof cell === "boolean") return cell ? yes : no;
  return Array.isArray(cell) ? cell.join(comma) : String(cell);
}

function shownValue(
  name: string,
  value: Value | undefined,
  unit: BaseUnit | null,
  language: Language,
): string {
  const { yes, no, comma, none } = WORDS[language];
  if (value === undefined) return "?";
  if (typeof value === "boolean") return value ? yes : no;
  if (typeof value === "string") return value;
  if (typeof value !== "bigint") return value.length === 0 ? none : value.join(comma);
  if (unit !== null && AMOUNT_NAMES.includes(name)) {
    return amountText({ value: Number(value), unit });
  }
  return shifted(Number(value), VOCABULARY[name]?.power ?? 0);
}

/** Names of inputs as people call them. */
export function called(names: readonly string[], language: Language): string {
  return names.map((name) => (BESIDE[name] ?? VOCABULARY[name])[language])
    .join(WORDS[language].comma);
}
