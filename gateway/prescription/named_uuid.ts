/** A UUID that is the same for the same thing: an answer asked for twice is one answer. */
import { createHash } from "node:crypto";

/** Version 8 of RFC 9562, 5.8, of the SHA-256 of what it names. */
export function namedUuid(...names: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify(names)).digest();
  hash[6] = (hash[6] & 0x0f) | 0x80;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  const hex = hash.subarray(0, 16).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
