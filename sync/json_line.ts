/**
 * Whether bytes are one JSON document (RFC 8259) in UTF-8 on one line. A centre asks this of each
 * entry it stores, forty thousand times a second: decoding and parsing would make as many objects
 * only to throw them away.
 */

/** Nesting that nobody's body needs: a bound for the stack. */
const DEPTH_MAX = 64;

export function isJsonLine(bytes: Uint8Array): boolean {
  const after = value(bytes, blank(bytes, 0), DEPTH_MAX);
  return after > 0 && blank(bytes, after) === bytes.length;
}

// Each of these returns the place behind what it has read, or 0 where that is not there: behind
// anything there is at least place 1. Reading behind the end gives `undefined`, which fits nothing.

function blank(bytes: Uint8Array, at: number): number {
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  return at;
}

function value(bytes: Uint8Array, at: number, depth: number): number {
  switch (bytes[at]) {
    case 0x22:
      return string(bytes, at + 1);
    case 0x7b:
      return depth === 0 ? 0 : list(bytes, at + 1, depth - 1, 0x7d);
    case 0x5b:
      return depth === 0 ? 0 : list(bytes, at + 1, depth - 1, 0x5d);
    case 0x74:
      return word(bytes, at, TRUE);
    case 0x66:
      return word(bytes, at, FALSE);
    case 0x6e:
      return word(bytes, at, NULL);
    default:
      return number(bytes, at);
  }
}

/** Members of an object or elements of an array, up to and with the byte that closes it. */
function list(bytes: Uint8Array, at: number, depth: number, close: number): number {
  at = blank(bytes, at);
  if (bytes[at] === close) return at + 1;
  for (;;) {
    if (close === 0x7d) {
      if (bytes[at] !== 0x22) return 0;
      at = string(bytes, at + 1);
      if (at === 0) return 0;
      at = blank(bytes, at);
      if (bytes[at] !== 0x3a) return 0;
      at = blank(bytes, at + 1);
    }
    at = value(bytes, at, depth);
    if (at === 0) return 0;
    at = blank(bytes, at);
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== 0x2c) return 0;
    at = blank(bytes, at + 1);
  }
}

function string(bytes: Uint8Array, at: number): number {
  for (;;) {
    const byte = bytes[at++];
    if (byte === 0x22) return at;
    if (byte === undefined || byte < 0x20) return 0;
    if (byte === 0x5c) at = escaped(bytes, at);
    else if (byte >= 0x80) at = continued(bytes, byte, at);
    if (at === 0) return 0;
  }
}

function escaped(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 0x75) return ESCAPES.includes(bytes[at]) ? at + 1 : 0;
  for (let digit = at + 1; digit <= at + 4; digit++) if (!isHex(bytes[digit])) return 0;
  return at + 5;
}

/** What follows the first byte of a character of several (RFC 3629, 4). */
function continued(bytes: Uint8Array, first: number, at: number): number {
  const count = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (count === 0 || !(bytes[at] >= low && bytes[at] <= high)) return 0;
  for (let more = 1; more < count; more++) {
    if (!(bytes[at + more] >= 0x80 && bytes[at + more] <= 0xbf)) return 0;
  }
  return at + count;
}

function number(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0x2d) at++;
  const whole = digits(bytes, at);
  if (whole === at || (bytes[at] === 0x30 && whole > at + 1)) return 0;
  at = whole;
  if (bytes[at] === 0x2e) {
    const fraction = digits(bytes, at + 1);
    if (fraction === at + 1) return 0;
    at = fraction;
  }
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return at;
  const from = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? at + 2 : at + 1;
  const exponent = digits(bytes, from);
  return exponent === from ? 0 : exponent;
}

function digits(bytes: Uint8Array, at: number): number {
  while (bytes[at] >= 0x30 && bytes[at] <= 0x39) at++;
  return at;
}

function word(bytes: Uint8Array, at: number, letters: Uint8Array): number {
  for (let index = 0; index < letters.length; index++) {
    if (bytes[at + index] !== letters[index]) return 0;
  }
  return at + letters.length;
}

function isHex(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) ||
    (byte >= 0x61 && byte <= 0x66);
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const TRUE = bytesOf("true");
const FALSE = bytesOf("false");
const NULL = bytesOf("null");
/** What may follow a backslash, but for `u`. */
const ESCAPES = bytesOf('"\\/bfnrt');
