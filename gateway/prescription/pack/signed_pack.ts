/** A pack with a county's signature, as it is shipped down and kept. */
import * as z from "zod";
import { type NodeKey, signedBy } from "../../../sync/identity.ts";
import { PACK_BYTES_MAX, PackError, packIdentity, parsePack } from "./document.ts";
import { compile, type Reviewer } from "./reviewer.ts";
import { failedCases } from "./run_cases.ts";

/** The signature's words: one over a pack can never stand for anything else. */
const STATEMENT = "tributary-pack-1";

const signedPack = z.strictObject({
  /** SHA-256 of the pack, in hexadecimal. */
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  /** Public key of the signer, base64url, and its Ed25519 signature, base64. */
  signer: z.string(),
  signature: z.base64(),
  /** The built pack, in canonical form. */
  pack: z.string().max(PACK_BYTES_MAX),
});
export type SignedPack = z.infer<typeof signedPack>;

function statement(identity: string): Uint8Array {
  return new TextEncoder().encode(`${STATEMENT}\n${identity}`);
}

/** Signs a built pack. */
export function signPack(pack: string, key: NodeKey): SignedPack {
  const identity = packIdentity(pack);
  const signature = Buffer.from(key.sign(statement(identity))).toString("base64");
  return { identity, signer: key.publicKey, signature, pack };
}

export interface LoadedPack {
  readonly identity: string;
  readonly signer: string;
  readonly reviewer: Reviewer;
}

/**
 * Verifies first, then reads and compiles, and runs the pack's own cases once more: what held where
 * it was built has to hold here. Throws {@link PackError}.
 */
export function loadPack(text: string, trusts: (signer: string) => boolean): LoadedPack {
  const { identity, signer, signature, pack } = parseSigned(text);
  const known = trusts(signer);
  const holds = known && packIdentity(pack) === identity &&
    signedBy(signer, statement(identity), Buffer.from(signature, "base64"));
  if (!holds) {
    const found = known
      ? "its signature does not hold; get it again from the county"
      : `nobody here knows the key ${signer} that signed it; want one of the county's`;
    throw new PackError(`Cannot use the pack ${identity.slice(0, 12)}: ${found}`);
  }
  const reviewer = compile(parsePack(pack));
  const [failed] = failedCases(reviewer);
  if (failed !== undefined) {
    throw new PackError(`Cannot use the pack "${reviewer.pack.head.name}": ${failed.message}`);
  }
  return { identity, signer, reviewer };
}

function parseSigned(text: string): SignedPack {
  // JSON escapes at most double a canonical text, in which quotes are many.
  if (text.length > 2 * PACK_BYTES_MAX) throw new PackError("Cannot use the pack: it is too large");
  try {
    return signedPack.parse(JSON.parse(text));
  } catch (cause) {
    const found = "it is no signed pack; make one with `tributary pack sign`";
    throw new PackError(`Cannot use the pack: ${found}`, { cause });
  }
}
