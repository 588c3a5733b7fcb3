/** By what another supply released an implant that it sterilised (S5). */
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "./event.ts";

export type Unproved = "missing" | "failed" | "other-class";

/**
 * Why what was received may not be used for want of its supplier's result; `null`: it may. An
 * implant needs its biological result, or in an emergency that of an indicator of the rule's class.
 */
export function whyUnproved(
  { implant, proof }: Pick<BodyOf<"sterile-receipt">, "implant" | "proof">,
  rules: RulesInForce,
): Unproved | null {
  if (proof === undefined) return implant ? "missing" : null;
  if (proof.result === "fail") return "failed";
  if (!implant || proof.indicator === "biological") return null;
  return proof.class === rules.one("emergency-class")?.class ? null : "other-class";
}

const WANTED =
  "植入物须填供应单位的生物监测合格结果及报告单号，紧急时填第 5 类指示物结果、单号及原因 / " +
  "an implant needs its supplier's biological result with the number of its document, or in an " +
  "emergency that of a class-5 indicator with number and reason";

export function unprovedWords(why: Unproved): string {
  switch (why) {
    case "missing":
      return WANTED;
    case "failed":
      return "供应单位的监测结果不合格，不得使用 / its supplier's result did not pass: it is not used";
    case "other-class":
      return `指示物类别不符；${WANTED}`;
  }
}
