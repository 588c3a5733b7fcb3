/**
 * Whom a dose was given to, as the journal holds it: a keyed hash by which the same person is found
 * again, a mask for pages, and number and name sealed for who may see them.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { Buffer } from "node:buffer";
import * as z from "zod";
import { maskName, maskNumber, maskResidentId } from "../../people/masking.ts";
import { isResidentId } from "../../resident_id.ts";
import type { Recipient } from "./flow_body.ts";

/** As long as the hash (RFC 2104, section 3), as `openssl rand -hex 32` makes it. */
const KEY = /^[0-9a-f]{64}$/i;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const personSchema = z.strictObject({
  /** Of the resident ID, or of the immunisation record where a child has none yet. */
  system: z.enum(["resident-id", "immunisation-record"]),
  number: z.string().trim().min(4).max(32),
  name: z.string().trim().min(1).max(64),
}).refine(({ system, number }) => system !== "resident-id" || isResidentId(number), {
  path: ["number"],
  error: "it is no resident ID: 18 characters, the last checks the others; read it again",
});
export type NamedPerson = z.infer<typeof personSchema>;

const sealedPerson = z.object({ number: z.string(), name: z.string() });

export class RecipientKey {
  readonly #key: Uint8Array;
  readonly #sealingKey: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
    this.#sealingKey = createHmac("sha256", key).update("tributary-recipient-seal-1").digest();
  }

  /** Throws an error that names setting and fix. */
  static read(file: string): RecipientKey {
    let text: string;
    try {
      text = Deno.readTextFileSync(file).trim();
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Cannot read vaccines.recipientKeyFile "${file}": ${found}`, { cause });
    }
    if (!KEY.test(text)) {
      throw new Error(
        `Cannot use vaccines.recipientKeyFile "${file}": want 64 hexadecimal digits, the same ` +
          "at all nodes of the county; `openssl rand -hex 32` makes some",
      );
    }
    return new RecipientKey(Uint8Array.fromHex(text));
  }

  /** One person is one key, at all sites and at any time. */
  keyOf({ system, number }: Pick<NamedPerson, "system" | "number">): string {
    const plain = number.trim().toUpperCase();
    return createHmac("sha256", this.#key).update(JSON.stringify([system, plain]))
      .digest("base64url");
  }

  /** `about`: id of the use; what is sealed opens with it alone. */
  recipientOf(person: NamedPerson, about: string): Recipient {
    const { system, number, name } = person;
    const plain = number.toUpperCase();
    const mask = system === "resident-id" ? maskResidentId(plain) : maskNumber(plain);
    const sealed = this.#seal(JSON.stringify({ number: plain, name }), about);
    return { key: this.keyOf(person), shown: `${maskName(name)} ${mask}`, sealed };
  }

  #seal(text: string, about: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#sealingKey, nonce);
    cipher.setAAD(Buffer.from(about));
    const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, data, cipher.getAuthTag()]).toString("base64url");
  }

  /** `null`: it is sealed with another key, or is about another use. */
  opened(sealed: string, about: string): { readonly number: string; readonly name: string } | null {
    try {
      const bytes = Buffer.from(sealed, "base64url");
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const cipher = createDecipheriv("aes-256-gcm", this.#sealingKey, nonce, {
        authTagLength: TAG_BYTES,
      });
      cipher.setAAD(Buffer.from(about));
      cipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const data = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
      const text = Buffer.concat([cipher.update(data), cipher.final()]).toString("utf8");
      return sealedPerson.parse(JSON.parse(text));
    } catch {
      return null;
    }
  }
}
