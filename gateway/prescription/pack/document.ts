/**
 * A pack as it is built, signed and shipped: one JSON document in canonical form (RFC 8785), of
 * which the SHA-256 is the pack's identity.
 */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import * as z from "zod";
import { packCase } from "./case.ts";
import { CASES_MAX, head, rule, RULES_MAX, table } from "./rule.ts";

/** All rules, rows and cases of one pack. */
export const PACK_BYTES_MAX = 32 * 1024 * 1024;

export const packSchema = z.strictObject({
  format: z.literal("tributary-pack-1"),
  head,
  rules: z.array(rule).min(1).max(RULES_MAX),
  tables: z.array(table).max(1000),
  cases: z.array(packCase).max(CASES_MAX),
});
export type Pack = z.infer<typeof packSchema>;
/** Before defaults are filled in: what the document holds. */
export type PackSource = z.input<typeof packSchema>;

/** Where in the document a fault is, and what to do about it. */
export interface PackFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A pack cannot be used; the message names what is wrong where, one fault a line. */
export class PackError extends Error {
  override name = "PackError";
}

/** Faults that are told at once; more have the same few causes. */
const FAULTS_SHOWN = 50;

export function faultsText(what: string, lines: readonly string[]): string {
  const more = lines.length - FAULTS_SHOWN;
  const shown = lines.slice(0, FAULTS_SHOWN).map((line) => `  ${line}`);
  return [`Cannot use ${what}:`, ...shown, ...(more > 0 ? [`  and ${more} more`] : [])].join("\n");
}

/** What a schema refused, in the same form as what rules refuse. */
export function issueFaults(issues: readonly z.core.$ZodIssue[]): PackFault[] {
  return issues.map(({ path, message }) => ({
    path: path.map((step) => typeof step === "number" ? step : String(step)),
    message,
  }));
}

export function pathText(path: PackFault["path"]): string {
  return path.map((step, index) =>
    typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`
  ).join("");
}

/** The one text of a pack; throws {@link PackError} where it is too large. */
export function packText(source: unknown): string {
  const text = canonicalize(source) ?? "";
  if (new TextEncoder().encode(text).length > PACK_BYTES_MAX) {
    throw new PackError(`Cannot build the pack: it has more than ${PACK_BYTES_MAX} bytes`);
  }
  return text;
}

/** Identity of a pack: SHA-256 of its text, in hexadecimal. */
export function packIdentity(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Reads a built pack; throws {@link PackError}. */
export function parsePack(text: string): Pack {
  if (text.length > PACK_BYTES_MAX) {
    throw new PackError(`Cannot use the pack: it has more than ${PACK_BYTES_MAX} bytes`);
  }
  let plain: unknown;
  try {
    plain = JSON.parse(text);
  } catch (cause) {
    throw new PackError("Cannot use the pack: it is no JSON", { cause });
  }
  // Two texts of one pack would have two identities.
  if (canonicalize(plain) !== text) {
    throw new PackError("Cannot use the pack: it is not in canonical form; build it again");
  }
  const parsed = packSchema.safeParse(plain);
  if (parsed.success) return parsed.data;
  const lines = issueFaults(parsed.error.issues)
    .map(({ path, message }) => `${pathText(path)}: ${message}`);
  throw new PackError(faultsText("the pack", lines));
}
