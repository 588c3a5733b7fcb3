/** What is due of nodes themselves: what the county's rules owe a look at, and the rest. */
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

export type Todo = Extract<
  Due,
  { readonly do: "issue-token" | "open-contact-case" | "alarm-double-use" }
>;

export function isTodo(due: Due): due is Todo {
  return due.do === "issue-token" || due.do === "open-contact-case" ||
    due.do === "alarm-double-use";
}
