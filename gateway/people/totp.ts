/**
 * Second factor: time-based one-time passwords (RFC 6238), six digits of HMAC-SHA-1 each 30 s, as
 * every authenticator app has them. A code works once (RFC 6238, 5.2).
 */
import { Secret, TOTP } from "otpauth";

const PERIOD_SECONDS = 30;
/** One step to either side for a slow hand and a phone's clock (RFC 6238, 5.2: at most one). */
const WINDOW = 1;
/** RFC 4226, 4 R6: 160 bits are recommended. */
const SECRET_BYTES = 20;
const ISSUER = "Tributary";

/** A new secret, base32. */
export function newSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What an authenticator app reads from the QR code: `otpauth://totp/…`. */
export function otpauthUri(secret: string, account: string, node: string): string {
  return generator(secret, `${account} ${node}`).toString();
}

/**
 * The step for which this code is right, to be remembered as `used`; `null` where it is wrong, or
 * not behind the last one that was used. `wallMs`: milliseconds since 1970 UTC.
 */
export function stepOf(
  code: string,
  { secret, used, wallMs }: {
    readonly secret: string;
    readonly used: number | null;
    readonly wallMs: number;
  },
): number | null {
  const token = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return null;
  const delta = generator(secret, "").validate({ token, timestamp: wallMs, window: WINDOW });
  if (delta === null) return null;
  const step = Math.floor(wallMs / 1000 / PERIOD_SECONDS) + delta;
  return used !== null && step <= used ? null : step;
}

function generator(secret: string, label: string): TOTP {
  return new TOTP({
    issuer: ISSUER,
    label,
    algorithm: "SHA1",
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  });
}
