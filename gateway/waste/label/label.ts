/**
 * What a bag's label says. Institution, date, category and remarks are what 医疗卫生机构医疗废物
 * 管理办法 wants in Chinese on each bag; the rest lets a store that never heard of the bag take it,
 * and its clock run on (W5).
 */
import { createHash } from "node:crypto";
import type { Text } from "../../../drivers/profile_parts.ts";
import { CLOCK_STATES, type Stamp } from "../../../sync/entry.ts";
import { CATEGORIES, CATEGORY_CODES, type CategoryCode } from "../category.ts";
import { type LabelSaid, labelSaid } from "../entry/move_body.ts";
import { kilograms } from "../limits.ts";
import { codeKind, normalCode } from "./bag_code.ts";

export interface Label {
  readonly bag: string;
  readonly institution: string;
  readonly ward: { readonly code: string; readonly name: string };
  readonly category: CategoryCode;
  readonly grams: number;
  /** A keyed weight is marked (W2). */
  readonly isKeyed: boolean;
  readonly sealed: Pick<Stamp, "wallMs" | "clock">;
  readonly remarks: string;
}

const VERSION = "TW1";
const SEPARATOR = ";";
const CHECK_LENGTH = 6;

/** The text of its QR code: `TW1;code;category;grams;seconds;clock;ward;check`. */
export function payloadOf({ bag, category, grams, sealed, ward }: Label): string {
  const fields = [
    VERSION,
    bag,
    CATEGORY_CODES.indexOf(category) + 1,
    grams,
    Math.floor(sealed.wallMs / 1000),
    CLOCK_STATES.indexOf(sealed.clock),
    encodeURIComponent(ward.code),
  ].join(SEPARATOR);
  return `${fields}${SEPARATOR}${check(fields)}`;
}

export type LabelRead =
  | { readonly kind: "label"; readonly said: LabelSaid }
  /** Only its code was typed or read. */
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "refused"; readonly text: Text };

/** Reads what a reader at the keyboard typed, also what an input method made full-width. */
export function readLabel(typed: string): LabelRead {
  const text = typed.normalize("NFKC").trim();
  if (!text.toUpperCase().startsWith(VERSION)) {
    const code = normalCode(text);
    if (codeKind(code) !== null) return { kind: "code", code };
    return refused({
      zh: "不是医疗废物标签，请重新扫描",
      en: "this is no waste label: read it again",
    });
  }
  const at = text.lastIndexOf(SEPARATOR);
  const [, bag, category, grams, seconds, clock, ward, ...more] = text.slice(0, at)
    .split(SEPARATOR);
  const said = labelSaid.safeParse({
    bag,
    category: CATEGORY_CODES[Number(category) - 1],
    grams: Number(grams),
    sealedMs: Number(seconds) * 1000,
    clock: CLOCK_STATES[Number(clock)],
    ward: decoded(ward ?? ""),
  });
  const isWhole = check(text.slice(0, at)) === text.slice(at + 1) && more.length === 0;
  if (!isWhole || !said.success || codeKind(bag) === null) {
    return refused({
      zh: "标签读取不完整，请重新扫描",
      en: "the label was read badly: read it again",
    });
  }
  return { kind: "label", said: said.data };
}

function refused(text: Text): LabelRead {
  return { kind: "refused", text };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // No text of ours: it has no such escapes.
    return "";
  }
}

/** Finds what a reader dropped or doubled on its way through the keyboard. */
function check(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, CHECK_LENGTH);
}

const SHANGHAI = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "short",
});

/** Its lines of text, in order; the code stands apart. */
export function labelLines(label: Label, language: keyof Text): string[] {
  const { name } = CATEGORIES[label.category];
  const kg = kilograms(label.grams);
  const when = SHANGHAI.format(label.sealed.wallMs);
  const isDoubtful = label.sealed.clock === "untrusted";
  const lines = language === "zh"
    ? [
      `医疗废物 · ${name.zh}`,
      label.category,
      label.institution,
      label.ward.name,
      `${kg} kg${label.isKeyed ? "（手工录入）" : ""}`,
      `${when}${isDoubtful ? "（时钟存疑）" : ""}`,
      label.remarks,
    ]
    : [
      `Medical waste · ${name.en}`,
      label.category,
      label.institution,
      label.ward.name,
      `${kg} kg${label.isKeyed ? " (keyed)" : ""}`,
      `${when}${isDoubtful ? " (clock in doubt)" : ""}`,
      label.remarks,
    ];
  return lines.filter((line) => line !== "");
}
