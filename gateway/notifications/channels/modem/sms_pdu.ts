/**
 * Short messages as modems take them: SMS-SUBMIT of 3GPP TS 23.040, 9.2.2.2, always in UCS2, which
 * every telephone in China shows in either language.
 */

/** UTF-16 units of one message, and of each part of a longer one (TS 23.038: 140 octets). */
export const SINGLE_LENGTH = 70;
export const PART_LENGTH = 67;
/** Parts that one message may have; the reassembly header could count to 255. */
export const PARTS_MAX = 5;

/** Message type SMS-SUBMIT, and a relative validity period behind it. */
const SUBMIT = 0x11;
/** There is a header before the words. */
const HAS_HEADER = 0x40;
const UCS2 = 0x08;
/** TP-VP: 167 is 24 hours (9.2.3.12.1); a later one would tell of what is long over. */
const ONE_DAY = 0xa7;
/** Kinds of numbers (9.1.2.5): international, or as the network reads it; both in ISDN's plan. */
const INTERNATIONAL = 0x91;
const UNKNOWN = 0x81;
/** Concatenation with a 16-bit reference (9.2.3.24.8): its length, its identifier, its octets. */
const CONCATENATION = [0x06, 0x08, 0x04] as const;

export interface SmsPdu {
  /** Hexadecimal, with an empty address of the service centre: the card's own is used. */
  readonly hex: string;
  /** Octets behind that address: what `AT+CMGS=` is told. */
  readonly length: number;
}

/** Texts of the parts; none is cut between the halves of a character. */
export function partsOf(text: string, partLength = PART_LENGTH): string[] {
  if (text.length <= SINGLE_LENGTH) return [text];
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const part = text.slice(at, at + partLength).replace(/[\uD800-\uDBFF]$/, "");
    parts.push(part);
    at += part.length;
  }
  return parts;
}

/** Units that surely fit into so many parts: each may end one unit early. */
export function lengthOf(parts: number, partLength = PART_LENGTH): number {
  return parts === 1 ? SINGLE_LENGTH : parts * (partLength - 1);
}

/**
 * One PDU a part. `reference` (16 bits) ties parts together; the same one again lets a telephone
 * put together what was sent twice.
 */
export function submitPdus(to: string, text: string, reference: number): SmsPdu[] {
  const parts = partsOf(text);
  return parts.map((part, index) => {
    const header = parts.length === 1
      ? []
      : [...CONCATENATION, reference >> 8 & 0xff, reference & 0xff, parts.length, index + 1];
    const words = ucs2(part);
    const octets = [
      SUBMIT | (header.length === 0 ? 0 : HAS_HEADER),
      0, // TP-MR: the modem counts itself.
      ...address(to),
      0, // TP-PID: a message for a person.
      UCS2,
      ONE_DAY,
      header.length + words.length,
      ...header,
      ...words,
    ];
    return { hex: `00${hexOf(octets)}`, length: octets.length };
  });
}

/** UTF-16, the high octet first, in hexadecimal: how text mode takes UCS2. */
export function ucs2Hex(text: string): string {
  return hexOf(ucs2(text));
}

function address(to: string): number[] {
  const digits = to.replace(/^\+/, "");
  const padded = digits.length % 2 === 0 ? digits : `${digits}F`;
  const swapped = (padded.match(/../g) ?? []).map(([low, high]) => parseInt(high + low, 16));
  return [digits.length, to.startsWith("+") ? INTERNATIONAL : UNKNOWN, ...swapped];
}

function ucs2(text: string): number[] {
  return text.split("").flatMap((unit) => [unit.charCodeAt(0) >> 8, unit.charCodeAt(0) & 0xff]);
}

function hexOf(octets: readonly number[]): string {
  return new Uint8Array(octets).toHex().toUpperCase();
}
