/** Black and white pictures, and how ZPL sends them. */

export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** One byte a dot, row by row: 1 is black. */
  readonly dots: Uint8Array;
}

/** Each dot as a square of so many. */
export function enlarged({ width, height, dots }: Bitmap, times: number): Bitmap {
  const large = new Uint8Array(width * height * times * times);
  for (let y = 0; y < height * times; y++) {
    for (let x = 0; x < width * times; x++) {
      const from = Math.floor(y / times) * width + Math.floor(x / times);
      large[y * width * times + x] = dots[from];
    }
  }
  return { width: width * times, height: height * times, dots: large };
}

/** `^GFA`: a graphic field in hexadecimal digits, with ZPL's own compression of runs. */
export function graphicField(bitmap: Bitmap): string {
  const bytesPerRow = Math.ceil(bitmap.width / 8);
  const total = bytesPerRow * bitmap.height;
  let before = "";
  const rows = Array.from({ length: bitmap.height }, (_, y) => {
    const row = hexRow(bitmap, y);
    // A colon repeats the row above.
    const sent = row === before ? ":" : compressed(row);
    before = row;
    return sent;
  });
  return `^GFA,${total},${total},${bytesPerRow},${rows.join("")}`;
}

function hexRow({ width, dots }: Bitmap, y: number): string {
  let hex = "";
  for (let x = 0; x < Math.ceil(width / 8) * 8; x += 4) {
    const dot = (bit: number) => x + bit < width ? dots[y * width + x + bit] : 0;
    hex += (dot(0) * 8 + dot(1) * 4 + dot(2) * 2 + dot(3)).toString(16).toUpperCase();
  }
  return hex;
}

/** A comma fills the row with white; `G` to `Y` repeat 1 to 19 times, `g` to `z` 20 to 400. */
function compressed(row: string): string {
  const filled = row.replace(/0+$/, "");
  const runs = filled.replace(/(.)\1{2,}/g, (run, digit: string) => repeats(run.length) + digit);
  return filled.length < row.length ? `${runs},` : runs;
}

function repeats(count: number): string {
  const twenties = Math.min(20, Math.floor(count / 20));
  const rest = count - twenties * 20;
  if (rest > 19) return repeats(400) + repeats(rest);
  const many = twenties === 0 ? "" : String.fromCharCode("f".charCodeAt(0) + twenties);
  return many + (rest === 0 ? "" : String.fromCharCode("F".charCodeAt(0) + rest));
}
