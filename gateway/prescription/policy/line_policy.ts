/** What a written policy says, and of which states of the line there is one (P12). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Outcome } from "../verdict.ts";

/** `slow`: what goes out waits longer than a prescriber is kept waiting. */
export const LINE_STATES = ["up", "slow", "down"] as const;
export type LineState = typeof LINE_STATES[number];

export type Side = "site" | "county";

/** What becomes of a prescription that rules say this of; `rescue` goes before all but black. */
export interface OutcomePolicy {
  readonly outcome: Outcome | "rescue";
  readonly happens: Text;
  /** Who may decide it; the right is what that person's account needs, `null`: rules alone do. */
  readonly decides: Text;
  readonly right: "prescription.review" | null;
  /** What is looked at later, and by whom. */
  readonly afterwards: Text;
}

export interface LinePolicy {
  readonly side: Side;
  readonly state: LineState;
  readonly title: Text;
  readonly summary: Text;
  /** Each outcome and `rescue`, once. */
  readonly outcomes: readonly OutcomePolicy[];
}
