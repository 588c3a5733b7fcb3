/**
 * Simulated slaves on one RS-485 line, for tests: a pty carries the bytes, paced as the baud rate
 * has them, and all talk on it at once where they misbehave. Each value says which register of
 * which unit it is, and to which request it answers: so any wrong one shows.
 */
import type { ByteLine } from "../serial/byte_line.ts";
import { sealed } from "./rtu_framing.ts";
import { type Heard, ServedRtu } from "./served_framing.ts";

export type Fault = "silent" | "late" | "late-other" | "crc" | "twice" | "noise" | "exception";

/** Which fault a request of a unit meets; `null` for none. */
export type FaultPlan = (unit: number, requests: number, nowMs: number) => Fault | null;

export interface SlavesOptions {
  readonly units: readonly number[];
  readonly characterMs: number;
  readonly faults: FaultPlan;
  /** How late a late answer comes, after its request, unless the unit is asked again before. */
  readonly lateMs: () => number;
  readonly random: () => number;
}

const PIECE_MS = 2;
const ANSWER_AFTER_MS = 1;
/** Requests remembered of a kind: more than can come between an answer and its check. */
const HEARD_MAX = 64;

export class Slaves implements Disposable {
  readonly #line: ByteLine;
  readonly #options: SlavesOptions;
  /** Numbers of the requests for a block, oldest first. */
  readonly #heard = new Map<string, number[]>();
  readonly #requests = new Map<number, number>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  /** The late answer of a unit that is still to come. */
  readonly #owed = new Map<number, { bytes: Uint8Array; timer: ReturnType<typeof setTimeout> }>();
  readonly #framing = new ServedRtu();
  /** Answers that are on the line at this moment. */
  #speakers = 0;
  /** Faults that were injected. */
  readonly injected = new Map<Fault, number>();
  requests = 0;

  constructor(line: ByteLine, options: SlavesOptions) {
    this.#line = line;
    this.#options = options;
    line.listen((bytes) => this.#take(bytes));
  }

  /** Number of the last request for this block that was heard. */
  last(unit: number, start: number, count: number): number | null {
    return this.#heard.get(`${unit} ${start} ${count}`)?.at(-1) ?? null;
  }

  /** The block that a request asked for, as heard; `null` when it is too long ago. */
  blockOf(unit: number, number: number): { start: number; count: number } | null {
    for (const [key, heard] of this.#heard) {
      const [of, start, count] = key.split(" ").map(Number);
      if (of === unit && heard.includes(number)) return { start, count };
    }
    return null;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #take(bytes: Uint8Array): void {
    for (const heard of this.#framing.take(bytes)) this.#answer(heard);
  }

  #answer({ unit, pdu, bytes: length }: Heard): void {
    const { units, faults, characterMs, lateMs, random } = this.#options;
    if (!units.includes(unit)) return;
    const [code, startHigh, startLow, countHigh, countLow] = pdu;
    const [start, count] = [startHigh << 8 | startLow, countHigh << 8 | countLow];
    const number = (this.#requests.get(unit) ?? 0) + 1 & 0xffff;
    this.#requests.set(unit, number);
    this.requests++;
    this.#remember(`${unit} ${start} ${count}`, number);
    const fault = faults(unit, number, performance.now());
    if (fault !== null) this.injected.set(fault, (this.injected.get(fault) ?? 0) + 1);
    const answer = (from: number) => valuesOf({ unit, code, start: from, count, number });
    // While it says what it owes it hears nothing.
    if (this.#pays(unit)) return;
    const afterMs = length * characterMs + ANSWER_AFTER_MS;
    switch (fault) {
      case "silent":
        return;
      case "late":
        return this.#owe(unit, answer(start), lateMs());
      case "late-other":
        // The answer to a request for other registers, of equal length.
        return this.#owe(unit, answer(start + 100), lateMs());
      case "crc": {
        const bytes = answer(start);
        bytes[3 + Math.floor(random() * (bytes.length - 3))] ^= 1 << Math.floor(random() * 8);
        return this.#say(bytes, afterMs);
      }
      case "twice": {
        const bytes = answer(start);
        this.#say(bytes, afterMs);
        // The other one begins somewhere within the first answer, or right behind it.
        const offset = random() < 0.5 ? bytes.length * characterMs : random() * 2;
        return this.#say(answer(start + 100), afterMs + offset);
      }
      case "noise":
        this.#say(noise(random), random() * afterMs);
        this.#say(answer(start), afterMs + 12 * characterMs);
        return this.#say(noise(random), afterMs + (24 + 5 + 2 * count) * characterMs + 1);
      case "exception":
        return this.#say(sealed(unit, Uint8Array.of(code | 0x80, 6)), afterMs);
      case null:
        return this.#say(answer(start), afterMs);
    }
  }

  /** An answer that comes late: so much, or when the unit is asked again before. */
  #owe(unit: number, bytes: Uint8Array, lateMs: number): void {
    const timer = this.#later(() => {
      this.#owed.delete(unit);
      this.#say(bytes, 0);
    }, lateMs);
    this.#owed.set(unit, { bytes, timer });
  }

