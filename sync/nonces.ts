/**
 * Nonces that a county hands out and takes back once: a request cannot be replayed, and no clock
 * but the county's own is believed.
 *
 * A nonce says when it was issued and is authenticated (HMAC-SHA-256) with a secret, so nothing
 * is stored until it is used, and every node of a county that has the secret can check it.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** How long a nonce may wait to be used: a site that sends once a minute keeps its own. */
export const NONCE_LIFETIME_MS = 5 * 60_000;
/** Used nonces remembered: 400 sites at 3 requests a second for the lifetime above. */
const USED_MAX = 400_000;
const TIME_BYTES = 6;
const RANDOM_BYTES = 8;
const MAC_BYTES = 16;

export type Redeemed = "fresh" | "used" | "expired" | "foreign";

export class Nonces {
  readonly #secret: Uint8Array;
  readonly #nowMs: () => number;
  /** Nonces used, by the half lifetime in which they were issued; old halves are dropped whole. */
  readonly #used = new Map<number, Set<string>>();

  /** `nowMs` never goes back; it is shared by the nodes that share the secret. */
  constructor(secret: Uint8Array, nowMs: () => number) {
    this.#secret = secret;
    this.#nowMs = nowMs;
  }

  issue(): string {
    const plain = new Uint8Array(TIME_BYTES + RANDOM_BYTES);
    const issuedMs = Math.floor(this.#nowMs());
    new DataView(plain.buffer).setUint16(0, Math.floor(issuedMs / 2 ** 32));
    new DataView(plain.buffer).setUint32(2, issuedMs >>> 0);
    plain.set(randomBytes(RANDOM_BYTES), TIME_BYTES);
    const nonce = new Uint8Array(plain.length + MAC_BYTES);
    nonce.set(plain);
    nonce.set(this.#mac(plain), plain.length);
    return nonce.toBase64({ alphabet: "base64url", omitPadding: true });
  }

  /** Takes a nonce back; only a fresh one lets the request through. */
  redeem(nonce: string): Redeemed {
    const bytes = decode(nonce);
    if (bytes === null) return "foreign";
    const plain = bytes.subarray(0, TIME_BYTES + RANDOM_BYTES);
    if (!timingSafeEqual(this.#mac(plain), bytes.subarray(plain.length))) return "foreign";
    const view = new DataView(bytes.buffer);
    const issuedMs = view.getUint16(0) * 2 ** 32 + view.getUint32(2);
    const now = this.#nowMs();
    if (now - issuedMs > NONCE_LIFETIME_MS) return "expired";
    const half = Math.floor(issuedMs / (NONCE_LIFETIME_MS / 2));
    const used = this.#used.get(half) ?? new Set();
    if (used.has(nonce)) return "used";
    // Too many to remember: refusing is safe, the sender asks for another.
    if (used.size >= USED_MAX / 3) return "expired";
    used.add(nonce);
    this.#used.set(half, used);
    this.#forget(now);
    return "fresh";
  }

  #forget(now: number): void {
    const oldest = Math.floor((now - NONCE_LIFETIME_MS) / (NONCE_LIFETIME_MS / 2));
    for (const half of this.#used.keys()) {
      if (half < oldest) this.#used.delete(half);
    }
  }

  #mac(plain: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#secret).update(plain).digest().subarray(0, MAC_BYTES);
  }
}

function decode(nonce: string): Uint8Array | null {
  try {
    const bytes = Uint8Array.fromBase64(nonce, { alphabet: "base64url" });
    return bytes.length === TIME_BYTES + RANDOM_BYTES + MAC_BYTES ? bytes : null;
  } catch {
    return null;
  }
}
