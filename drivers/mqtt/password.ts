/** Device passwords, kept as salted scrypt hashes (RFC 7914): `scrypt:SALT:HASH`, base64url. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** N = 2^14, r = 8, p = 1: 16 MiB and some 50 ms, for a login a device makes once a connection. */
const COST = { N: 1 << 14, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

export const PASSWORD_HASH = /^scrypt:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]{43}$/;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(Buffer.from(password), salt);
  return `scrypt:${salt.toString("base64url")}:${hash.toString("base64url")}`;
}

/** Whether the password is the one that was hashed; `hash` has the form above. */
export async function passwordMatches(password: Uint8Array, hash: string): Promise<boolean> {
  const [, salt, wanted] = hash.split(":");
  const found = await derive(password, Buffer.from(salt, "base64url"));
  return timingSafeEqual(found, Buffer.from(wanted, "base64url"));
}

function derive(password: Uint8Array, salt: Uint8Array): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(password, salt, HASH_BYTES, COST, (error, key) => error ? reject(error) : resolve(key));
  return promise;
}
