/**
 * What a scanner that works as a keyboard has typed into a page. Between it and the page lie the
 * keyboard's layout, the lock of capitals and an input method, each of which leaves its mark.
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import { type Gs1Code, gs1Code, type Gs1Fault, SEPARATOR } from "./gs1_code.ts";
import { type TraceCode, traceCode, traceCodeInAddress } from "./trace_code.ts";

export type ScannedCode =
  | TraceCode
  | Gs1Code
  | { readonly kind: "unreadable"; readonly reason: Text };

const LENGTH_MAX = 400;

/** What is typed for a separator, where none can be; none of it is in a field (set 82). */
const SEPARATORS = /\{GS\}|<GS>|\[GS\]|\\x1d|\\u001d|\^\]|~d029|[\p{Cc}\u241d\u00e8|#^~@$]/giu;
/** Names the symbology (ISO/IEC 15424); no field begins so. */
const SYMBOLOGY = /^\][A-Za-z][0-9A-Z]/;
/** The same of GS1 codes while capitals are locked: a DataMatrix says `d`, a QR code `Q`. */
const LOCKED = /^\](c1|D[12]|E[0-3]|j1|q[35])/;
/** A zero-width or byte-order mark, a soft hyphen: pasted, or left by an input method. */
const UNSEEN = /[\u200b-\u200f\u2060\ufeff\u00ad]/g;

/** Full-width digits and letters become plain; spaces, Enter and Tab around it are left out. */
export function plainScan(typed: string): string {
  const text = typed.slice(0, LENGTH_MAX + 1).normalize("NFKC").replaceAll(UNSEEN, "")
    .replaceAll("。", ".").replaceAll("、", "/").trim();
  if (LOCKED.test(text)) return swapCase(text);
  return text;
}

function swapCase(text: string): string {
  return [...text].map((one) => one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase())
    .join("");
}

export function scannedCode(typed: string): ScannedCode {
  if (typed.length > LENGTH_MAX) return unreadable("too-long");
  const text = plainScan(typed);
  if (text === "") return unreadable("empty");
  const digits = text.replaceAll(/[\s-]/g, "");
  const trace = traceCode(digits) ?? traceCodeInAddress(text);
  if (trace !== null) return trace;
  if (/^\d+$/.test(digits) && digits.length >= 18 && digits.length <= 22 && digits[0] === "8") {
    return unreadable("digits");
  }
  const elements = linkElements(text) ?? elementsOf(text);
  const code = gs1Code(elements);
  if (code.kind === "gs1") return code;
  return unreadable(code.fault);
}

/** With the separator where something else stands for it, and none where nothing follows. */
function elementsOf(text: string): string {
  const bare = text.replace(SYMBOLOGY, "").replaceAll(SEPARATORS, SEPARATOR);
  return bare.split(SEPARATOR).filter((field) => field !== "").join(SEPARATOR);
}

/** A GS1 Digital Link (standard of that name): `https://…/01/GTIN/10/LOT/21/SERIAL?17=…`. */
function linkElements(text: string): string | null {
  if (!/^https?:\/\//i.test(text)) return null;
  const address = URL.parse(text);
  if (address === null) return null;
  const steps = address.pathname.split("/").map(decoded);
  const from = steps.findIndex((step, at) => step === "01" && /^\d{14}$/.test(steps[at + 1] ?? ""));
  if (from < 0) return null;
  const pairs = [...address.searchParams].filter(([ai]) => /^\d{2,4}$/.test(ai));
  for (let at = from; at + 1 < steps.length; at += 2) pairs.push([steps[at], steps[at + 1]]);
  // The fields of a fixed length first: the rest needs a separator each.
  const fixed = ([ai]: readonly string[]) => /^(01|1[1-7])$/.test(ai) ? 0 : 1;
  const [short, long] = [0, 1].map((which) => pairs.filter((pair) => fixed(pair) === which));
  const first = short.map((pair) => pair.join("")).join("");
  return first + long.map((pair) => pair.join("")).join(SEPARATOR);
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

const REASONS = {
  "empty": { zh: "没有扫到内容，请再扫一次", en: "nothing was scanned; scan again" },
  "too-long": {
    zh: "内容过长，可能连扫了两个码；请清空后再扫一次",
    en: "too long: perhaps two codes were scanned into one field; clear it and scan again",
  },
  "digits": {
    zh: "追溯码应为以 8 开头的 20 位数字，位数不符；请再扫一次",
    en: "a trace code has 20 digits and begins with 8; this has not as many: scan again",
  },
  "not-gs1": {
    zh: "既不是 20 位药品追溯码，也不是 GS1 码；请扫最小包装上的码",
    en: "neither a trace code of 20 digits nor a GS1 code; scan the code on the pack itself",
  },
  "no-gtin": {
    zh: "GS1 码中没有商品编码 (01)；请扫最小包装上的码",
    en: "the GS1 code has no product (01); scan the code on the pack itself",
  },
  "check-digit": {
    zh: "商品编码 (01) 校验位错误；请再扫一次",
    en: "the check digit of the product (01) is wrong; scan again",
  },
  "date": { zh: "码中的日期不存在；请再扫一次", en: "a day in the code is none; scan again" },
  "characters": {
    zh: "批号或序列号中有不该出现的字符；请关闭中文输入法后再扫",
    en: "lot or serial number have characters that no code holds; switch the input method off",
  },
  "contradiction": {
    zh: "同一字段出现两次且不同，可能连扫了两个码；请清空后再扫",
    en: "one field stands twice, and differs: clear the field and scan one code",
  },
} as const satisfies Readonly<Record<Gs1Fault | "empty" | "digits", Text>>;

function unreadable(reason: keyof typeof REASONS): ScannedCode {
  return { kind: "unreadable", reason: REASONS[reason] };
}
