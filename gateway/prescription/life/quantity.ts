/** Decimals as a prescription writes them, added up exactly and never as floating point. */

/** Places behind the point of the recorded form's decimals. */
const PLACES = 6;

/** Millionths of a decimal of the recorded form: `"0.25"` is 250000. */
export function millionths(decimal: string): bigint {
  const [whole, part = ""] = decimal.split(".");
  return BigInt(whole + part.padEnd(PLACES, "0"));
}

/** The same of a decimal that may be below nothing, as {@link decimalText} writes it. */
export function signedMillionths(decimal: string): bigint {
  return decimal.startsWith("-") ? -millionths(decimal.slice(1)) : millionths(decimal);
}

/** The shortest decimal of a count of millionths: 250000 is `"0.25"`. */
export function decimalText(count: bigint): string {
  const digits = (count < 0n ? -count : count).toString().padStart(PLACES + 1, "0");
  const part = digits.slice(-PLACES).replace(/0+$/, "");
  const text = digits.slice(0, -PLACES) + (part === "" ? "" : `.${part}`);
  return count < 0n ? `-${text}` : text;
}
