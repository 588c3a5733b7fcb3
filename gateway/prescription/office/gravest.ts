/** The gravest finding of a verdict, for counting. */
import { type Finding, LEVELS } from "../verdict.ts";

/** What could not be checked may be anything but forbidden: it goes right behind black (P3). */
const ORDER = ["black", "could-not-check", ...LEVELS.slice(1)] as const;

/** `none`: there is no finding. */
export function levelOf(findings: readonly Pick<Finding, "level">[]): Finding["level"] | "none" {
  return ORDER.find((level) => findings.some((one) => one.level === level)) ?? "none";
}
