/** Which of two centres a site belongs to. */
import { createHash } from "node:crypto";

/** The home of a site: the same at both centres, and half of the sites each. */
export function homeOf(site: string, centres: readonly string[]): string {
  const sorted = [...centres].sort();
  return sorted[createHash("sha256").update(site).digest()[0] % sorted.length];
}

/** The other of two centres, as one of them sees it. */
export interface OtherCentre {
  /** `null`: there is none. */
  readonly other: string | null;
  /** Whether its link is up. */
  readonly isUp: () => boolean;
}

/** Whether what is of a site is for `own` to do at once: as its home, or as that is away. */
export function isHomeFor(site: string, own: string, { other, isUp }: OtherCentre): boolean {
  return other === null || homeOf(site, [own, other]) === own || !isUp();
}
