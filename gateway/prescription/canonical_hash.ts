/** One text, and so one hash, for one content: the JSON Canonicalization Scheme (RFC 8785). */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** SHA-256 of the canonical text, 64 hexadecimal digits. Throws a TypeError for what is no JSON. */
export function canonicalHash(document: object): string {
  const text = canonicalize(document);
  if (text === undefined) throw new TypeError("Cannot hash what is no JSON document");
  return createHash("sha256").update(text).digest("hex");
}
