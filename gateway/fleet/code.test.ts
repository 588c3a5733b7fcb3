import { describe, expect, test } from "vitest";
import { range } from "../../sync/fixtures.ts";
import { codeKey, newCode, proof, proves } from "./code.ts";

const KEY = codeKey("K7QX-2M4P-9TRA-HW3C") ?? "";

describe("a code", () => {
  test("has four groups of four letters and digits that nobody mistakes, new each time", () => {
    const codes = range(1, 200).map(() => newCode());
    for (const code of codes) {
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    }
    expect(new Set(codes).size).toBe(200);
    expect(new Set(codes.map((code) => codeKey(code))).size).toBe(200);
  });

  test.each([
    "k7qx-2m4p-9tra-hw3c",
    "K7QX2M4P9TRAHW3C",
    " K7QX 2M4P 9TRA HW3C ",
    "K7-QX2M-4P9TRA-HW3C",
  ])("is the same however it is typed: %s", (typed) => {
    expect(codeKey(typed)).toBe(KEY);
  });

  test("read out with O for 0, I or L for 1 is the same", () => {
    expect(codeKey("OOOO-IIII-LLLL-oilA")).toBe(codeKey("0000-1111-1111-011A"));
    expect(codeKey("OOOO-IIII-LLLL-oilA")).not.toBeNull();
  });

  test.each([
    "",
    "K7QX",
    "K7QX-2M4P-9TRA-HW3",
    "K7QX-2M4P-9TRA-HW3CC",
    "K7QX-2M4P-9TRA-HW3U",
    "密码",
  ])(
    "is not %j",
    (typed) => {
      expect(codeKey(typed)).toBeNull();
    },
  );

  test("its key does not tell it", () => {
    expect(KEY).toMatch(/^[0-9a-f]{64}$/);
    expect(KEY.toUpperCase()).not.toContain("K7QX");
  });
});

describe("a proof", () => {
  test("holds for its key and its fields, in their order", () => {
    const found = proof(KEY, ["enrol", "site-1"]);
    expect(proves(found, KEY, ["enrol", "site-1"])).toBe(true);
    expect(proves(found, KEY, ["site-1", "enrol"])).toBe(false);
    expect(proves(found, KEY, ["enrol", "site-2"])).toBe(false);
    expect(proves(found, codeKey(newCode()) ?? "", ["enrol", "site-1"])).toBe(false);
  });

  test.each(["", "00", "zz", "密", "0".repeat(64), "0".repeat(65)])("is not %j", (found) => {
    expect(proves(found, KEY, ["enrol"])).toBe(false);
  });

  test("that was cut short proves nothing", () => {
    const found = proof(KEY, ["enrol"]);
    expect(proves(found.slice(0, -2), KEY, ["enrol"])).toBe(false);
    expect(proves(`${found}00`, KEY, ["enrol"])).toBe(false);
  });
});
