/** The last exchanges of each unit, as bytes: what a technician wants to see. */
import type { Answer } from "./answer.ts";
import { exceptionText } from "./answer.ts";

/** Exchanges kept of one unit, and bytes kept of one exchange. */
const EXCHANGES_MAX = 20;
const BYTES_MAX = 1024;

/** Times are on the clock of `performance.now()`. */
export class Exchange {
  readonly unit: number;
  readonly sent: Uint8Array;
  readonly sentMs = performance.now();
  readonly chunks: { readonly bytes: Uint8Array; readonly ms: number }[] = [];
  /** What it came to: `answered`, `exception 2 (…)`, why it failed; empty while it lasts. */
  outcome = "";
  #count = 0;

  constructor(unit: number, sent: Uint8Array) {
    this.unit = unit;
    this.sent = sent;
  }

  received(bytes: Uint8Array): void {
    if (this.#count >= BYTES_MAX) return;
    this.#count += bytes.length;
    this.chunks.push({ bytes, ms: performance.now() });
  }

  end(answer: Answer): void {
    if (answer.kind === "failed") this.outcome = answer.reason;
    else this.outcome = answer.kind === "exception" ? exceptionText(answer.code) : "answered";
  }
}

export class Trace {
  readonly #units = new Map<number, Exchange[]>();
  readonly #hooks = new Set<(exchange: Exchange) => void>();

  begin(unit: number, sent: Uint8Array): Exchange {
    const exchange = new Exchange(unit, sent);
    const kept = this.#units.get(unit) ?? [];
    kept.push(exchange);
    if (kept.length > EXCHANGES_MAX) kept.shift();
    this.#units.set(unit, kept);
    for (const hook of this.#hooks) hook(exchange);
    return exchange;
  }

  /** The last exchanges with a unit, oldest first. */
  of(unit: number): readonly Exchange[] {
    return this.#units.get(unit) ?? [];
  }

  /** Called with each exchange as it begins; dispose to end that. */
  watch(hook: (exchange: Exchange) => void): Disposable {
    this.#hooks.add(hook);
    return { [Symbol.dispose]: () => void this.#hooks.delete(hook) };
  }
}
