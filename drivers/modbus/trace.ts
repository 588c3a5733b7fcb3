/** The last exchanges of each unit, as bytes: what a technician wants to see. */
import { unpackText } from "../packed_value.ts";
import type { Answer } from "./answer.ts";
import { outcomeText } from "./answer.ts";
import type { Request } from "./request.ts";

/** Exchanges kept of one unit, and bytes kept of one exchange. */
const EXCHANGES_MAX = 20;
const BYTES_MAX = 1024;

/** A question on its way. */
export interface Question {
  readonly unit: number;
  readonly request: Request;
  /** The whole frame, as on the line. */
  readonly sent: Uint8Array;
  readonly framing: "tcp" | "rtu";
}

export interface Chunk {
  readonly bytes: Uint8Array;
  readonly ms: number;
}

/** Times are on the clock of `performance.now()`. */
export class Exchange {
  /** Counts the exchanges with its unit. */
  readonly number: number;
  readonly question: Question;
  readonly sentMs = performance.now();
  readonly chunks: Chunk[] = [];
  /** What came when it was over already, and before anything else was asked on the line. */
  readonly late: Chunk[] = [];
  /** When it was over. */
  endedMs: number | null = null;
  /** What it came to: `answered`, `exception 2 (…)`, why it failed; empty while it lasts. */
  outcome = "";
  #count = 0;
  #answer: Answer | null = null;

  constructor(number: number, question: Question) {
    this.number = number;
    this.question = question;
  }

  received(bytes: Uint8Array): void {
    if (this.#count >= BYTES_MAX) return;
    this.#count += bytes.length;
    (this.endedMs === null ? this.chunks : this.late).push({ bytes, ms: performance.now() });
  }

  end(answer: Answer): void {
    this.outcome = outcomeText(answer);
    this.#answer = answer;
    this.endedMs = performance.now();
  }

  /** What was asked, in words: `unit 1: read holding 0 to 3`. */
  get asked(): string {
    const { unit, request } = this.question;
    return `unit ${unit}: ${requestText(request)}`;
  }

  /** What came of it, in words: `answered 0x002a 0x0000`. */
  get answered(): string {
    switch (this.#answer?.kind) {
      case "registers":
        return `answered ${this.#answer.bytes.toHex().replace(/(.{4})/g, "0x$1 ").trimEnd()}`;
      case "bits":
        return `answered ${this.#answer.bits.map((bit) => bit ? "1" : "0").join("")}`;
      case "identification": {
        const said = this.#answer.objects.map(({ id, bytes }) =>
          `${id} ${JSON.stringify(unpackText(bytes))}`
        );
        return `answered ${said.join(", ")}`;
      }
      case undefined:
        return "not over yet";
      default:
        return this.outcome;
    }
  }
}

/** `read holding 0 to 3`. */
export function requestText(request: Request): string {
  if (request.kind === "identify") {
    return `read device identification, ${request.category} from object ${request.object}`;
  }
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

  begin(question: Question): Exchange {
    const kept = this.#units.get(question.unit) ?? [];
    const exchange = new Exchange((kept.at(-1)?.number ?? 0) + 1, question);
    kept.push(exchange);
    if (kept.length > EXCHANGES_MAX) kept.shift();
    this.#units.set(question.unit, kept);
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
