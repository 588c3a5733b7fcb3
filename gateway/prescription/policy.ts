/**
 * The written policy of review, one for each state of the line, as site and county see it (P12):
 * what becomes of each outcome, who may decide, what is looked at afterwards. Workbenches show it
 * beside the work. Where its words and the program differ, the program is wrong.
 */
import { COUNTY_POLICIES } from "./policy/county_policies.ts";
import type { LinePolicy, LineState, Side } from "./policy/line_policy.ts";
import { SITE_POLICIES } from "./policy/site_policies.ts";

export * from "./policy/line_policy.ts";

/** Where the policy is from: practice, not law; a county that has another changes it here. */
export const POLICY_SOURCE = {
  version: 2,
  effective: "2026-11-29",
  source: {
    zh:
      "《处方管理办法》《医疗机构处方审核规范》（国卫办医发〔2018〕14号）；线路慢或中断时的做法为本系统约定",
    en: "Measures on prescriptions, and rules for their review (NHC 2018 no. 14); what holds " +
      "while a line is slow or down is this system's own",
  },
} as const;

export function policyFor(side: Side, state: LineState): LinePolicy {
  return (side === "site" ? SITE_POLICIES : COUNTY_POLICIES)[state];
}

/** Of a link's status: one that is not enrolled has nothing that waits. */
export interface LineStatus {
  readonly state: string;
  /** Wall clock of the oldest entry that waits, milliseconds since 1970 UTC. */
  readonly oldestWaitingMs?: number | null;
}

/**
 * The present state of a node's line. A site's links lead to the centres, of which one is enough;
 * a county's to the other centre, and with none of those it is alone and its line is up.
 * `waitMs`: how long a site waits for the county's verdict. Wall clock, milliseconds since 1970.
 */
export function lineStateOf(
  side: Side,
  links: readonly LineStatus[],
  { nowMs, waitMs }: { readonly nowMs: number; readonly waitMs: number },
): LineState {
  if (side === "county" && links.length === 0) return "up";
  const up = links.filter(({ state }) => state === "up");
  if (up.length === 0) return "down";
  const isSlow = up.every(({ oldestWaitingMs }) => nowMs - (oldestWaitingMs ?? nowMs) > waitMs);
  return isSlow ? "slow" : "up";
}
