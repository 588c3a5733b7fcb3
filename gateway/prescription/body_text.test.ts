import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { BODY_BYTES_MAX, bodyText } from "./body_text.ts";

const JSON_TYPES = ["application/json"];
const TEXT = '{"name":"张伟","unit":"片"}';
const UTF_8 = new TextEncoder().encode(TEXT);
const GB_18030 = new Uint8Array(iconv.encode(TEXT, "gb18030"));

function read(bytes: Uint8Array, contentType: string | null): string {
  const body = bodyText(bytes, contentType, JSON_TYPES);
  return body.kind === "text" ? body.text : `${body.problem.status} ${body.problem.code}`;
}

describe("the body's text is read in the character set that its type says", () => {
  test.each([
    ["no type", UTF_8, null],
    ["no charset", UTF_8, "application/json"],
    ["UTF-8, in capitals and quotes", UTF_8, 'Application/JSON; charset="UTF-8"'],
    ["GB 18030", GB_18030, "application/json; charset=gb18030"],
    ["its part GBK", GB_18030, "application/json;charset=GBK"],
  ])("%s", (_, bytes, contentType) => {
    expect(read(bytes, contentType)).toBe(TEXT);
  });
});

describe("a wrong character set is refused, never guessed", () => {
  test.each([
    ["GB 18030 that says nothing", GB_18030, "application/json", "400 wrong-charset"],
    ["UTF-8 that says GB 18030", UTF_8, "application/json; charset=gbk", "400 wrong-charset"],
    ["what is neither", new Uint8Array([0x22, 0xff, 0x22]), null, "400 wrong-charset"],
    ["an overlong form", new Uint8Array([0x22, 0xc0, 0xaf, 0x22]), null, "400 wrong-charset"],
    ["UTF-16", UTF_8, "application/json; charset=utf-16", "415 unsupported-charset"],
    ["UTF-16 that says nothing", new Uint8Array([0x7b, 0x00]), null, "400 wrong-charset"],
    ["the other end first", new Uint8Array([0x00, 0x7b]), null, "400 wrong-charset"],
    [
      "two of them",
      UTF_8,
      "application/json; charset=utf-8; charset=gbk",
      "415 unsupported-charset",
    ],
    [
      "a name of every object",
      UTF_8,
      "application/json; charset=toString",
      "415 unsupported-charset",
    ],
  ])("%s", (_, bytes, contentType, refusal) => {
    expect(read(bytes, contentType)).toBe(refusal);
  });

  test("and the hint says what to write", () => {
    const body = bodyText(GB_18030, null, JSON_TYPES);
    expect(body.kind === "refused" && body.problem.hint).toContain("charset=gb18030");
  });
});

test("another type is refused, and a body of one byte too many", () => {
  expect(read(UTF_8, "text/xml")).toBe("415 unsupported-media-type");
  expect(read(new Uint8Array(BODY_BYTES_MAX).fill(0x20), null)).toHaveLength(BODY_BYTES_MAX);
  expect(read(new Uint8Array(BODY_BYTES_MAX + 1).fill(0x20), null)).toBe("413 body-too-large");
});
