/**
 * Entries about people. Words on accounts are in `audit`: of a centre for the county, of a site
 * for its own; what a site has to know comes down in its stream `to:SITE`. All have `who` said it.
 */
import * as z from "zod";
import type { NewEntry } from "../../sync/append.ts";
import type { Stamp } from "../../sync/entry.ts";
import type { Stream } from "../../sync/stream.ts";
import { newEntry } from "../collected_entry.ts";
import { siteScope } from "../site_scope.ts";
import { accountIdSchema, accountWord } from "./account.ts";
import { sealedSchema, sealingKeySchema } from "./sealing.ts";

export const ACCOUNT = "account";
export const CREDENTIAL = "credential";
export const SETUP_LINK = "setup-link";
export const PROGRAM_TOKEN = "program-token";
export const PROGRAM_TOKEN_REVOKED = "program-token-revoked";
export const SEALING_KEY = "sealing-key";

/** What only tells what happened. */
export type Happening =
  | "sign-in"
  | "sign-in-failed"
  | "locked"
  | "unlocked"
  | "sign-out"
  | "sessions-ended"
  | "pin-failed"
  | "unmasked"
  | "change";

const who = z.string().describe("Person, owner or program, and the address it came from");

export const accountBody = z.object({
  ...accountWord.shape,
  id: accountIdSchema,
  version: z.number().int().min(1),
  who,
});
export type AccountBody = z.infer<typeof accountBody>;

/**
 * `password`: a PHC string. `totp`: a secret in base32. `pin`: a PHC string under a key that only
 * the node where it was set has; it counts there alone. `badge`: the number of a card that a
 * reader types, hashed under the same key, there alone too.
 */
export const CREDENTIALS = ["password", "pin", "totp", "badge"] as const;
export type CredentialKind = typeof CREDENTIALS[number];

/** Whether it counts at the node alone where it was set, whosever the account is. */
export function isOfOneNode(what: CredentialKind): boolean {
  return what === "pin" || what === "badge";
}

export const credentialBody = z.object({
  account: accountIdSchema,
  what: z.enum(CREDENTIALS),
  version: z.number().int().min(1),
  /** How often this version was sealed anew, for nodes that have another key since. */
  sealing: z.number().int().min(0).default(0),
  /** For each node that has to know it; none: it was taken away. */
  sealed: z.array(sealedSchema).max(16),
  /** Hash of the setup link that it was set by, which is used up. */
  setup: z.string().optional(),
  who,
});
export type CredentialBody = z.infer<typeof credentialBody>;

/** What a sealed credential is bound to. */
export function aboutOf(
  { account, what, version }: Omit<CredentialBody, "sealed" | "who">,
): string {
  return `${what} ${version} of ${account}`;
}

export const setupLinkBody = z.object({
  account: accountIdSchema,
  /** SHA-256 of the token, hexadecimal: the link itself is kept nowhere. */
  link: z.string(),
  expiresMs: z.number(),
  /** Earlier links of the account, which are void by it: no clock tells which is the later. */
  voids: z.array(z.string()).max(100).default([]),
  who,
});

export const programTokenBody = z.object({
  id: z.string(),
  name: z.string(),
  /** SHA-256 of 256 random bits, hexadecimal: nothing that can be guessed. */
  hash: z.string(),
  scopes: z.array(z.string()),
  /** Of a county's: for which sites; a site's own has none. */
  sites: siteScope.optional(),
  expiresMs: z.number().nullable(),
  who,
});
export type ProgramTokenBody = z.infer<typeof programTokenBody>;

export const programTokenRevokedBody = z.object({ id: z.string(), who });

export const sealingKeyBody = z.object({ key: sealingKeySchema });

export function accountEntry(stream: Stream, time: Stamp, body: AccountBody): NewEntry {
  return newEntry(stream, ACCOUNT, time, body);
}

export function credentialEntry(stream: Stream, time: Stamp, body: CredentialBody): NewEntry {
  return newEntry(stream, CREDENTIAL, time, body);
}

/** An `audit` entry that tells what happened; no secret and no personal data is in it. */
export function happened(
  kind: Happening,
  time: Stamp,
  body: { readonly who: string } & Readonly<Record<string, unknown>>,
): NewEntry {
  return newEntry("audit", kind, time, body);
}
