import { expect, test } from "vitest";
import { table } from "./table.ts";

test("columns are as wide as what stands in them, and the last is not filled up", () => {
  expect(table(["A", "LONGER", "LAST"], [["12345", "x", "y"], ["1", "", ""]])).toBe(
    [
      "A      LONGER  LAST",
      "───────────────────",
      "12345  x       y",
      "1",
    ].join("\n"),
  );
});

test("Chinese takes two columns a character, as on a terminal", () => {
  expect(table(["名称", "B"], [["青山镇卫生院", "1"], ["abc（德）", "2"]])).toBe(
    [
      "名称          B",
      "───────────────",
      "青山镇卫生院  1",
      "abc（德）     2",
    ].join("\n"),
  );
});

test("a table without rows is its head", () => {
  expect(table(["A", "B"], [])).toBe("A  B\n────");
});
