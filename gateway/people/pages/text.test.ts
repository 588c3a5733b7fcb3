import { join } from "node:path";
import { expect, test } from "vitest";
import { PEOPLE_TEXT_KEYS } from "./text.ts";

test("every text about people is said somewhere", () => {
  const folder = join(import.meta.dirname ?? "", "..");
  const files = [folder, join(folder, "pages")].flatMap((path) =>
    Array.from(Deno.readDirSync(path), ({ name }) => join(path, name))
  ).filter((path) => /\.ts$/.test(path) && !/(\.test|pages\/text)\.ts$/.test(path));
  const layout = join(folder, "..", "console", "layout.ts");
  const sources = [...files, layout].map((path) => Deno.readTextFileSync(path)).join("\n");
  expect(PEOPLE_TEXT_KEYS.filter((key) => !sources.includes(`"${key}"`))).toEqual([]);
});
