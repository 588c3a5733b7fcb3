import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskName, maskNumber, maskPhone, maskResidentId } from "./masking.ts";
import { isResidentId } from "../resident_id.ts";

/** GB 11643-1999 has the first two as its examples. */
const GOOD = ["11010519491231002X", "440524188001010014", "11010519491231002x"];

describe("X5: a resident ID", () => {
  test.each(GOOD)("%s is one", (id) => expect(isResidentId(id)).toBe(true));

  test.each([
    ["a wrong check digit", "110105194912310021"],
    ["a day that is none", "110105194902310024"],
    ["a month that is none", "11010519491331002X"],
    ["too short", "11010519491231002"],
    ["too long", "11010519491231002X1"],
    ["an X within", "1101051949123100X2"],
    ["a region that begins with 0", "01010519491231002X"],
    ["full-width digits", "１1010519491231002X"],
    ["nothing", ""],
  ])("%s is none", (_, id) => expect(isResidentId(id)).toBe(false));

  test("is none any more when one digit is another, or two neighbours change places", () => {
    const [id] = GOOD;
    fc.assert(fc.property(fc.nat(16), fc.nat(9), (at, digit) => {
      if (id[at] === String(digit)) return;
      expect(isResidentId(id.slice(0, at) + digit + id.slice(at + 1))).toBe(false);
    }));
    fc.assert(fc.property(fc.nat(15), (at) => {
      if (id[at] === id[at + 1]) return;
      const swapped = id.slice(0, at) + id[at + 1] + id[at] + id.slice(at + 2);
      expect(isResidentId(swapped)).toBe(false);
    }));
  });

  test("shows its first three and last four characters and no birthday", () => {
    expect(maskResidentId(GOOD[0])).toBe("110***********002X");
    expect(maskResidentId("123456789012345")).toBe("****345");
    expect(maskResidentId("123")).toBe("****");
  });
});

describe("X5: personal data is shown", () => {
  test.each([
    ["13812345678", "138****5678"],
    ["+86 138-1234-5678", "138****5678"],
    ["008613812345678", "138****5678"],
    ["0512-66661234", "****234"],
    ["1234567", "****"],
  ])("the phone %s as %s", (phone, masked) => expect(maskPhone(phone)).toBe(masked));

  test.each([
    ["李明", "李**"],
    ["欧阳小明", "欧**"],
    ["Anna Schmidt", "A*** S***"],
    ["𠮷田", "𠮷**"],
    ["", ""],
  ])("the name %s as %s", (name, masked) => expect(maskName(name)).toBe(masked));

  test("no mask shows more than seven characters of a number, nor the whole of one", () => {
    fc.assert(fc.property(fc.stringMatching(/^\d{1,30}$/), (number) => {
      for (const mask of [maskResidentId, maskPhone, maskNumber]) {
        expect(mask(number).replaceAll("*", "").length).toBeLessThanOrEqual(7);
        expect(mask(number)).not.toContain(number);
      }
    }));
  });
});
