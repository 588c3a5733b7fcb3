/** Locks as this node keeps them, in a small file: a restart unlocks nobody. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import type { Stamp } from "../../sync/entry.ts";
import { isDiskFailure } from "../disk_failure.ts";
import { writeDurablyBeside } from "../durable_file.ts";
import { failed, kept, type Lock, lockedForMs, type LockKind, lockSchema } from "./locks.ts";

/** Steps of second factors that were used, one an account: a code works once. */
const STEPS_MAX = 10_000;

const fileSchema = z.object({
  locks: z.array(lockSchema),
  steps: z.record(z.string(), z.number()),
});

export interface LockedAccount {
  readonly kind: LockKind;
  readonly of: string;
  readonly minutes: number;
}

export class LockBook {
  readonly #path: string;
  readonly #now: () => Stamp;
  #locks: Map<string, Lock>;
  readonly #steps: Map<string, number>;
  #saving: Promise<void> = Promise.resolve();
  #dirty = false;

  /** A file that cannot be read is an error: to begin anew would unlock whoever is locked. */
  constructor(dataDir: string, now: () => Stamp) {
    this.#path = join(dataDir, "locks.json");
    this.#now = now;
    const { locks, steps } = read(this.#path);
    this.#locks = new Map(locks.map((lock) => [keyOf(lock.kind, lock.of), lock]));
    this.#steps = new Map(Object.entries(steps));
  }

  /** How long it is locked yet, in minutes, rounded up; 0: it is not. */
  minutes(kind: LockKind, of: string): number {
    return Math.ceil(lockedForMs(this.#locks.get(keyOf(kind, of)), this.#now()) / 60_000);
  }

  /** Takes note of a failure; returns whether it is what locked. */
  fail(kind: LockKind, of: string): boolean {
    const [key, now] = [keyOf(kind, of), this.#now()];
    const before = this.#locks.get(key);
    const wasLocked = lockedForMs(before, now) > 0;
    this.#locks.delete(key);
    this.#locks.set(key, failed(before, { kind, of }, now));
    this.#write();
    return !wasLocked && this.minutes(kind, of) > 0;
  }

  /** Forgets failures: of a success, or because somebody unlocks. Returns whether it was locked. */
  forget(kind: LockKind, of: string): boolean {
    const wasLocked = this.minutes(kind, of) > 0;
    if (this.#locks.delete(keyOf(kind, of))) this.#write();
    return wasLocked;
  }

  locked(): LockedAccount[] {
    return [...this.#locks.values()]
      .map(({ kind, of }) => ({ kind, of, minutes: this.minutes(kind, of) }))
      .filter(({ minutes }) => minutes > 0);
  }

  usedStep(account: string): number | null {
    return this.#steps.get(account) ?? null;
  }

  useStep(account: string, step: number): void {
    this.#steps.delete(account);
    this.#steps.set(account, step);
    if (this.#steps.size > STEPS_MAX) this.#steps.delete([...this.#steps.keys()][0]);
    this.#write();
  }

  /** Resolves when all of it is on disk: no failure is answered before it is. */
  saved(): Promise<void> {
    return this.#saving;
  }

  #write(): void {
    const locks = kept([...this.#locks.values()], this.#now());
    this.#locks = new Map(locks.map((lock) => [keyOf(lock.kind, lock.of), lock]));
    this.#dirty = true;
    this.#saving = this.#saving.then(() => this.#save());
  }

  /** On a full disk locks hold until the node stops, and people can work. */
  async #save(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const steps = Object.fromEntries(this.#steps);
    try {
      await writeDurablyBeside(
        this.#path,
        JSON.stringify({ locks: [...this.#locks.values()], steps }),
      );
    } catch (error) {
      if (!isDiskFailure(error)) throw error;
    }
  }
}

function keyOf(kind: LockKind, of: string): string {
  return `${kind} ${of}`;
}

function read(path: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(Deno.readTextFileSync(path)));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return { locks: [], steps: {} };
    throw new Error(`Cannot read "${path}": remove it to unlock everybody`, { cause });
  }
}

/** A name that nobody has, as the locks keep it: somebody may have typed a password there. */
export function nameHash(name: string): string {
  return createHash("sha256").update(name.trim().toLowerCase()).digest("hex").slice(0, 32);
}
