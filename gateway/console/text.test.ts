import { join } from "node:path";
import { expect, test } from "vitest";
import { REFUSAL_CODES } from "../../drivers/driver.ts";
import { STREAMS } from "../../sync/stream.ts";
import { TEXT_KEYS } from "./text.ts";

/** Sources of the gateway, without its tests and the texts themselves. */
function sources(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return sources(path);
    const counts = name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "text.ts";
    return counts ? [Deno.readTextFileSync(path)] : [];
  });
}

test("every text is said somewhere", () => {
  const gateway = sources(join(import.meta.dirname ?? "", "..")).join("\n");
  // Kept as states in entries, and shown by their own names.
  const states = new Set<string>([...REFUSAL_CODES, ...STREAMS]);
  const unsaid = TEXT_KEYS.filter((key) => !states.has(key) && !gateway.includes(`"${key}"`));
  expect(unsaid).toEqual([]);
});
