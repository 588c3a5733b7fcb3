/** What the county's rules have not looked at yet. */
import type { Due } from "./due.ts";
import type { Mode } from "./pass.ts";

export type Owed = Extract<Due, { readonly do: "screen" | "after-review" }>;

export function isOwed(due: Due): due is Owed {
  return due.do === "screen" || due.do === "after-review";
}

/** As which the verdict counts that is given for it. */
export function modeOf(owed: Owed): Exclude<Mode, "degraded"> {
  return owed.do === "screen" ? "county" : "after-review";
}
