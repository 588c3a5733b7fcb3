/** The last exchanges of each unit, as bytes: what a technician wants to see. */
import type { Answer } from "./answer.ts";
import { exceptionText } from "./answer.ts";
import type { Request } from "./request.ts";

/** Exchanges kept of one unit, and bytes kept of one exchange. */
const EXCHANGES_MAX = 20;
const BYTES_MAX = 1024;

/** Times are on the clock of `performance.now()`. */
export class Exchange {
  readonly unit: number;
  readonly request: Request;
  /** Whole frames, as on the line. */
  readonly sent: Uint8Array;
  readonly sentMs = performance.now();
  readonly chunks: { readonly bytes: Uint8Array; readonly ms: number }[] = [];
  /** What it came to: `answered`, `exception 2 (…)`, why it failed; empty while it lasts. */
  outcome = "";
  #count = 0;
  #answer: Answer | null = null;

  constructor(unit: number, request: Request, sent: Uint8Array) {
    this.unit = unit;
    this.request = request;
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
    this.#answer = answer;
  }

  /** What was asked, in words: `unit 1: read holding 0 to 3`. */
  get asked(): string {
    return `unit ${this.unit}: ${requestText(this.request)}`;
  }

  /** What came of it, in words: `answered 0x002a 0x0000`. */
  get answered(): string {
    switch (this.#answer?.kind) {
      case "registers":
        return `answered ${this.#answer.bytes.toHex().replace(/(.{4})/g, "0x$1 ").trimEnd()}`;
      case "bits":
        return `answered ${this.#answer.bits.map((bit) => bit ? "1" : "0").join("")}`;
      case undefined:
        return "not over yet";
      default:
        return this.outcome;
    }
  }
}

function requestText(request: Request): string {
  const { start } = request;
  switch (request.kind) {
    case "read":
      return `read ${request.table} ${start}${upTo(start, request.count)}`;
    case "write-coil":
      return `write coil ${start}: ${request.on ? "on" : "off"}`;
    case "write-register":
      return `write holding ${start}: ${request.value}`;
    case "write-coils":
      return `write coil ${start}${upTo(start, request.bits.length)}`;
    case "write-registers":
      return `write holding ${start}${upTo(start, request.bytes.length / 2)}`;
  }
}

function upTo(start: number, count: number): string {
  return count === 1 ? "" : ` to ${start + count - 1}`;
}

/** Outlives the bus: why a line broke is seen in what was said before. */
export class Trace {
  readonly #units = new Map<number, Exchange[]>();
  readonly #hooks = new Set<(exchange: Exchange) => void>();

  begin(unit: number, request: Request, sent: Uint8Array): Exchange {
    const exchange = new Exchange(unit, request, sent);
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
