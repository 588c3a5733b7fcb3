/** The font that reports are printed in: it is embedded, so that every reader shows the same. */
import { existsSync } from "node:fs";

export interface ReportFont {
  readonly file: string;
  /** Its PostScript name in a collection. */
  readonly face: string;
}

/** Simplified Chinese forms, and Latin letters that fit them (SIL Open Font License). */
const FACE = "NotoSansCJKsc-Regular";

/** Where Debian's `fonts-noto-cjk` puts it, then other distributions. */
const PLACES: readonly ReportFont[] = [
  { file: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", face: FACE },
  { file: "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", face: FACE },
  { file: "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", face: FACE },
];

/** No PDF can be made on this machine. */
export class ReportFontMissing extends Error {
  override name = "ReportFontMissing";
  readonly hint = "install the package fonts-noto-cjk; tables as CSV need no font";
}

/** Throws {@link ReportFontMissing}. */
export function reportFont(places: readonly ReportFont[] = PLACES): ReportFont {
  const found = places.find(({ file }) => existsSync(file));
  if (found !== undefined) return found;
  throw new ReportFontMissing(
    `Cannot print a report: no Chinese font is at ${places.map(({ file }) => file).join(", ")}`,
  );
}
