/** On what a prescription passed, and the token that says so (P9). */
import * as z from "zod";
import type { Outcome } from "../verdict.ts";
import { code, subject } from "./subject.ts";

/**
 * `county`: asked in time. `degraded`: by the site itself, the line being slow or down (P12).
 * `after-review`: by the county, of what was decided while it was. `after-split`: by the county
 * again, with what the other centre had of the patient while the two could not reach each other.
 */
export const MODES = ["county", "degraded", "after-review", "after-split"] as const;
export type Mode = typeof MODES[number];

/** Whether it is a later look at what was decided before: no pass of its own, and counted apart. */
export function isLater(mode: string): boolean {
  return mode === "after-review" || mode === "after-split";
}

/** Three base64url parts; a longer one is no token of ours. */
const TOKEN_LENGTH_MAX = 2048;

/** A JWS in its compact form (RFC 7515). */
export const compactToken = z.string().max(TOKEN_LENGTH_MAX).regex(/^[\w-]+\.[\w-]+\.[\w-]+$/);

/** Nobody looked: each is counted apart in the daily report (P8). */
export const AUTOMATIC_PASSES = [
  "pass",
  "notice",
  "degraded-pass",
  "degraded-notice",
  "rescue",
] as const;

/** `approved` by a pharmacist, or `signed` by two of them over a prescriber's insistence. */
export const PASSES = [...AUTOMATIC_PASSES, "approved", "signed"] as const;
export type Pass = typeof PASSES[number];

/**
 * The code under which rules alone let a prescription pass; `null` where it waits or is stopped.
 * A rescue order never waits (P12), but what is black is stopped in any case (P3).
 */
export function automaticPass(outcome: Outcome, mode: Mode, rescue: boolean): Pass | null {
  if (outcome === "pass") return mode === "degraded" ? "degraded-pass" : "pass";
  if (outcome === "notice") return mode === "degraded" ? "degraded-notice" : "notice";
  return rescue && outcome !== "intercept" ? "rescue" : null;
}

/**
 * Body of a `pass-token`: where no verdict or decision could bear the token, because the
 * signatures that it needs met only afterwards.
 */
export const passTokenBody = subject.extend({
  id: code,
  outcome: z.enum(PASSES),
  token: compactToken,
});
export type PassTokenBody = z.infer<typeof passTokenBody>;
