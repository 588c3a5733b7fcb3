/** Which of two centres a site belongs to. */
import { createHash } from "node:crypto";

/** The home of a site: the same at both centres, and half of the sites each. */
export function homeOf(site: string, centres: readonly string[]): string {
  const sorted = [...centres].sort();
  return sorted[createHash("sha256").update(site).digest()[0] % sorted.length];
}
