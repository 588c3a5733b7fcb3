/**
 * Files that an auditor can check with nothing of ours: one ZIP with their SHA-256 sums, and the
 * node's signature over those.
 */
import { Buffer } from "node:buffer";
import { strToU8, zipSync } from "fflate";
import { digestOf } from "../collected_entry.ts";
import { parsePublicKey } from "../../sync/identity.ts";

export interface EvidencePart {
  /** Of a file, without folders. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A node's own key: `sync/identity.ts`. */
export interface Signer {
  /** Base64url of the 32 raw bytes. */
  readonly publicKey: string;
  sign(bytes: Uint8Array): Uint8Array;
}

const BYTES_MAX = 64 << 20;
const SUMS = "SHA256SUMS";

/** What was asked for is too much for one file. */
export class EvidenceTooLarge extends Error {
  override name = "EvidenceTooLarge";
}

/** `SHA256SUMS.sig` is a bare Ed25519 signature (RFC 8032), as OpenSSL reads it. */
export function evidenceFile(
  parts: readonly EvidencePart[],
  { node, madeMs, key }: { readonly node: string; readonly madeMs: number; readonly key: Signer },
): Uint8Array<ArrayBuffer> {
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  if (bytes > BYTES_MAX) {
    throw new EvidenceTooLarge(
      `Cannot export: ${bytes} bytes of ${BYTES_MAX}; ask for a shorter time`,
    );
  }
  const readme = { name: "README.txt", bytes: strToU8(readmeOf(node, madeMs, key)) };
  const all = [...parts, readme];
  const sums = strToU8(all.map(({ name, bytes }) => `${digestOf(bytes)}  ${name}\n`).join(""));
  const files = [
    ...all,
    { name: SUMS, bytes: sums },
    { name: `${SUMS}.sig`, bytes: key.sign(sums) },
    { name: "node-key.pem", bytes: strToU8(pemOf(key.publicKey)) },
  ];
  // Half a second for the largest; what is packed already does not get smaller.
  return new Uint8Array(zipSync(
    Object.fromEntries(files.map(({ name, bytes }) => {
      const level = name.endsWith(".pdf") ? 0 : 1;
      return [name, [new Uint8Array(bytes), { level, mtime: madeMs }]];
    })),
  ));
}

function pemOf(publicKey: string): string {
  const key = parsePublicKey(publicKey);
  if (key === null) throw new Error("Cannot write the node's key: it is no Ed25519 key");
  const der = Buffer.from(key.export({ type: "spki", format: "der" })).toString("base64");
  return `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`;
}

function readmeOf(node: string, madeMs: number, { publicKey }: Signer): string {
  const made = new Date(madeMs).toISOString();
  return `${node} ${made}

核对方法：
  sha256sum -c ${SUMS}
  openssl pkeyutl -verify -pubin -inkey node-key.pem -rawin -in ${SUMS} -sigfile ${SUMS}.sig
node-key.pem 须与县中心登记的本节点公钥一致：${publicKey}

How to check:
  the two commands above; the key has to be the one that the county knows of this node.
`;
}
