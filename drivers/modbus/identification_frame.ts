/**
 * Read Device Identification (MODBUS Application Protocol V1.1b3, 6.21): what a device says of
 * itself, an object after another, in as many answers as it takes.
 */

/** Encapsulated interface transport, and its type for this. */
export const IDENTIFY_FUNCTION = 0x2b;
const IDENTIFY_TYPE = 0x0e;
/** Function, type, category, conformity, more follows, next object, number of objects. */
const HEAD_BYTES = 7;
const MORE_FOLLOWS = 0xff;
/** What one answer holds at most, without its frame. */
export const IDENTIFICATION_BYTES_MAX = 253;

/** Basic objects every such device has; regular ones are of its choice. */
export const CATEGORIES = { basic: 1, regular: 2 } as const;
export type Category = keyof typeof CATEGORIES;

export interface IdentifyRequest {
  readonly kind: "identify";
  readonly category: Category;
  /** The first object that is asked for. */
  readonly object: number;
}

export interface IdentifiedObject {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** One answer. */
export interface Identification {
  readonly kind: "identification";
  readonly objects: readonly IdentifiedObject[];
  /** Whether it has regular objects, by its conformity level. */
  readonly hasRegular: boolean;
  /** The object with which the next answer begins; `null` where all was told. */
  readonly next: number | null;
}

export function encodeIdentify({ category, object }: IdentifyRequest): Uint8Array {
  return Uint8Array.of(IDENTIFY_FUNCTION, IDENTIFY_TYPE, CATEGORIES[category], object);
}

/**
 * Bytes of the whole answer that begins at this place, as its own lengths have it; `null` while
 * too little of it is there to tell, or where it is none.
 */
export function identificationLength(bytes: Uint8Array, at: number): number | null {
  if (bytes.length < at + HEAD_BYTES || bytes[at + 1] !== IDENTIFY_TYPE) return null;
  let length = HEAD_BYTES;
  for (let objects = bytes[at + 6]; objects > 0; objects--) {
    if (at + length + 1 >= bytes.length) return null;
    length += 2 + bytes[at + length + 1];
    if (length > IDENTIFICATION_BYTES_MAX) return null;
  }
  return length;
}

/** Text says what is wrong with it. */
export function decodeIdentification(
  { category }: IdentifyRequest,
  pdu: Uint8Array,
): Identification | string {
  if (identificationLength(pdu, 0) !== pdu.length) {
    return "it answered an identification that is not as long as it says";
  }
  if (pdu[2] !== CATEGORIES[category]) return "it answered another category of its identification";
  const objects: IdentifiedObject[] = [];
  for (let at = HEAD_BYTES; at < pdu.length; at += 2 + pdu[at + 1]) {
    objects.push({ id: pdu[at], bytes: pdu.slice(at + 2, at + 2 + pdu[at + 1]) });
  }
  return {
    kind: "identification",
    objects,
    // The highest bit says that single objects can be asked for too.
    hasRegular: (pdu[3] & 0x7f) >= CATEGORIES.regular,
    next: pdu[4] === MORE_FOLLOWS ? pdu[5] : null,
  };
}
