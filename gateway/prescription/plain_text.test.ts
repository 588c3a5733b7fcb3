import { describe, expect, test } from "vitest";
import { isPlainCode } from "./plain_text.ts";

describe("a code that looks like another, or of which something is not seen, is none", () => {
  test.each([
    ["Cyrillic", "\u0410BC"],
    ["Cyrillic alone", "\u0421\u041e\u0420"],
    ["a Greek capital that is an A", "\u0391"],
    ["a Greek letter that is an o", "d\u03bfse"],
    ["Cherokee", "\u13aa"],
    ["Armenian", "\u0585"],
    ["Lisu", "\ua4d0"],
    ["full-width", "\uff21"],
    ["mathematical", "\u{1d400}"],
    ["zero width", "A\u200bB"],
    ["a Hangul filler", "A\u115f"],
    ["a joiner of graphemes", "A\u034f"],
    ["a Mongolian selector", "A\u180b"],
    ["a selector of variants", "\u846b\u{e0100}"],
    ["an empty pattern of Braille", "A\u2800"],
    ["a direction", "A\u202eB"],
  ])("%s", (_, code) => expect(isPlainCode(code)).toBe(false));
});

test("codes as hospitals have them are codes", () => {
  const codes = ["0012", "国药准字H20044000", "β-七叶皂苷钠", "α2b", "葛根芩连", "M32.101+", "Ⅱ级"]
    .map((code) => code.normalize("NFKC"));
  for (const code of [...codes, "\u0f56\u0f7c\u0f51", "\u062f\u0648\u0631\u0627"]) {
    expect(isPlainCode(code), code).toBe(true);
  }
});
