/**
 * Who reviews: a person whose account has the role and whom the county's registry of that day has
 * as a pharmacist with title, years and training (P14; 医疗机构处方审核规范 5).
 */
import type { Problem } from "../../../sync/problem.ts";
import type { Registry } from "../registry.ts";
import { NO_REGISTRY, NO_REVIEWER, NO_SENIOR } from "./review_problems.ts";

export interface Reviewing {
  /** That is in force; `null`: there is none, and nobody reviews. */
  readonly registry: Registry | null;
  /** Today in Shanghai. */
  readonly day: number;
}

export type Reviewer =
  | {
    readonly kind: "may";
    /** By role and title: one alone is not enough. */
    readonly senior: boolean;
  }
  | { readonly kind: "not"; readonly problem: Problem };

/** `senior`: what the roles of the account say. */
export function reviewerOf(
  { registry, day }: Reviewing,
  { account, senior }: { readonly account: string; readonly senior: boolean },
): Reviewer {
  if (registry === null) return { kind: "not", problem: NO_REGISTRY };
  const may = registry.mayReview(account, day);
  if (may.kind === "not") {
    return { kind: "not", problem: { ...NO_REVIEWER, detail: may.reason } };
  }
  return { kind: "may", senior: senior && may.senior };
}

/** Why this reviewer may not decide a task; `null`: that is no reason. */
export function refusalOf(reviewer: Reviewer, task: { readonly senior: boolean }): Problem | null {
  if (reviewer.kind === "not") return reviewer.problem;
  return task.senior && !reviewer.senior ? NO_SENIOR : null;
}

/** As whom the prescriber may be signed in: as the prescription names him, or by his account. */
export function authorsOf(
  { registry, day }: Reviewing,
  prescriber: string,
  site: string,
): string[] {
  const may = registry?.mayPrescribe(prescriber, site, day);
  return may?.kind === "may" && may.account !== null ? [prescriber, may.account] : [prescriber];
}
