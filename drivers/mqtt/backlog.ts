/**
 * Tells what waited at the broker from what is sent now. Nothing in a PUBLISH does: what was
 * queued for a session comes without retain and DUP. But a broker sends in order: it fills its
 * window from the queue with each PUBACK before it looks at what we sent behind that. So once a
 * PINGREQ, sent when all was acknowledged, is answered without a message before the answer,
 * nothing waits any more. It needs no topic of our own, and nobody's leave.
 */

/** While we held one message for so long, those behind it waited, and are as old. */
const HELD_MS = 5000;

export class Backlog {
  readonly #ping: () => void;
  readonly #nowMs: () => number;
  /** What waited may come yet. */
  #waits = false;
  /** Messages that are not acknowledged. */
  #held = 0;
  /** PINGREQs without an answer; whether all was acknowledged then, and nothing came since. */
  readonly #asked: { alone: boolean }[] = [];

  /** `ping` sends a PINGREQ. */
  constructor(ping: () => void, nowMs = () => performance.now()) {
    this.#ping = ping;
    this.#nowMs = nowMs;
  }

  /** Why a message that came now may be of some time ago, where it may. */
  doubt(repeated: boolean): string | null {
    if (this.#waits) return "it may have waited at the broker";
    return repeated ? "the broker has sent it before" : null;
  }

  /** The broker has answered our CONNECT. */
  connected(sessionPresent: boolean): void {
    this.#waits = sessionPresent;
  }

  /** A message came; the result is to be called once it is acknowledged. */
  came(): () => void {
    const beganMs = this.#nowMs();
    this.#held++;
    for (const asked of this.#asked) asked.alone = false;
    return () => {
      this.#held--;
      if (this.#nowMs() - beganMs > HELD_MS) this.#waits = true;
      this.ask();
    };
  }

  /** Asks the broker whether more is to come, where that is worth it. */
  ask(): void {
    if (this.#waits && this.#held === 0 && this.#asked.length === 0) this.#ping();
  }

  /** A PINGREQ has left, ours or one that keeps the connection alive. */
  pinged(): void {
    this.#asked.push({ alone: this.#held === 0 });
  }

  /** A PINGRESP came. */
  answered(): void {
    if (this.#asked.shift()?.alone) this.#waits = false;
    this.ask();
  }
}
