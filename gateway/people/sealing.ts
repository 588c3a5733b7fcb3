/**
 * Sealing: what only one node may read, in an entry that others hold too. HPKE (RFC 9180), base
 * mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
 *
 * Verifiers of passwords and PINs and secrets of second factors travel in entries, which whoever
 * may read entries, exports or a county's database sees. Leaving their bodies out there would
 * break the chain that proves the rest; a stream of their own would have to be kept out of every
 * export for ever. Sealed, an entry stays like any other and is of no use to who reads it.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { writeDurably } from "../durable_file.ts";

/** Base64url of 32 bytes. */
const KEY = /^[A-Za-z0-9_-]{43}$/;
export const sealingKeySchema = z.string().regex(KEY);

/** What is sealed for one key: `enc` and the ciphertext with its tag, both base64url. */
export const sealedSchema = z.object({
  /** The recipient's public key. */
  for: sealingKeySchema,
  enc: z.string().max(64),
  data: z.string().max(4096),
});
export type Sealed = z.infer<typeof sealedSchema>;

const INFO = new TextEncoder().encode("tributary-sealed-1");

function suite(): CipherSuite {
  return new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
}

/** Seals a text for whoever has the private half; `about` has to be told to open it. */
export async function sealFor(publicKey: string, text: string, about: string): Promise<Sealed> {
  const [hpke, encoder] = [suite(), new TextEncoder()];
  const recipientPublicKey = await hpke.kem.deserializePublicKey(bytesOf(publicKey));
  const [plain, bound] = [encoder.encode(text), encoder.encode(about)];
  const { enc, ct } = await hpke.seal({ recipientPublicKey, info: INFO }, plain, bound);
  return { for: publicKey, enc: textOf(enc), data: textOf(ct) };
}

/** This node's own pair of keys, apart from the one that it signs with. */
export class SealingKey {
  readonly #private: CryptoKey;
  /** Base64url of the 32 raw bytes. */
  readonly publicKey: string;

  private constructor(own: CryptoKey, publicKey: string) {
    this.#private = own;
    this.publicKey = publicKey;
  }

  /** Reads `keys/sealing.key` of a data folder, which is made where it is missing. */
  static async open(dataDir: string): Promise<SealingKey> {
    const path = join(dataDir, "keys", "sealing.key");
    const { kem } = suite();
    if (!existsSync(path)) {
      const pair = await kem.generateKeyPair();
      const [own, shown] = [
        await kem.serializePrivateKey(pair.privateKey),
        await kem.serializePublicKey(pair.publicKey),
      ];
      writeDurably(path, `${textOf(own)} ${textOf(shown)}\n`);
    }
    const [own, shown] = Deno.readTextFileSync(path).trim().split(" ");
    if (!KEY.test(own) || !KEY.test(shown ?? "")) {
      throw new Error(`Cannot use "${path}": want two keys; remove it, and set passwords anew`);
    }
    return new SealingKey(await kem.deserializePrivateKey(bytesOf(own)), shown);
  }

  /** The text, or `null` where it was sealed for another key or about something else. */
  async open(sealed: Sealed, about: string): Promise<string | null> {
    if (sealed.for !== this.publicKey) return null;
    try {
      const plain = await suite().open(
        { recipientKey: this.#private, enc: bytesOf(sealed.enc), info: INFO },
        bytesOf(sealed.data),
        new TextEncoder().encode(about),
      );
      return new TextDecoder().decode(plain);
    } catch {
      return null;
    }
  }
}

function textOf(bytes: ArrayBuffer): string {
  return new Uint8Array(bytes).toBase64({ alphabet: "base64url", omitPadding: true });
}

function bytesOf(text: string): ArrayBuffer {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" }).buffer;
}
