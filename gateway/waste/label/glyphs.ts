/** Text as dots, for printers without a Chinese font: outlines of any font that fontkit reads. */
import { Buffer } from "node:buffer";
// @ts-types="npm:@types/fontkit@2.0.9"
import * as fontkit from "fontkit";
import type { Bitmap } from "./bitmap.ts";
import { type Edge, edgesOf, filled, type Point } from "./outline.ts";

/** Draws lines of text in one font. */
export class Glyphs {
  readonly #font: fontkit.Font;

  /**
   * `file`: a TrueType or OpenType font, or a collection of which `face` names one. Throws where
   * it is none.
   */
  constructor(file: Uint8Array, face: string) {
    const font = fontkit.create(Buffer.from(file), face);
    if (!("layout" in font)) {
      throw new Error(`Cannot draw text: the fonts have no face "${face}"`);
    }
    this.#font = font;
  }

  /** One line, as many dots high as the font is from its highest letters to its lowest. */
  line(text: string, height: number): Bitmap {
    const { ascent, descent } = this.#font;
    const scale = height / (ascent - descent);
    const { glyphs, positions } = this.#font.layout(text);
    const edges: Edge[] = [];
    let pen = 0;
    for (const [index, { path }] of glyphs.entries()) {
      const left = pen;
      const at = (x: number, y: number): Point => [(left + x) * scale, (ascent - y) * scale];
      edges.push(...edgesOf(path.commands, at));
      pen += positions[index].xAdvance;
    }
    return filled(edges, Math.max(1, Math.ceil(pen * scale)), height);
  }
}
