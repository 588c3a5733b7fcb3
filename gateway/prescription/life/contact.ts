/** When a patient has to be called: goods are out that what stands does not allow (P11, P12). */
import { entryId } from "../../collected_entry.ts";
import { type ContactBody, type ContactCause } from "./contact_body.ts";
import { type Decided, STRICTNESS } from "./decide.ts";
import { sorted, type ToldOfVersion } from "./told.ts";

/** What there is against goods that are out. */
export interface Objection {
  readonly cause: ContactCause;
  readonly against: readonly string[];
}

/** What a HIS said of a version: a higher one, and ids of what takes it back. */
export interface Ended {
  readonly supersededBy: number | null;
  readonly voids: readonly string[];
}

/** Why what is out should not be; `null` where it may. */
export function objectionTo(
  told: ToldOfVersion,
  decided: Decided,
  { supersededBy, voids }: Ended,
): Objection | null {
  if (told.hashes.length > 1) return { cause: "two-contents", against: told.hashes };
  const isAllowed = decided.state === "screening" || STRICTNESS[decided.state] === 0;
  if (!isAllowed) {
    return {
      cause: lateCause(told, decided) ?? "stricter-decision",
      against: decided.stands,
    };
  }
  if (voids.length > 0) return { cause: "cancelled", against: voids };
  return supersededBy === null ? null : { cause: "changed", against: [`version ${supersededBy}`] };
}

/** Causes that lie in a decision of later. */
export const LATE_CAUSES: ReadonlySet<ContactCause> = new Set([
  "stricter-decision",
  "after-review",
  "after-split",
]);

/** Which later look of the rules it was that does not allow it; `null`: none. */
function lateCause({ verdicts }: ToldOfVersion, { stands }: Decided): ContactCause | null {
  const standing = verdicts.filter(({ ids }) => ids.some((id) => stands.includes(id)));
  const looks = ["after-review", "after-split"] as const;
  return looks.find((look) => standing.some(({ body }) => body.mode === look)) ?? null;
}

/**
 * The case that is to be opened, or `null` where those that were opened name all of it. Its id is
 * made of what it is about: two centres open the same one.
 */
export function dueContact(
  told: ToldOfVersion,
  { cause, against }: Objection,
  site: string,
  prescription: string,
  opened: readonly ContactBody[],
): ContactBody | null {
  const { version } = told;
  const same = opened.filter((one) => one.version === version && one.cause === cause);
  const named = new Set(same.flatMap((one) => [...one.against, ...one.dispensings]));
  const dispensings = sorted(told.dispensings.flatMap(({ ids }) => ids));
  if ([...against, ...dispensings].every((id) => named.has(id))) return null;
  const id = entryId(
    "contact-case",
    site,
    prescription,
    version,
    cause,
    ...against,
    ...dispensings,
  );
  const hash = told.dispensings[0].body.hash;
  return { id, site, prescription, version, hash, cause, dispensings, against: [...against] };
}
