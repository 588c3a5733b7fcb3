/**
 * A Modbus bus: one line, one queue, one request at a time. What is urgent overtakes; everything
 * else goes by its deadline, so that nothing waits for ever. What comes and is no answer to the
 * request in flight is discarded and counted, and never closes the line.
 */
import { DeviceError } from "../driver.ts";
import type { ByteLine } from "../serial/byte_line.ts";
import { openByteLine } from "../serial/open_byte_line.ts";
import { type Answer, concluded, type Failure, isClean, NO_ANSWER } from "./answer.ts";
import type { Framing } from "./framing.ts";
import { answerLength, type Request } from "./request.ts";
import { RtuFraming, speaks } from "./rtu_framing.ts";
import { type Connection, lineTiming } from "./settings.ts";
import { TcpFraming } from "./tcp_framing.ts";
import { type Exchange, Trace } from "./trace.ts";

export interface AskOptions {
  /** For the answer, beside the time that the bytes themselves take on a serial line. */
  readonly timeoutMs: number;
  /** A write, a probe, an alarm: overtakes all that is not urgent. */
  readonly urgent?: boolean;
  /** What is not urgent goes in this order; on the clock of `performance.now()`. */
  readonly deadlineMs?: number;
  /** Silence before this request, where the device needs more than the line. */
  readonly gapMs?: number;
  /** Silence after its answer, before anybody is asked. */
  readonly turnaroundMs?: number;
}

export interface Timing {
  /** Silence between frames. */
  readonly gapMs: number;
  /** Time of one character; 0 where the line is no serial one. */
  readonly characterMs: number;
}

/** Requests that wait at most: a poll of each of 247 devices, and questions of people. */
const QUEUE_MAX = 1000;
/** A line that is never silent is asked all the same after so many gaps. */
const GAPS_MAX = 50;

interface Waiting {
  readonly unit: number;
  readonly request: Request;
  readonly options: AskOptions;
  urgent: boolean;
  readonly settle: (answer: Asked) => void;
  readonly fail: (error: unknown) => void;
}

/** An answer, and how long it took. */
export interface Asked {
  readonly answer: Answer;
  /** When it was there, or was not waited for any more; on the clock of `performance.now()`. */
  readonly answeredMs: number;
  readonly latencyMs: number;
  /** Too little else was heard meanwhile to hide another answer. */
  readonly clean: boolean;
}

/** Who answers: a bus, or what one has said before. */
export interface Respondent {
  /** Whether an answer names its request: see {@link Framing.named}. */
  readonly named: boolean;
  ask(unit: number, request: Request, options: AskOptions): Promise<Asked>;
  /** What waits of a unit is urgent from now on: something urgent waits behind it. */
  hasten(unit: number): void;
}

export class ModbusBus implements Respondent, AsyncDisposable {
  readonly trace: Trace;
  readonly #line: ByteLine;
  readonly #framing: Framing;
  readonly #timing: Timing;
  readonly #queue: Waiting[] = [];
  readonly #lost = Promise.withResolvers<never>();
  #busy = false;
  #closed = false;
  /** When the line was last heard or written to, and how long it has to be silent since. */
  #soundMs = -Infinity;
  #silenceMs = 0;
  #inFlight: InFlight | null = null;
  /** The last one: what comes once it is over came late. */
  #said: Exchange | null = null;
  #behind: Uint8Array[] | null = null;

