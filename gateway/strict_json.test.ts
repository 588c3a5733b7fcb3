import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEPTH_MAX, DIGITS_MAX, readStrictJson, VALUES_MAX } from "./strict_json.ts";

/** `path: message`. */
function faultOf(text: string): string | null {
  const read = readStrictJson(text);
  return read.kind === "refused" ? `${read.path.join(".")}: ${read.message}` : null;
}

test("what the platform writes is read as the platform reads it", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 6, noUnicodeString: false }), (text) => {
    const read = readStrictJson(text);
    const strange = /[eE][+-]?\d|\d[\d.]{14}|__proto__|\\ud[89a-f]/i.test(text);
    if (!strange) expect(read).toEqual({ kind: "document", document: JSON.parse(text) });
  }));
});

describe("is refused, with its place", () => {
  test.each([
    ["a name that stands twice", '{"a":[{"b":1,"c":2,"b":1}]}', "a.0.b: it stands here twice"],
    ["the same name, written otherwise", '{"ab":1,"\\u0061b":2}', "ab: it stands here twice"],
    ["the prototype's name", '{"a":{"__proto__":{"b":1}}}', "a.__proto__: there is no such field"],
    ["that name, written otherwise", '{"\\u005f_proto__":1}', "__proto__: there is no such field"],
    ["an exponent", '{"a":[1,2e1]}', "a.1: found 2e1; want a number without an exponent"],
    ["a number of 16 digits", '{"a":1.000000000000001}', "a: found a number of 16 digits"],
    ["half of a character", '{"a":"\\ud83d"}', "a: found half of a character"],
    ["half of a character in a name", '{"\\udc00":1}', ": found half of a character"],
    ["a comma too many", '{"a":1,}', ": it is no JSON"],
    ["nothing", "", ": it is no JSON"],
    ["two documents", "{}{}", ": it is no JSON"],
    ["a comment", "{/* */}", ": it is no JSON"],
    ["what closes nothing", "]]]]", ": it is no JSON"],
  ])("%s", (_, text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });
});

test("where numbers may be any, all else is as strict", () => {
  const read = (text: string) => readStrictJson(text, { anyNumber: true });
  expect(read("[1e-7,1.0000000000000001]")).toEqual({ kind: "document", document: [1e-7, 1] });
  expect(read('{"a":1e5,"a":2}').kind).toBe("refused");
});

test("a refusal repeats nothing of the text but numbers", () => {
  expect(faultOf('{"name":"王桂兰" x}')).toBe(": it is no JSON from character 14 on");
});

test("what has the same names in different objects is none that stands twice", () => {
  expect(faultOf('[{"a":{"a":"a"},"b":"a"},{"a":[{"a":1},{"a":1}]}]')).toBeNull();
  expect(faultOf('{"toString":1,"constructor":2,"hasOwnProperty":3}')).toBeNull();
});

test(`${DEPTH_MAX} levels are read, one more is refused, and so are a hundred thousand`, () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect(faultOf(nested(DEPTH_MAX))).toBeNull();
  expect(faultOf(nested(DEPTH_MAX + 1))).toContain(`deeper than ${DEPTH_MAX} levels`);
  expect(faultOf("[".repeat(100_000))).toContain("deeper than");
  expect(faultOf('{"a":'.repeat(100_000))).toContain("deeper than");
});

test(`${VALUES_MAX} values are read, one more is refused, and so are a million`, () => {
  const list = (length: number) => `[${Array(length).fill("1").join(",")}]`;
  expect(faultOf(list(VALUES_MAX - 1))).toBeNull();
  expect(faultOf(list(VALUES_MAX))).toContain(`more than ${VALUES_MAX} values`);
  expect(faultOf(list(1_000_000))).toContain(`more than ${VALUES_MAX} values`);
});

test(`a number of up to ${DIGITS_MAX} digits keeps all of them`, () => {
  const digits = fc.stringMatching(/^[1-9]\d{0,8}\.\d{0,5}[1-9]$/);
  fc.assert(fc.property(digits, (written) => {
    const read = readStrictJson(written);
    expect(read.kind === "document" ? String(read.document) : read.message).toBe(written);
  }));
});
