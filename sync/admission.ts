/**
 * How many requests a receiving end works on at a time: what comes on top is sent away with the
 * moment to come back. Each one sent away is given another, as far apart as the work takes, so
 * that five hundred sites that come back together are served one after the other.
 */

export interface AdmissionLimits {
  /** Requests in work, and the bytes of their bodies. */
  readonly requestsMax: number;
  readonly bytesMax: number;
}

/**
 * Enough to keep the journal's thread and one core that checks signatures busy; the bytes are
 * eight of the largest bodies, so that no storm fills the memory.
 */
export const ADMISSION_LIMITS: AdmissionLimits = { requestsMax: 16, bytesMax: 64 << 20 };

/** What a request takes until one was measured, milliseconds. */
const SERVICE_FIRST_MS = 50;
/** Weight of the latest request in the mean. */
const SERVICE_WEIGHT = 0.1;
/** Nobody is told to come back sooner or later than so. */
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;

export type Admitted =
  | { readonly kind: "in"; readonly leave: () => void }
  | { readonly kind: "busy"; readonly retryAfterMs: number };

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #nowMs: () => number;
  #requests = 0;
  #bytes = 0;
  #serviceMs = SERVICE_FIRST_MS;
  /** The moment that the last one who was sent away was given. */
  #promisedMs = -Infinity;

  constructor(nowMs: () => number, limits: AdmissionLimits = ADMISSION_LIMITS) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** Whether the next one would be sent away. */
  get full(): boolean {
    return this.#requests >= this.#limits.requestsMax;
  }

  /** A request with a body of so many bytes wants to be worked on. A lone one always may. */
  enter(bytes: number): Admitted {
    const { requestsMax, bytesMax } = this.#limits;
    const room = this.#requests < requestsMax && this.#bytes + bytes <= bytesMax;
    const startedMs = this.#nowMs();
    if (!room && this.#requests > 0) return { kind: "busy", retryAfterMs: this.#turn(startedMs) };
    this.#requests++;
    this.#bytes += bytes;
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      this.#requests--;
      this.#bytes -= bytes;
      this.#serviceMs += SERVICE_WEIGHT * (this.#nowMs() - startedMs - this.#serviceMs);
    };
    return { kind: "in", leave };
  }

  #turn(nowMs: number): number {
    const apartMs = this.#serviceMs / this.#limits.requestsMax;
    this.#promisedMs = Math.max(nowMs, this.#promisedMs) + apartMs;
    const waitMs = Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, this.#promisedMs - nowMs));
    this.#promisedMs = Math.min(this.#promisedMs, nowMs + RETRY_MAX_MS);
    return Math.ceil(waitMs);
  }
}