  /** Asked again, a slow slave says what it owes: nothing passes better for the answer. */
  #pays(unit: number): boolean {
    const owed = this.#owed.get(unit);
    if (owed === undefined) return false;
    this.#owed.delete(unit);
    clearTimeout(owed.timer);
    this.#timers.delete(owed.timer);
    this.#say(owed.bytes, ANSWER_AFTER_MS);
    return true;
  }

  #remember(key: string, number: number): void {
    const all = this.#heard.get(key) ?? [];
    all.push(number);
    if (all.length > HEARD_MAX) all.shift();
    this.#heard.set(key, all);
  }

  /** Says it after so long, in pieces as long as a line of this baud rate carries meanwhile. */
  #say(bytes: Uint8Array, afterMs: number): void {
    const startMs = performance.now() + afterMs;
    const { characterMs } = this.#options;
    let at = 0;
    const piece = () => {
      if (at === 0) this.#speakers++;
      const carried = Math.max(1, 1 + Math.floor((performance.now() - startMs) / characterMs));
      const end = Math.min(bytes.length, Math.max(at, carried));
      const heard = bytes.slice(at, end);
      // Who speaks together spoils both.
      if (this.#speakers > 1) { for (const index of heard.keys()) heard[index] &= this.#spoil(); }
      if (end > at) this.#line.write(heard).catch(() => {});
      at = end;
      if (at === bytes.length) this.#speakers--;
      else {
        const left = Math.min(PIECE_MS, (bytes.length - at) * characterMs);
        this.#later(piece, left);
      }
    };
    this.#later(piece, afterMs);
  }

  #spoil(): number {
    return Math.floor(this.#options.random() * 255);
  }

  #later(work: () => void, ms: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }
}

/** Two registers a value: the first says unit and register pair, the second the request. */
function valuesOf(
  { unit, code, start, count, number }: Readonly<
    Record<"unit" | "code" | "start" | "count" | "number", number>
  >,
): Uint8Array {
  const pdu = new Uint8Array(2 + 2 * count);
  pdu[0] = code;
  pdu[1] = 2 * count;
  const view = new DataView(pdu.buffer);
  for (let at = 0; at < count; at++) {
    const register = start + at;
    const even = register % 2 === 0;
    view.setUint16(2 + 2 * at, even ? unit << 10 | register >> 1 : number);
  }
  return sealed(unit, pdu);
}

/** What such a value says. */
export function saidBy(value: number): { unit: number; register: number; number: number } {
  const high = Math.floor(value / 65_536);
  return { unit: high >> 10, register: (high & 0x3ff) * 2, number: value % 65_536 };
}

function noise(random: () => number): Uint8Array {
  return Uint8Array.from({ length: 1 + Math.floor(random() * 8) }, () => random() * 256);
}
