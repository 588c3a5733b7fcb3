import fc from "fast-check";
import { expect, test } from "vitest";
import { isJsonLine } from "./json_line.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What the runtime's own decoder and parser say. */
function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(decoder.decode(bytes));
    return !bytes.includes(0x0a) && !bytes.includes(0x0d);
  } catch {
    return false;
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("every JSON document is one, however it is made", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 8 }), (text) => isJsonLine(bytesOf(text))), {
    numRuns: 2000,
  });
});

test("a document with any byte changed is judged as the runtime's parser judges it", () => {
  const documents = fc.json({ maxDepth: 4, stringUnit: "binary" }).map(bytesOf)
    .filter(({ length }) => length > 0);
  fc.assert(
    fc.property(documents, fc.nat(), fc.integer({ min: 0, max: 255 }), (bytes, at, byte) => {
      const changed = bytes.slice();
      changed[at % bytes.length] = byte;
      expect(isJsonLine(changed)).toBe(isJson(changed));
      const cut = bytes.slice(0, at % bytes.length);
      expect(isJsonLine(cut)).toBe(isJson(cut));
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ["", false],
  [" ", false],
  ["{}", true],
  [' [1, 2.5e-3, -0, true, false, null, "\\u00e9\\n"]\t', true],
  ["01", false],
  ["1.", false],
  ["-", false],
  ["1e", false],
  ['{"a":1,}', false],
  ['{"a" 1}', false],
  ["[1 2]", false],
  ['"\\x"', false],
  ['"\\u12g4"', false],
  ['"open', false],
  ["{}\n", false],
  ["{}{}", false],
  ["truth", false],
  ["疫苗", false],
  ['"疫苗 💉"', true],
  ["[".repeat(64) + "]".repeat(64), true],
  ["[".repeat(65) + "]".repeat(65), false],
])("%j: %s", (text, wanted) => {
  expect(isJsonLine(bytesOf(text))).toBe(wanted);
});

test.each([
  ["an overlong character", [0x22, 0xc0, 0xaf, 0x22]],
  ["half a surrogate pair", [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ["a character behind the last", [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
  ["a character that is cut", [0x22, 0xe7, 0x96, 0x22]],
])("%s is no UTF-8", (_, bytes) => {
  expect(isJsonLine(new Uint8Array(bytes))).toBe(false);
});
