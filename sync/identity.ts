/** A node's Ed25519 key (RFC 8032), and what is signed with it outside of HTTP: heads, receipts. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { OctetWriter } from "./octets.ts";

/** Raw Ed25519 public keys are 32 bytes, signatures 64. */
export const SIGNATURE_BYTES = 64;

/** What identifies a node to others: its name, and a key of which only it has the private half. */
export class NodeKey {
  readonly #privateKey: KeyObject;
  /** Base64url of the 32 raw bytes, as in a JWK (RFC 8037). */
  readonly publicKey: string;

  private constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
    const { x } = createPublicKey(privateKey).export({ format: "jwk" });
    if (x === undefined) throw new Error("Cannot use the node key: it is not an Ed25519 key");
    this.publicKey = x;
  }

  static create(): NodeKey {
    return new NodeKey(generateKeyPairSync("ed25519").privateKey);
  }

  /** Reads PKCS #8 in PEM. */
  static parse(pem: string): NodeKey {
    return new NodeKey(createPrivateKey(pem));
  }

  toPem(): string {
    return String(this.#privateKey.export({ type: "pkcs8", format: "pem" }));
  }

  sign(bytes: Uint8Array): Uint8Array {
    const signature = sign(null, bytes, this.#privateKey);
    return new Uint8Array(signature.buffer, signature.byteOffset, signature.byteLength);
  }
}

const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

/** A public key as text, or `null` where the text is none. */
export function parsePublicKey(text: string): KeyObject | null {
  if (!PUBLIC_KEY.test(text)) return null;
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: text }, format: "jwk" });
}

/** Whether `signature` is that of `publicKey` over `bytes`. */
export function signedBy(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = parsePublicKey(publicKey);
  return key !== null && signature.length === SIGNATURE_BYTES &&
    verify(null, bytes, key, signature);
}

/** A place in a chain: that is what heads and receipts are signed over. */
export interface ChainPlace {
  readonly origin: string;
  readonly stream: string;
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** What an origin signs: "this is where my chain stands"; it vouches for all before it. */
export function headStatement({ origin, stream, seq, hash }: ChainPlace): Uint8Array {
  const writer = new OctetWriter(256);
  writer.text16("tributary-head-1");
  writer.text16(origin);
  writer.text16(stream);
  writer.i64(seq);
  writer.raw(hash);
  return writer.bytes();
}

/**
 * What an origin signs where entries of its own are not to be had any more: "from `first` up to
 * this place nothing comes; the chain goes on from its hash".
 */
export function gapStatement(first: number, place: ChainPlace): Uint8Array {
  const writer = new OctetWriter(256);
  writer.text16("tributary-gap-1");
  writer.i64(first);
  writer.raw(headStatement(place));
  return writer.bytes();
}

/** What a centre signs after its own fsync: "all up to here is durable with me". */
export function receiptStatement(centre: string, place: ChainPlace): Uint8Array {
  const writer = new OctetWriter(256);
  writer.text16("tributary-receipt-1");
  writer.text16(centre);
  writer.raw(headStatement(place));
  return writer.bytes();
}
