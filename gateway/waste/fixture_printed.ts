/** What others' programs see on a label: a renderer of ZPL, and a reader of codes; for tests. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ready } from "zpl-renderer-js";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const WASM = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");

/** A label as a picture (PNG), as zebrash draws it. */
export async function rendered(
  zpl: string,
  { widthMm, heightMm, dotsPerMm }: {
    readonly widthMm: number;
    readonly heightMm: number;
    readonly dotsPerMm: number;
  },
): Promise<Uint8Array> {
  const { api } = await ready;
  return Uint8Array.fromBase64(await api.zplToBase64Async(zpl, widthMm, heightMm, dotsPerMm));
}

/** The texts of all QR codes in a picture (PNG, or dots), as ZXing reads them. */
export async function codesIn(picture: Uint8Array | ImageData): Promise<string[]> {
  prepareZXingModule({ overrides: { wasmBinary: readFileSync(WASM).buffer } });
  const found = await readBarcodes(picture, { formats: ["QRCode"] });
  return found.map(({ text }) => text);
}
