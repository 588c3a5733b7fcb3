/**
 * Sessions: two signed messages agree on a secret (X25519, RFC 7748), and what follows carries a
 * MAC and a count instead of two signatures and a nonce, which would weigh more than a reading.
 *
 * ```
 * request: authorization: T ID COUNT MAC        (count in base 36, one more than before)
 * answer:  authentication-info: MAC
 * MAC      = HMAC-SHA-256(secret, direction:u8  count:i64  what:text16 …  body), 16 bytes
 * secret   = HMAC-SHA-256(shared, text16("tributary-session-1") asker:text16 answerer:text16
 *                                 id:text16  asker's key:32 bytes  answerer's key:32 bytes)
 * ```
 */
import {
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { OctetReader, OctetsError, OctetWriter } from "./octets.ts";

export const SESSION_PATH = "/sync/session";

/** An unused session ends as a nonce does; one in use has a new secret every hour. */
const IDLE_MAX_MS = 5 * 60_000;
const LIFETIME_MS = 60 * 60_000;
/** Two connections of each of 500 sites, and those that have just been left. */
const SESSIONS_MAX = 4096;
const ID_BYTES = 6;
const MAC_BYTES = 16;
const KEY_BYTES = 32;
const BASE = 36;
const COUNT_MAX = Number.MAX_SAFE_INTEGER;

const HEADER = /^T ([A-Za-z0-9_-]{8}) ([0-9a-z]{1,11}) ([A-Za-z0-9_-]{22})$/;

/** A pair of keys that is used for one session. */
export class SessionKeys {
  readonly #privateKey: KeyObject;
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("x25519");
    this.#privateKey = privateKey;
    const { x } = publicKey.export({ format: "jwk" });
    this.publicKey = Uint8Array.fromBase64(x ?? "", { alphabet: "base64url" });
  }

  shared(theirs: Uint8Array): Uint8Array {
    const x = theirs.toBase64({ alphabet: "base64url", omitPadding: true });
    try {
      const publicKey = createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
      return diffieHellman({ privateKey: this.#privateKey, publicKey });
    } catch (cause) {
      throw new OctetsError("Cannot open a session: that is no key for it", { cause });
    }
  }
}

/** Who a session is between, and what each sent of it. */
interface Agreement {
  readonly asker: string;
  readonly answerer: string;
  readonly id: string;
  readonly askerKey: Uint8Array;
  readonly answererKey: Uint8Array;
}

function secretOf(shared: Uint8Array, agreement: Agreement): Uint8Array {
  const writer = new OctetWriter(256);
  writer.text16("tributary-session-1");
  writer.text16(agreement.asker);
  writer.text16(agreement.answerer);
  writer.text16(agreement.id);
  writer.raw(agreement.askerKey);
  writer.raw(agreement.answererKey);
  return createHmac("sha256", shared).update(writer.bytes()).digest();
}

/** What a MAC is over, apart from the body. */
type Spoken =
  | { readonly kind: "request"; readonly count: number; readonly path: string }
  | { readonly kind: "answer"; readonly count: number; readonly status: number };

function macOf(secret: Uint8Array, spoken: Spoken, body: Uint8Array): string {
  const writer = new OctetWriter(64);
  writer.u8(spoken.kind === "request" ? 1 : 2);
  writer.i64(spoken.count);
  writer.text16(spoken.kind === "request" ? `POST ${spoken.path}` : String(spoken.status));
  const mac = createHmac("sha256", secret).update(writer.bytes()).update(body).digest();
  return mac.subarray(0, MAC_BYTES).toString("base64url");
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The asking end of a session. */
export class AskerSession {
  readonly #id: string;
  readonly #secret: Uint8Array;
  #count = 0;

  private constructor(id: string, secret: Uint8Array) {
    this.#id = id;
    this.#secret = secret;
  }

  /** From the answer to a request that opened it; throws {@link OctetsError} for no answer. */
  static opened(keys: SessionKeys, asker: string, answerer: string, body: Uint8Array) {
    const reader = new OctetReader(body);
    const id = reader.text16();
    const answererKey = reader.raw(KEY_BYTES).slice();
    const agreement = { asker, answerer, id, askerKey: keys.publicKey, answererKey };
    return new AskerSession(id, secretOf(keys.shared(answererKey), agreement));
  }

  /** The header of the next request. */
  next(path: string, body: Uint8Array): string {
    const count = ++this.#count;
    const mac = macOf(this.#secret, { kind: "request", count, path }, body);
    return `T ${this.#id} ${count.toString(BASE)} ${mac}`;
  }

  /** Whether an answer is that to the last request, from whom the session is with. */
  believes(status: number, header: string | undefined, body: Uint8Array): boolean {
    const mac = macOf(this.#secret, { kind: "answer", count: this.#count, status }, body);
    return header !== undefined && same(header, mac);
  }
}

interface Known {
  readonly node: string;
  /** The node's own key when it was opened: a node with another key opens another. */
  readonly nodeKey: string;
  readonly secret: Uint8Array;
  readonly openedMs: number;
  usedMs: number;
  count: number;
}

/** Why a request is none of a session: not known any more, forged, or heard before. */
export interface SessionDoubt {
  readonly kind: "session" | "signature" | "replayed";
  readonly node: string | null;
}

/** A request whose MAC holds; `seal` gives the header of its answer. */
export interface Admission {
  readonly kind: "admitted";
  readonly node: string;
  readonly seal: (status: number, body: Uint8Array) => string;
}

/** The answering end: all sessions that are open here. */
export class Sessions {
  readonly #known = new Map<string, Known>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Opens one for a node that was made sure of; returns the body of the answer. */
  open(asker: string, nodeKey: string, self: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
    const reader = new OctetReader(body);
    const askerKey = reader.raw(KEY_BYTES).slice();
    if (!reader.done) throw new OctetsError("Cannot open a session: bytes are left at the end");
    const keys = new SessionKeys();
    const id = randomBytes(ID_BYTES).toString("base64url");
    const agreement = { asker, answerer: self, id, askerKey, answererKey: keys.publicKey };
    const secret = secretOf(keys.shared(askerKey), agreement);
    const nowMs = this.#nowMs();
    const [oldest] = this.#known.keys();
    if (this.#known.size >= SESSIONS_MAX) this.#known.delete(oldest);
    this.#known.set(id, { node: asker, nodeKey, secret, openedMs: nowMs, usedMs: nowMs, count: 0 });
    const writer = new OctetWriter(64);
    writer.text16(id);
    writer.raw(keys.publicKey);
    return writer.bytes();
  }

  /** Who asks with this header: each count is taken once, and none after a later one. */
  admit(
    header: string,
    path: string,
    body: Uint8Array,
    keyOf: (node: string) => string | undefined,
  ): Admission | SessionDoubt {
    const [, id, digits, mac] = HEADER.exec(header) ?? [];
    const known = this.#known.get(id);
    if (known === undefined) return { kind: "session", node: null };
    const nowMs = this.#nowMs();
    const over = nowMs - known.openedMs > LIFETIME_MS || nowMs - known.usedMs > IDLE_MAX_MS;
    if (over || keyOf(known.node) !== known.nodeKey) {
      this.#known.delete(id);
      return { kind: "session", node: known.node };
    }
    const count = Math.min(parseInt(digits, BASE), COUNT_MAX);
    const { secret, node } = known;
    if (!same(mac, macOf(secret, { kind: "request", count, path }, body))) {
      return { kind: "signature", node };
    }
    if (count <= known.count) return { kind: "replayed", node };
    known.count = count;
    known.usedMs = nowMs;
    // Behind all others: those that were not used for long are dropped first.
    this.#known.delete(id);
    this.#known.set(id, known);
    return {
      kind: "admitted",
      node,
      seal: (status, sealed) => macOf(secret, { kind: "answer", count, status }, sealed),
    };
  }
}
