/** The same prescription sent again is one prescription; other content under its key is refused. */
import type { Problem } from "../../sync/problem.ts";
import type { Prescription } from "./prescription.ts";

/** As draft-ietf-httpapi-idempotency-key-header writes it, in quotes, or bare as most send it. */
const HEADER = /^(?:"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

export type Keys =
  /** Under each of them the hash is to be stored, in the entry's own transaction. */
  | { readonly kind: "keys"; readonly keys: readonly string[] }
  | { readonly kind: "refused"; readonly problem: Problem };

/**
 * The keys of a prescription: its number and version at its site, and whatever the header
 * `Idempotency-Key` says. Both hold: a new key makes no second prescription of one number.
 */
export function idempotencyKeys(
  header: string | null,
  site: string,
  { id, version }: Pick<Prescription, "id" | "version">,
): Keys {
  // Neither a site's name nor a version has a slash.
  const own = `${site}/${version}/${id}`;
  if (header === null) return { kind: "keys", keys: [own] };
  const key = headerKey(header);
  if (key === undefined) return { kind: "refused", problem: BAD_KEY };
  return { kind: "keys", keys: [own, `${site}/key/${key}`] };
}

/** The key that a header `Idempotency-Key` names; `undefined` where it names none. */
export function headerKey(header: string): string | undefined {
  const [, quoted, bare] = HEADER.exec(header.trim()) ?? [];
  return quoted ?? bare;
}

export type Repetition =
  | { readonly kind: "new" }
  /** It is stored: the answer is that of the first time, and nothing is stored. */
  | { readonly kind: "repeated" }
  /** To be refused and alarmed (T2). */
  | { readonly kind: "refused"; readonly problem: Problem };

/** `stored` are the hashes under the keys, `null` where there is none yet. */
export function repetition(stored: readonly (string | null)[], hash: string): Repetition {
  if (stored.some((one) => one !== null && one !== hash)) {
    return OTHER_CONTENT_REFUSED;
  }
  return { kind: stored.some((one) => one !== null) ? "repeated" : "new" };
}

const BAD_KEY: Problem = {
  status: 400,
  code: "bad-idempotency-key",
  title: "The Idempotency-Key is none",
  detail: "want 1 to 255 visible ASCII characters, without spaces",
  hint: "leave it out: the prescription's id and version are a key too",
};

const OTHER_CONTENT: Problem = {
  status: 409,
  code: "other-content",
  title: "Another prescription was sent under this key: nothing was stored",
  detail: "what is stored under its id and version, or under its Idempotency-Key, is not the same",
  hint: "a change is a higher version, with an Idempotency-Key of its own",
};

/** The refusal of other content under a key that is taken. */
export const OTHER_CONTENT_REFUSED = { kind: "refused", problem: OTHER_CONTENT } as const;
