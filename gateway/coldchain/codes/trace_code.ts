/**
 * China's drug trace codes (药品追溯码), of the form that 码上放心 gives out: 20 digits that begin
 * with 8, one for each pack. The first seven name product, form and packing; the rest is a serial
 * number with digits of its own check, whose rule is not published: so only the form is checked
 * here, and the lot is in no digit of it. Form: the platform's public interface, which passes over
 * "what does not begin with 8, or has not 20 digits".
 */

const TRACE_CODE = /^8\d{19}$/;
export const PRODUCT_DIGITS = 7;

export interface TraceCode {
  readonly kind: "trace";
  /** All 20 digits: one pack. */
  readonly code: string;
  /** The first seven. */
  readonly product: string;
}

/** `null`: it is none. */
export function traceCode(text: string): TraceCode | null {
  return TRACE_CODE.test(text)
    ? { kind: "trace", code: text, product: text.slice(0, PRODUCT_DIGITS) }
    : null;
}

/**
 * The code in the address of a QR code, as packs bear it too; `null` where there is none, or more
 * than one.
 */
export function traceCodeInAddress(text: string): TraceCode | null {
  if (!/^https?:\/\//i.test(text)) return null;
  const found = new Set(text.match(/(?<!\d)8\d{19}(?!\d)/g));
  const [only] = found;
  return found.size === 1 && only !== undefined ? traceCode(only) : null;
}