  constructor(line: ByteLine, framing: Framing, timing: Timing, trace = new Trace()) {
    this.trace = trace;
    this.#line = line;
    this.#framing = framing;
    this.#timing = timing;
    // Nobody may be waiting: that is no error of the program.
    this.#lost.promise.catch(() => {});
    line.listen((bytes) => this.#take(bytes));
    line.broken.catch((error) => this.#break(error));
  }

  get address(): string {
    return this.#line.address;
  }

  /** Rejects when the line is gone, or was closed. */
  get broken(): Promise<never> {
    return this.#lost.promise;
  }

  get named(): boolean {
    return this.#framing.named;
  }

  get strayBytes(): number {
    return this.#framing.strayBytes;
  }

  /** Asks in turn; rejects when the line is gone. */
  ask(unit: number, request: Request, options: AskOptions): Promise<Asked> {
    if (this.#closed) return this.broken;
    if (this.#queue.length >= QUEUE_MAX) {
      return Promise.resolve(failed(`${QUEUE_MAX} requests wait already`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Asked>();
    const { urgent = false } = options;
    this.#queue.push({ unit, request, options, urgent, settle: resolve, fail: reject });
    if (!this.#busy) void this.#work();
    return promise;
  }

  hasten(unit: number): void {
    for (const waiting of this.#queue) if (waiting.unit === unit) waiting.urgent = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#break(new DeviceError(`The line ${this.address} was closed`));
    await this.#line[Symbol.asyncDispose]();
  }

  /** All who wait are told, now and once. */
  #break(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lost.reject(error);
    this.#inFlight?.fail(error);
    for (const { fail } of this.#queue.splice(0)) fail(error);
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (!this.#closed && this.#queue.length > 0) {
      const next = this.#next();
      try {
        next.settle(await this.#exchange(next));
      } catch (error) {
        next.fail(error);
      }
    }
    this.#busy = false;
  }

  #next(): Waiting {
    const rank = ({ urgent, options: { deadlineMs = 0 } }: Waiting) =>
      urgent ? -Infinity : deadlineMs;
    let first = 0;
    for (let at = 1; at < this.#queue.length; at++) {
      if (rank(this.#queue[at]) < rank(this.#queue[first])) first = at;
    }
    return this.#queue.splice(first, 1)[0];
  }

  async #exchange({ unit, request, options }: Waiting): Promise<Asked> {
    const { gapMs, characterMs } = this.#timing;
    await this.#silence(Math.max(gapMs, options.gapMs ?? 0, this.#silenceMs));
    const frame = this.#framing.ask(unit, request);
    const strayBytes = this.#framing.strayBytes;
    const framing = this.#framing.named ? "tcp" : "rtu";
    const exchange = this.trace.begin({ unit, request, sent: frame, framing });
    this.#said = exchange;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | Failure>();
    promise.catch(() => {});
    this.#inFlight = { settle: resolve, fail: reject };
    try {
      await this.#line.write(frame);
    } catch (error) {
      this.#inFlight = null;
      throw error;
    }
    // The system has the bytes; the line still has to carry them, and the answer.
    const sendMs = frame.length * characterMs;
    const startMs = performance.now() + sendMs;
    this.#soundMs = startMs;
    const waitMs = sendMs + options.timeoutMs + characterMs * (answerLength(request) + 3);
    const timer = setTimeout(() => resolve(NO_ANSWER), waitMs);
    let came: Uint8Array | Failure;
    try {
      came = await promise;
    } finally {
      clearTimeout(timer);
      this.#inFlight = null;
      this.#framing.forget();
    }
    this.#silenceMs = options.turnaroundMs ?? 0;
    const answeredMs = performance.now();
    const latencyMs = Math.max(0, answeredMs - startMs);
    const doubled = "code" in came ? false : await this.#heardBehind(unit, came);
    const answer = concluded(request, came, doubled);
    exchange.end(answer);
    const clean = isClean(this.#framing.strayBytes - strayBytes);
    return { answer, answeredMs, latencyMs, clean };
  }

  /** Whether the unit goes on within the silence that ends its answer. */
  async #heardBehind(unit: number, pdu: Uint8Array): Promise<boolean> {
    if (this.#framing.named) return false;
    this.#behind = [];
    await this.#silence(this.#timing.gapMs);
    const behind = Uint8Array.from(this.#behind.flatMap((chunk) => [...chunk]));
    this.#behind = null;
    return speaks(behind, unit, pdu[0]);
  }

  #take(bytes: Uint8Array): void {
    this.#soundMs = Math.max(this.#soundMs, performance.now());
    this.#said?.received(bytes);
    this.#behind?.push(bytes);
    if (this.#behind !== null && this.#behind.length > GAPS_MAX) this.#behind.shift();
    const { answer, spoilt } = this.#framing.take(bytes);
    if (answer !== null) this.#inFlight?.settle(answer);
    if (spoilt !== null) this.#inFlight?.settle(spoilt);
  }

  /** Waits until the line was silent for so long. */
  async #silence(gapMs: number): Promise<void> {
    if (gapMs === 0) return;
    const endMs = performance.now() + gapMs * GAPS_MAX;
    for (;;) {
      const nowMs = performance.now();
      const leftMs = Math.min(this.#soundMs + gapMs, endMs) - nowMs;
      if (leftMs <= 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, leftMs);
      await promise;
    }
  }
}

/** The one request that was sent and waits for its answer. */
interface InFlight {
  readonly settle: (came: Uint8Array | Failure) => void;
  readonly fail: (error: unknown) => void;
}

/** It was not asked at all. */
function failed(reason: string): Asked {
  const answer = { kind: "failed", code: "waiting", reason } as const;
  return { answer, answeredMs: performance.now(), latencyMs: 0, clean: true };
}

/** Opens the bus of a connection; throws a `DeviceError` where it is not to be had. */
export async function openBus(connection: Connection, trace = new Trace()): Promise<ModbusBus> {
  const line = await openByteLine(
    connection.type === "serial" ? connection : { ...connection, type: "socket" },
  );
  const framing = connection.type === "tcp" ? new TcpFraming() : new RtuFraming();
  return new ModbusBus(line, framing, lineTiming(connection), trace);
}
