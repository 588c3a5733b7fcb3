/** Device passwords, kept as salted scrypt hashes (RFC 7914) in the PHC string format. */
import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/**
 * N = 2^12, r = 8, p = 1: 4 MiB and some 10 ms. After a power cut hundreds of devices log in
 * together on a small processor, and passwords from `device password` have 120 random bits.
 */
const COST = { N: 1 << 12, r: 8, p: 1 };
const PREFIX = "$scrypt$ln=12,r=8,p=1$";
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** `$scrypt$ln=12,r=8,p=1$SALT$HASH`, base64 without padding. */
export const PASSWORD_HASH = /^\$scrypt\$ln=12,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(Buffer.from(password), salt);
  return `${PREFIX}${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Checks passwords, one at a time, so that a crowd of logins takes neither all the memory nor
 * all the processors; a password that was right before is known without the cost.
 */
export class PasswordChecker {
  /** Keeps what is remembered useless to whoever reads the memory of another process. */
  readonly #secret = randomBytes(32);
  readonly #right = new Map<string, Buffer>();
  #last: Promise<unknown> = Promise.resolve();

  /** Whether the password was found right before. */
  knows(password: Uint8Array, hash: string): boolean {
    const remembered = this.#right.get(hash);
    return remembered !== undefined && timingSafeEqual(remembered, this.#digest(password));
  }

  async matches(password: Uint8Array, hash: string): Promise<boolean> {
    if (this.knows(password, hash)) return true;
    const [salt, wanted] = hash.slice(PREFIX.length).split("$");
    const found = this.#last.then(() => derive(password, Buffer.from(salt, "base64")));
    this.#last = found.catch(() => {});
    const right = timingSafeEqual(await found, Buffer.from(wanted, "base64"));
    if (right) this.#right.set(hash, this.#digest(password));
    return right;
  }

  #digest(password: Uint8Array): Buffer {
    return createHmac("sha256", this.#secret).update(password).digest();
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}

function derive(password: Uint8Array, salt: Uint8Array): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(password, salt, HASH_BYTES, COST, (error, key) => error ? reject(error) : resolve(key));
  return promise;
}
