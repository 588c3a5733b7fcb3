/**
 * GS1 element strings, from a DataMatrix, a bar code or the line in brackets beneath it. A library
 * knows the application identifiers; what it does not check is checked here by the GS1 General
 * Specifications: lengths and characters of lot and serial (3.4.4, 3.5.2), days (3.4), the check
 * digit (7.9).
 */
import gs1 from "gs1-barcode-parser-mod";
import * as z from "zod";
import { isDate } from "../../resident_id.ts";

/** Ends what has no fixed length (FNC1). */
export const SEPARATOR = "\x1d";

const parsed = z.object({
  parsedCodeItems: z.array(z.object({ ai: z.string(), raw: z.string(), isoDate: z.string() })),
});

const GTIN = "01";
const LOT = "10";
const EXPIRY = "17";
const SERIAL = "21";

const LOT_LENGTH_MAX = 20;
const SERIAL_LENGTH_MAX = 20;
/** Character set 82. */
const CHARACTERS = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+$/;
const TEXT_LENGTH_MAX = 400;

export interface Gs1Code {
  readonly kind: "gs1";
  /** Of one pack: `(01)GTIN(21)SERIAL`; `null` where the code has no serial number. */
  readonly code: string | null;
  /** GTIN of 14 digits. */
  readonly product: string;
  readonly lot: string | null;
  /** Last day of use, `2027-11-30`. */
  readonly expires: string | null;
  /** The separator may be lost, so that one field took in the next: compare with the pack. */
  readonly isDoubtful: boolean;
}

export type Gs1Fault =
  | "not-gs1"
  | "no-gtin"
  | "check-digit"
  | "date"
  | "too-long"
  | "characters"
  /** One identifier twice, with different contents. */
  | "contradiction";

export interface Gs1Refusal {
  readonly kind: "fault";
  readonly fault: Gs1Fault;
  /** The application identifier where it was found. */
  readonly at: string | null;
}

/** `text`: with {@link SEPARATOR} between fields, or in brackets. */
export function gs1Code(text: string): Gs1Code | Gs1Refusal {
  const items = itemsOf(text);
  if (items === null) return fault("not-gs1", null);
  const byAi = new Map<string, string>();
  for (const { ai, raw, isoDate } of items) {
    const known = byAi.get(ai);
    if (known !== undefined && known !== raw) return fault("contradiction", ai);
    byAi.set(ai, raw);
    if (isoDate !== "" && !isGs1Date(raw)) return fault("date", ai);
  }
  const [product, lot, serial] = [byAi.get(GTIN), byAi.get(LOT), byAi.get(SERIAL)];
  if (product === undefined) return fault("no-gtin", null);
  if (!hasRightCheckDigit(product)) return fault("check-digit", GTIN);
  if (lot !== undefined && lot.length > LOT_LENGTH_MAX) return fault("too-long", LOT);
  if (serial !== undefined && serial.length > SERIAL_LENGTH_MAX) return fault("too-long", SERIAL);
  if (lot !== undefined && !CHARACTERS.test(lot)) return fault("characters", LOT);
  if (serial !== undefined && !CHARACTERS.test(serial)) return fault("characters", SERIAL);
  const expires = items.find(({ ai }) => ai === EXPIRY)?.isoDate ?? null;
  return {
    kind: "gs1",
    code: serial === undefined ? null : `(01)${product}(21)${serial}`,
    product,
    lot: lot ?? null,
    expires,
    isDoubtful: !text.includes(SEPARATOR) && !text.includes("(") &&
      [lot, serial].some((value) => mayHoldMore(value ?? "")),
  };
}

function fault(fault: Gs1Fault, at: string | null): Gs1Refusal {
  return { kind: "fault", fault, at };
}

function itemsOf(text: string) {
  // The library takes any length, and its time grows with it.
  if (text.length > TEXT_LENGTH_MAX) return null;
  try {
    const { data } = parsed.safeParse(gs1.parseBarcode(text));
    return data?.parsedCodeItems.length === 0 ? null : data?.parsedCodeItems ?? null;
  } catch {
    // It throws text where an identifier is none, or is cut short.
    return null;
  }
}

/** `YYMMDD`; day 00 is the last of its month. The library moves a wrong day into the next month. */
function isGs1Date(raw: string): boolean {
  const [year, month, day] = [raw.slice(0, 2), raw.slice(2, 4), raw.slice(4, 6)];
  return /^\d{6}/.test(raw) && isDate(`20${year}-${month}-${day === "00" ? "01" : day}`);
}

/** Weighted by 3 and 1 in turn, from the right (7.9.1); of 8, 12, 13 or 14 digits. */
export function hasRightCheckDigit(number: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(number)) return false;
  const sum = [...number].reverse().reduce(
    (sum, digit, at) => sum + Number(digit) * (at % 2 === 0 ? 1 : 3),
    0,
  );
  return sum % 10 === 0;
}

/** What follows may be fields that a scanner's lost separator glued to it. */
function mayHoldMore(value: string): boolean {
  for (let at = 1; at < value.length; at++) {
    const rest = value.slice(at);
    if (/^(10|21)[!-z]+$/.test(rest) || /^1[17]\d{6}/.test(rest) && isGs1Date(rest.slice(2, 8))) {
      return true;
    }
  }
  return false;
}
