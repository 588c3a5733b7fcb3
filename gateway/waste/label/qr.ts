/** The QR code of a label, as a picture: the same on paper, on a label and on a screen. */
import { encode } from "uqr";
import type { Bitmap } from "./bitmap.ts";

/** White around it, in modules: ISO/IEC 18004 wants 4. */
export const QUIET_MODULES = 4;

/** One dot a module. Level Q stands a quarter of it soiled or creased. */
export function qrOf(text: string): Bitmap {
  const { size, data } = encode(text, { ecc: "Q", border: QUIET_MODULES });
  const dots = Uint8Array.from(data.flat(), (isDark) => isDark ? 1 : 0);
  return { width: size, height: size, dots };
}

/** As the path of an SVG, a unit square for each module. */
export function qrPath({ width, dots }: Bitmap): string {
  return [...dots].flatMap((dot, index) =>
    dot === 1 ? [`M${index % width} ${Math.floor(index / width)}h1v1h-1z`] : []
  ).join("");
}
