import { describe, expect, test } from "vitest";
import { factsOfLine } from "./fixture_codes.ts";

const written = (part: Record<string, unknown>) => factsOfLine(part).written;

describe("P13 1-6: a name is official", () => {
  test.each([
    ["阿莫西林胶囊", true],
    ["阿莫西林胶囊（0.25g×24粒）", true],
    ["阿莫仙（阿莫西林 胶囊）", true],
    ["Amoxicillin Capsules", true],
    ["阿莫仙", false],
    ["阿莫", false],
  ])("%s: %s", (text, official) => {
    expect(written({ drug: { code: "001", text } })?.officialName).toBe(official);
  });

  test("a compound's by the compound's name, or by an ingredient's", () => {
    const named = (text: string) => written({ drug: { code: "002", text } })?.officialName;
    expect([named("阿莫西林克拉维酸钾片"), named("力百汀（克拉维酸）"), named("力百汀")])
      .toEqual([true, true, false]);
  });

  test("of a code alone, and of a drug that nobody mapped, nothing is said", () => {
    expect(written({ drug: { code: "001" } })?.officialName).toBeNull();
    expect(written({ drug: { code: "999", text: "阿莫仙" } })?.officialName).toBeNull();
  });
});

describe("P13 1-7: a dose is told in packs", () => {
  test.each([
    ["001", "粒", false],
    ["001", "mg", false],
    ["001", "盒", true],
    ["001", "板", true],
    ["005", "支", false],
    ["005", "amp", false],
    ["006", "ml", false],
    ["006", "滴", false],
    ["014", "克", false],
    ["001", "puffs", false],
  ])("drug %s by %s: %s", (code, unit, inPacks) => {
    expect(written({ drug: { code }, dose: { value: "1", unit } })?.doseInPacks).toBe(inPacks);
  });
});

test("P13 1-8: directions are told in the words that people read", () => {
  const [route, frequency] = [{ code: "PO", text: "口服" }, { code: "tid", text: "遵医嘱" }];
  expect(written({ route, frequency })?.directions).toEqual(["口服", "遵医嘱"]);
  expect(written({})?.directions).toEqual(["PO", "tid"]);
});
