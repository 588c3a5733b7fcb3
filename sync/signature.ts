/**
 * HTTP message signatures (RFC 9421) over content digests (RFC 9530), as nodes use them:
 *
 * * a request is signed over method, path and digest, with the sender's name as key id, the
 *   receiver's name in the tag and a nonce that the receiver issued;
 * * an answer is signed over status and digest and over the signature of its request.
 */
import { createHash } from "node:crypto";
import { httpbis } from "http-message-signatures";
import type { Request as Message, SignatureParameters } from "http-message-signatures";
import { parseDictionary } from "structured-headers";
import { type NodeKey, signedBy } from "./identity.ts";

export type Headers = Record<string, string>;

const REQUEST_FIELDS = ["@method", "@path", "content-digest"];
const REQUEST_PARAMS = ["keyid", "nonce", "tag"];
const ANSWER_FIELDS = ["@status", "content-digest", '"signature";req'];
const ANSWER_PARAMS = ["keyid"];

/** The tag that a request to `audience` bears. */
function tagFor(audience: string): string {
  return `tributary/${audience}`;
}

export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}

export interface RequestParts {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}

export interface AnswerParts {
  readonly status: number;
  readonly headers: Headers;
}

/** Signs a request; returns its headers with digest and signature. */
export async function signRequest(
  request: RequestParts,
  body: Uint8Array,
  signer: { key: NodeKey; node: string; audience: string; nonce: string },
): Promise<Headers> {
  const headers = { ...request.headers, "content-digest": contentDigest(body) };
  const signed = await httpbis.signMessage({
    key: signingKey(signer.key, signer.node),
    fields: REQUEST_FIELDS,
    params: REQUEST_PARAMS,
    paramValues: { nonce: signer.nonce, tag: tagFor(signer.audience) },
  }, { ...request, headers });
  return lowerCase(signed.headers);
}

/** Why a signature does not count. */
export type Doubt = "unsigned" | "digest" | "audience" | "unknown-node" | "signature";

export type Verified =
  | { readonly kind: "verified"; readonly node: string; readonly nonce: string }
  | { readonly kind: "refused"; readonly doubt: Doubt; readonly node: string | null };

/** Checks a request's digest and signature; the nonce is the caller's to redeem. */
export async function verifyRequest(
  request: RequestParts,
  body: Uint8Array,
  audience: string,
  publicKeyOf: (node: string) => string | undefined,
): Promise<Verified> {
  const asked: { node: string | null; nonce: string | null } = { node: null, nonce: null };
  const refused = (doubt: Doubt): Verified => ({ kind: "refused", doubt, node: asked.node });
  if (request.headers["content-digest"] !== contentDigest(body)) {
    return refused(request.headers.signature === undefined ? "unsigned" : "digest");
  }
  const doubt = await check(request, undefined, {
    requiredFields: REQUEST_FIELDS,
    requiredParams: REQUEST_PARAMS,
    publicKey: ({ keyid, nonce, tag }) => {
      asked.node = keyid ?? null;
      asked.nonce = nonce ?? null;
      if (tag !== tagFor(audience)) return "audience";
      const publicKey = publicKeyOf(keyid ?? "");
      return publicKey === undefined ? "unknown-node" : { publicKey };
    },
  });
  if (doubt !== null) return refused(doubt);
  const { node, nonce } = asked;
  return node === null || nonce === null ? refused("unsigned") : { kind: "verified", node, nonce };
}

/** Signs an answer to a request that bore the given headers. */
export async function signAnswer(
  answer: AnswerParts,
  body: Uint8Array,
  request: RequestParts,
  signer: { key: NodeKey; node: string },
): Promise<Headers> {
  const headers = { ...answer.headers, "content-digest": contentDigest(body) };
  // An unsigned request, which gets a refusal, has no signature to bind the answer to.
  const fields = request.headers.signature === undefined
    ? ANSWER_FIELDS.slice(0, 2)
    : ANSWER_FIELDS;
  const signed = await httpbis.signMessage(
    { key: signingKey(signer.key, signer.node), fields, params: ANSWER_PARAMS },
    { status: answer.status, headers },
    request,
  );
  return lowerCase(signed.headers);
}

/** Why an answer is not to be believed, or `null` when it is `node`'s own to this request. */
export async function doubtAnswer(
  answer: AnswerParts,
  body: Uint8Array,
  request: RequestParts,
  signer: { node: string; publicKey: string },
): Promise<Doubt | null> {
  if (answer.headers["content-digest"] !== contentDigest(body)) return "digest";
  return await check(answer, request, {
    requiredFields: ["@status", "content-digest", "signature"],
    requiredParams: ANSWER_PARAMS,
    publicKey: ({ keyid }) =>
      keyid === signer.node ? { publicKey: signer.publicKey } : "unknown-node",
  });
}

/** The nonce in an `Accept-Signature` header (RFC 9421, 5.1), or `null`. */
export function offeredNonce(header: string | undefined): string | null {
  if (header === undefined) return null;
  try {
    for (const [, parameters] of parseDictionary(header).values()) {
      const nonce = parameters.get("nonce");
      if (typeof nonce === "string") return nonce;
    }
  } catch {
    // A header that cannot be read offers nothing.
  }
  return null;
}

/** An `Accept-Signature` header that asks for the next request to be signed with this nonce. */
export function offerNonce(nonce: string): string {
  return `sig=();nonce="${nonce}"`;
}

interface Expectation {
  readonly requiredFields: string[];
  readonly requiredParams: string[];
  /** The key to check with, or why there is none. */
  readonly publicKey: (asked: SignatureParameters) => { publicKey: string } | Doubt;
}

/** `null` when the signature holds, else why it does not. */
async function check(
  message: RequestParts | AnswerParts,
  request: RequestParts | undefined,
  { requiredFields, requiredParams, publicKey }: Expectation,
): Promise<Doubt | null> {
  let doubt: Doubt = "unsigned";
  const config = {
    all: true,
    requiredFields,
    requiredParams,
    keyLookup: (parameters: SignatureParameters) => {
      const found = publicKey(parameters);
      doubt = typeof found === "string" ? found : "signature";
      return Promise.resolve(
        typeof found === "string" ? null : {
          verify: (data: Uint8Array, signature: Uint8Array) =>
            Promise.resolve(signedBy(found.publicKey, data, signature)),
        },
      );
    },
  };
  try {
    const holds = "status" in message
      ? await httpbis.verifyMessage(config, message, request)
      : await httpbis.verifyMessage(config, message);
    return holds === true ? null : doubt;
  } catch {
    // The library throws for what is missing, unknown or malformed; `doubt` says how far it got.
    return doubt;
  }
}

function signingKey(key: NodeKey, node: string) {
  return {
    id: node,
    sign: (data: Uint8Array) => Promise.resolve(Buffer.from(key.sign(data))),
  };
}

function lowerCase(headers: Message["headers"]): Headers {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), `${value}`]);
  return Object.fromEntries(entries);
}
