/** What people read of a code that only newer nodes know. */
import type { Text } from "../../drivers/profile_parts.ts";

/** The code's own text, or "other" with the code: nothing is left out because it is not known. */
export function textOrOther(texts: Readonly<Record<string, Text>>, code: string): Text {
  if (Object.hasOwn(texts, code)) return texts[code];
  return { zh: `其他（${code}）`, en: `other (${code})` };
}
