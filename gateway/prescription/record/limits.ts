/** How much comes at one time, and from one sender: what is too much is told when to come again. */
import type { Node } from "../../node.ts";
import { noRoomProblem } from "../../no_room.ts";
import type { Recorded, Refused } from "../desk.ts";

export interface LimitOptions {
  /** Prescriptions a second that one sender may bring in the long run, and at once after a rest. */
  readonly perSecond: number;
  readonly burst: number;
  /** That may wait for their answer at one time. */
  readonly inFlight: number;
}

/** Senders that are remembered: others have rested longest, and may bring a burst again. */
const SENDERS_MAX = 1000;

interface Bucket {
  left: number;
  atMs: number;
}

export class Limits {
  readonly #options: LimitOptions;
  readonly #buckets = new Map<string, Bucket>();
  #inFlight = 0;

  constructor(options: LimitOptions) {
    this.#options = options;
  }

  /** Whether one more of `who` may come, which counts from now on; `nowMs` of a steady clock. */
  admit(who: string, nowMs: number): Recorded & { readonly kind: "refused" } | null {
    const { inFlight } = this.#options;
    if (this.#inFlight >= inFlight) {
      return tooMany(`${inFlight} prescriptions wait for their verdict already`, 1);
    }
    const waitMs = this.#draw(who, nowMs);
    if (waitMs > 0) {
      const { perSecond } = this.#options;
      return tooMany(`one sender may bring ${perSecond} a second`, Math.ceil(waitMs / 1000));
    }
    this.#inFlight++;
    return null;
  }

  /** Its answer has left. */
  done(): void {
    this.#inFlight--;
  }

  /** Takes one from the sender's bucket; else how long until there is one, milliseconds. */
  #draw(who: string, nowMs: number): number {
    const { perSecond, burst } = this.#options;
    const bucket = this.#buckets.get(who) ?? { left: burst, atMs: nowMs };
    this.#buckets.delete(who);
    this.#buckets.set(who, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > SENDERS_MAX) this.#buckets.delete(oldest);
    const restedMs = Math.max(0, nowMs - bucket.atMs);
    bucket.left = Math.min(burst, bucket.left + restedMs * perSecond / 1000);
    bucket.atMs = nowMs;
    if (bucket.left < 1) return (1 - bucket.left) * 1000 / perSecond;
    bucket.left--;
    return 0;
  }
}

export function tooMany(detail: string, retryAfterSeconds: number): Recorded & { kind: "refused" } {
  return {
    kind: "refused",
    problem: {
      status: 429,
      code: "too-many",
      title: "Too many prescriptions at one time: nothing was stored",
      detail,
      hint: "send it again later, under the same key",
    },
    retryAfterSeconds,
  };
}

/** A disk that is full is so for a while. */
const NO_ROOM_SECONDS = 30;

/** Where the disk takes no record now; else `null`. */
export function noRoom(disk: Pick<Node["disk"], "noRoomFor">): Refused | null {
  const problem = noRoomProblem(
    disk,
    "send it again under the same key, here or at another node",
  );
  if (problem === null) return null;
  return { kind: "refused", problem, retryAfterSeconds: NO_ROOM_SECONDS };
}
