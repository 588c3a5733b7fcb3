/**
 * JSON (RFC 8259) that means one thing to everybody, as I-JSON (RFC 7493) asks: no name twice in
 * an object, no half of a character, no number that a double changes. The platform reads it; in
 * front of that one pass over the text looks for what the platform reads without a word.
 */
import type { Path } from "./dig.ts";

/** Objects and lists within one another: FHIR's deepest place that is used here is 12. */
export const DEPTH_MAX = 32;
/** Values and names in one document: sixty lines in FHIR have some 6,000. */
export const VALUES_MAX = 20_000;
/** Every decimal of so many digits is still itself after it was a double (IEEE 754). */
export const DIGITS_MAX = 15;

export type StrictJson =
  | { readonly kind: "document"; readonly document: unknown }
  | { readonly kind: "refused"; readonly path: Path; readonly message: string };

/**
 * `String(number)` of what is read has the digits that were written, unless `anyNumber` lets those
 * pass that a double changes. Never throws.
 */
export function readStrictJson(text: string, { anyNumber = false } = {}): StrictJson {
  const found = new Scan(text, anyNumber).firstFault();
  if (found !== null) return { kind: "refused", ...found };
  try {
    return { kind: "document", document: JSON.parse(text) };
  } catch (error) {
    return { kind: "refused", path: [], message: `it is no JSON${placeOf(error)}` };
  }
}

/** What the platform says beyond the place repeats the text, and so what it says of patients. */
function placeOf(error: unknown): string {
  const at = /position (\d+)/.exec(String(error))?.[1];
  return at === undefined ? "" : ` from character ${at} on`;
}

interface StrictFault {
  readonly path: Path;
  readonly message: string;
}

/** An object or a list that is not closed yet. */
interface Level {
  /** Names so far; `null` in a list. */
  readonly names: Set<string> | null;
  step: string | number;
  /** Whether the next string is a name. */
  named: boolean;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const [QUOTE, BACKSLASH, COMMA, MINUS] = [0x22, 0x5c, 0x2c, 0x2d];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const [DIGIT_0, DIGIT_9] = [0x30, 0x39];

class Scan {
  readonly #text: string;
  readonly #anyNumber: boolean;
  readonly #levels: Level[] = [];
  #at = 0;
  #values = 0;
  /** The first backslash behind all strings so far; the text's length where there is none. */
  #backslashAt: number;

  constructor(text: string, anyNumber: boolean) {
    this.#text = text;
    this.#anyNumber = anyNumber;
    this.#backslashAt = placeIn(text, "\\", 0);
  }

  /** Of what is no JSON at all it may see nothing: that the platform tells. */
  firstFault(): StrictFault | null {
    while (this.#at < this.#text.length) {
      const message = this.#token(this.#text.charCodeAt(this.#at));
      if (message !== null) return { path: this.#levels.map(({ step }) => step), message };
      if (this.#values > VALUES_MAX) {
        return { path: [], message: `found more than ${VALUES_MAX} values; want fewer` };
      }
    }
    return null;
  }

  /** Steps over one token, or tells what is wrong with it. */
  #token(code: number): string | null {
    const level = this.#levels.at(-1);
    switch (code) {
      case QUOTE:
        return this.#string(level);
      case OPEN_OBJECT:
      case OPEN_LIST:
        return this.#open(code === OPEN_OBJECT);
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        this.#levels.pop();
        break;
      case COMMA:
        if (level !== undefined) next(level);
        break;
      default:
        if (code === MINUS || (code >= DIGIT_0 && code <= DIGIT_9)) return this.#number();
    }
    this.#at++;
    return null;
  }

  #open(object: boolean): string | null {
    this.#at++;
    this.#values++;
    if (this.#levels.length === DEPTH_MAX) return `it is nested deeper than ${DEPTH_MAX} levels`;
    this.#levels.push(
      object ? { names: new Set(), step: "", named: true } : { names: null, step: 0, named: false },
    );
    return null;
  }

  #string(level: Level | undefined): string | null {
    const from = this.#at;
    const escapes = this.#skipString();
    this.#values++;
    const isName = level !== undefined && level.names !== null && level.named;
    if (!escapes && !isName) return null;
    const written = this.#text.slice(from, this.#at);
    const text = escapes ? unescaped(written) : written.slice(1, -1);
    if (escapes && text?.isWellFormed() === false) return "found half of a character; want text";
    if (level === undefined || level.names === null || !level.named) return null;
    level.named = false;
    if (text === null) return null;
    level.step = text;
    if (text === "__proto__") return "there is no such field";
    if (level.names.has(text)) return "it stands here twice; want it once";
    level.names.add(text);
    return null;
  }

  /** Goes behind the closing quote; whether there was a backslash before it. */
  #skipString(): boolean {
    const text = this.#text;
    const quoteAt = placeIn(text, '"', this.#at + 1);
    if (quoteAt < this.#backslashAt) {
      this.#at = quoteAt + 1;
      return false;
    }
    const escapes = this.#skipEscaped();
    if (this.#backslashAt < this.#at) this.#backslashAt = placeIn(text, "\\", this.#at);
    return escapes;
  }

  #skipEscaped(): boolean {
    const text = this.#text;
    let escapes = false;
    for (let at = this.#at + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) {
        escapes = true;
        at++;
      } else if (code === QUOTE) {
        this.#at = at + 1;
        return escapes;
      }
    }
    this.#at = text.length;
    return escapes;
  }

  #number(): string | null {
    NUMBER.lastIndex = this.#at;
    const written = NUMBER.exec(this.#text)?.[0] ?? "-";
    this.#at += written.length;
    this.#values++;
    if (this.#anyNumber) return null;
    if (/[eE]/.test(written)) {
      return `found ${written.slice(0, 40)}; want a number without an exponent`;
    }
    const digits = written.replace(/[-.]/g, "").length;
    if (digits <= DIGITS_MAX) return null;
    return `found a number of ${digits} digits; want ${DIGITS_MAX} or fewer`;
  }
}

function next(level: Level): void {
  if (typeof level.step === "number") level.step++;
  else level.named = true;
}

function placeIn(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at === -1 ? text.length : at;
}

/** `null` for what is no string of JSON. */
function unescaped(written: string): string | null {
  try {
    return String(JSON.parse(written));
  } catch {
    return null;
  }
}
