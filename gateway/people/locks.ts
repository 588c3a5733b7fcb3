/**
 * Locks after failures (X1): of an account, of a PIN, of a name that nobody has, of an address.
 * Pure; times come from the boot-time clock (see moment.ts).
 */
import * as z from "zod";
import type { Stamp } from "../../sync/entry.ts";
import { ageMs, momentSchema } from "../moment.ts";

/** 5 failures lock (X1). */
export const FAILURES_MAX = 5;
/** So many from one address: a ward's tablet has several persons at it. */
export const ADDRESS_FAILURES_MAX = 20;
/** PCI DSS 4.0, 8.3.4: at least 30 minutes, or until an administrator unlocks. */
export const LOCK_MS = 30 * 60_000;
/** Failures are forgotten by a success, or after a day without one: four a day go on for ever. */
export const FORGET_MS = 24 * 3_600_000;

/**
 * What is counted apart. A name that nobody has is locked like one that somebody has: whether it
 * exists does not show.
 */
export const LOCK_KINDS = ["account", "pin", "name", "address"] as const;
export type LockKind = typeof LOCK_KINDS[number];

/** Of strangers' names and of addresses so many are kept: the oldest gives way. */
const STRANGERS_MAX = 1000;
/** Of accounts there are not more. */
const ACCOUNTS_MAX = 10_000;

const MAX: Record<LockKind, { readonly failures: number; readonly kept: number }> = {
  account: { failures: FAILURES_MAX, kept: ACCOUNTS_MAX },
  pin: { failures: FAILURES_MAX, kept: ACCOUNTS_MAX },
  name: { failures: FAILURES_MAX, kept: STRANGERS_MAX },
  address: { failures: ADDRESS_FAILURES_MAX, kept: STRANGERS_MAX },
};

export const lockSchema = z.object({
  kind: z.enum(LOCK_KINDS),
  /** Account id, hash of a name, address. */
  of: z.string(),
  failures: z.number(),
  /** The last failure. */
  last: momentSchema,
});
export type Lock = z.infer<typeof lockSchema>;

/** How long it is locked yet, milliseconds; 0: it is not. */
export function lockedForMs(lock: Lock | undefined, now: Stamp): number {
  if (lock === undefined || lock.failures < MAX[lock.kind].failures) return 0;
  return Math.max(0, LOCK_MS - ageMs(lock.last, now));
}

/**
 * One more failure. After a lock is over counting begins anew. While it is locked nothing is
 * counted: who knocks on goes on being locked for as long as it was to be.
 */
export function failed(
  lock: Lock | undefined,
  { kind, of }: Pick<Lock, "kind" | "of">,
  now: Stamp,
): Lock {
  if (lock !== undefined && lockedForMs(lock, now) > 0) return lock;
  const over = lock === undefined || lock.failures >= MAX[kind].failures ||
    ageMs(lock.last, now) >= FORGET_MS;
  return { kind, of, failures: over ? 1 : lock.failures + 1, last: now };
}

/** The locks that are worth keeping: neither forgotten nor too many of a kind. */
export function kept(locks: readonly Lock[], now: Stamp): Lock[] {
  return LOCK_KINDS.flatMap((kind) => {
    const alive = locks.filter((lock) => lock.kind === kind && ageMs(lock.last, now) < FORGET_MS);
    if (alive.length <= MAX[kind].kept) return alive;
    // What is locked stays longest: a flood of names must not unlock any.
    alive.sort((a, b) =>
      lockedForMs(a, now) - lockedForMs(b, now) || ageMs(b.last, now) - ageMs(a.last, now)
    );
    return alive.slice(-MAX[kind].kept);
  });
}
