/** What an indicator says, as far as it says anything (S5). */
import type { BodyOf } from "./event.ts";

/**
 * `invalid`: nothing grew, and neither did the control, so it has to be done again. That it grew is
 * a failure whatever the control did: nothing hides it.
 */
export type IndicatorResult = "pass" | "fail" | "invalid";

export function indicatorResult(body: BodyOf<"sterile-indicator">): IndicatorResult {
  const isSilent = body.indicator === "biological" && !body.controlGrew;
  return isSilent && body.result === "pass" ? "invalid" : body.result;
}
