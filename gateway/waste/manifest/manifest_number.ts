/**
 * The number of a transfer manifest (rule W8): 14 digits, the year (4), the province (2) and the
 * prefecture (2) that it leaves from (GB/T 2260), and a running number there (6), as
 * 危险废物转移管理办法 has it. It has no check digit, so that only its parts can be checked.
 */
import type { Text } from "../../../drivers/profile_parts.ts";

/** Since when numbers of this form are given: the measures are in force since 1 January 2022. */
const YEAR_MIN = 2022;

/** GB/T 2260: provinces, autonomous regions, municipalities; Taiwan, Hong Kong, Macao. */
const PROVINCES: ReadonlySet<string> = new Set(
  ("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 " +
    "65 71 81 82").split(" "),
);

export type NumberRead =
  | { readonly kind: "number"; readonly number: string }
  | { readonly kind: "refused"; readonly text: Text };

/** Where and when a number may be from. */
export interface NumberBounds {
  /** The year now, in Shanghai. */
  readonly year: number;
  /** The first four digits of the region's code where it is configured, `3401`. */
  readonly region?: string | undefined;
}

/** Reads what was typed, scanned or received; spaces, hyphens and full-width digits are mended. */
export function readNumber(typed: string, { year, region }: NumberBounds): NumberRead {
  const number = typed.normalize("NFKC").replace(/[\s-]/g, "");
  if (!/^\d{14}$/.test(number)) {
    return refused(`联单编号须为 14 位数字，现有 ${[...number].length} 个字符`, {
      en: `want the 14 digits of the manifest, not ${[...number].length} characters`,
    });
  }
  const ofYear = Number(number.slice(0, 4));
  if (ofYear < YEAR_MIN || ofYear > year) {
    return refused(`联单编号前 4 位应为年份 ${YEAR_MIN}–${year}，现为 ${ofYear}`, {
      en: `its first 4 digits are the year, ${YEAR_MIN} to ${year}, not ${ofYear}`,
    });
  }
  if (!PROVINCES.has(number.slice(4, 6))) {
    return refused(`联单编号第 5、6 位应为省级行政区划代码，现为 ${number.slice(4, 6)}`, {
      en: `digits 5 and 6 are the code of a province, not ${number.slice(4, 6)}`,
    });
  }
  if (region !== undefined && number.slice(4, 8) !== region) {
    return refused(`联单编号第 5 至 8 位应为本地代码 ${region}，现为 ${number.slice(4, 8)}`, {
      en: `digits 5 to 8 are this region's code ${region}, not ${number.slice(4, 8)}`,
    });
  }
  if (/^0+$/.test(number.slice(8))) {
    return refused("联单编号末 6 位流水号不应全为 0", { en: "its running number is not 000000" });
  }
  return { kind: "number", number };
}

function refused(zh: string, { en }: { readonly en: string }): NumberRead {
  return { kind: "refused", text: { zh, en } };
}
