/**
 * The pass token (P9): a JWS (RFC 7515, EdDSA of RFC 8037) that binds one version of one
 * prescription to its content and to the days on which it may be dispensed. It is checked with the
 * keys of known nodes alone, so offline too; that it is used once is the journal's to say.
 */
import { compactVerify, decodeProtectedHeader, errors, importJWK } from "jose";
import * as z from "zod";
import { dayOf, dayText, parseDay } from "../../../sync/day.ts";
import type { NodeKey } from "../../../sync/identity.ts";
import type { Prescription } from "../prescription.ts";
import { compactToken, PASSES } from "./pass.ts";
import { code, type Subject, subject } from "./subject.ts";

/** Says what it is, so that nothing else that a node signs passes for it (RFC 8725, 3.11). */
const TYPE = "tributary-pass+jws";
const ALGORITHM = "EdDSA";
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/** Days as in the calendar of Asia/Shanghai, both included. */
export const tokenClaims = subject.extend({
  /** Id of the verdict or decision that lets it pass, or of the `pass-token`. */
  id: code,
  outcome: z.enum(PASSES),
  validFrom: z.iso.date(),
  validUntil: z.iso.date(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;

/**
 * From the day of issue to the last that the prescriber allows: the same day, or as extended. How
 * far that may be is a rule's to judge (处方管理办法 第十八条).
 */
export function validityOf(
  { issuedAt, validUntil }: Pick<Prescription, "issuedAt" | "validUntil">,
): Pick<TokenClaims, "validFrom" | "validUntil"> {
  const validFrom = dayText(dayOf(Date.parse(issuedAt)));
  return { validFrom, validUntil: validUntil ?? validFrom };
}

/**
 * Signs tokens with a node's key, which the header names by itself. Compact serialisation is three
 * texts with a point between them (RFC 7515, 7.1); by the library it costs three times as much,
 * and every prescription that passes has one.
 */
export function tokenSigner(key: NodeKey): (claims: TokenClaims) => string {
  const text = new TextEncoder();
  const part = (bytes: Uint8Array) => bytes.toBase64(BASE64URL);
  const header = { alg: ALGORITHM, typ: TYPE, kid: key.publicKey };
  const head = part(text.encode(JSON.stringify(header)));
  return (claims) => {
    const signed = `${head}.${part(text.encode(JSON.stringify(claims)))}`;
    return `${signed}.${part(key.sign(text.encode(signed)))}`;
  };
}

/** A node whose word counts, by its public key as `NodeKey.publicKey` writes it. */
export interface TokenKey {
  readonly node: string;
  /** A site may vouch for its own prescriptions; a county for any site's. */
  readonly role: "site" | "county";
  /** Nothing that it ever signed counts: nobody can tell when that was. */
  readonly isRevoked: boolean;
}

export type TokenDoubt =
  | "malformed"
  | "unknown-key"
  | "revoked-key"
  | "signature"
  /** The signer may not vouch for that site. */
  | "wrong-signer"
  /** It is of another prescription, or another version of it. */
  | "other-prescription"
  /** The prescription is not what was reviewed. */
  | "changed"
  | "not-yet"
  | "expired";

export type TokenCheck =
  | { readonly kind: "valid"; readonly claims: TokenClaims; readonly node: string }
  | { readonly kind: "refused"; readonly doubt: TokenDoubt };

/**
 * Whether a token lets `asked` be dispensed on `day`, which is counted as `dayOf` in sync/day.ts
 * does; `asked.hash` is made anew of the prescription that is to be dispensed.
 */
export async function checkToken(
  token: string,
  keys: ReadonlyMap<string, TokenKey>,
  asked: Subject,
  day: number,
): Promise<TokenCheck> {
  const kid = keyNamed(token);
  if (kid === null) return refused("malformed");
  const key = keys.get(kid);
  if (key === undefined) return refused("unknown-key");
  if (key.isRevoked) return refused("revoked-key");
  const claims = await verified(token, kid);
  if (typeof claims === "string") return refused(claims);
  const doubt = doubtOf(claims, key, asked, day);
  return doubt === null ? { kind: "valid", claims, node: key.node } : refused(doubt);
}

function refused(doubt: TokenDoubt): TokenCheck {
  return { kind: "refused", doubt };
}

/** What the header says it is signed with; `null` where it is no token of ours. */
function keyNamed(token: string): string | null {
  if (!compactToken.safeParse(token).success || !token.split(".").every(isCanonical)) return null;
  try {
    const { alg, typ, kid } = decodeProtectedHeader(token);
    return alg === ALGORITHM && typ === TYPE && kid !== undefined ? kid : null;
  } catch {
    return null;
  }
}

/** The last letter may have spare bits: with others the same bytes would have two texts. */
function isCanonical(part: string): boolean {
  try {
    return Uint8Array.fromBase64(part, BASE64URL).toBase64(BASE64URL) === part;
  } catch {
    return false;
  }
}

async function verified(token: string, kid: string): Promise<TokenClaims | TokenDoubt> {
  try {
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x: kid }, ALGORITHM);
    const { payload } = await compactVerify(token, key, { algorithms: [ALGORITHM] });
    const claims = tokenClaims.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    return claims.success ? claims.data : "malformed";
  } catch (error) {
    return error instanceof errors.JWSSignatureVerificationFailed ? "signature" : "malformed";
  }
}

function doubtOf(
  claims: TokenClaims,
  { role, node }: TokenKey,
  asked: Subject,
  day: number,
): TokenDoubt | null {
  if (role === "site" && node !== claims.site) return "wrong-signer";
  const isSame = claims.site === asked.site && claims.prescription === asked.prescription &&
    claims.version === asked.version;
  if (!isSame) return "other-prescription";
  if (claims.hash !== asked.hash) return "changed";
  const [from, until] = [parseDay(claims.validFrom), parseDay(claims.validUntil)];
  if (from === null || until === null) return "malformed";
  // A day that is no number is in no order, and must not pass for that.
  if (!(day >= from)) return "not-yet";
  return day <= until ? null : "expired";
}
