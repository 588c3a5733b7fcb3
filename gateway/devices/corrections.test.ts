import { expect, test } from "vitest";
import { TablesDesk } from "../fixture_tables.ts";
import { planOf } from "../sql/fixture_plans.ts";
import { correctionsOf, correctionsSelect } from "./corrections.ts";

const [BOOT, OTHER] = ["a".repeat(32), "b".repeat(32)];

test("T12 W5 what a node found out of its clock is asked for by its own boot, and no other's", async () => {
  await using desk = await TablesDesk.open({ node: "site-017" });
  const found = { sinceBootMs: 0, bootMs: 60_000, offsetMs: 1_795_000_000_000 };
  for (const bootId of [BOOT, OTHER]) {
    await desk.append("clock-trusted", { bootId, ...found }, 0, "audit");
  }
  await desk.tables.caughtUp(desk.journal);
  const of = (node: string, ...boots: readonly string[]) =>
    correctionsOf(desk.tables, boots.map((bootId) => ({ node, bootId })));
  expect(await of("site-017", BOOT)).toEqual([{ bootId: BOOT, ...found }]);
  expect(await of("site-017", BOOT, OTHER, BOOT)).toHaveLength(2);
  expect(await of("site-018", BOOT)).toEqual([]);
  expect(await of("site-017")).toEqual([]);
  for (const boots of [1, 3]) {
    const plan = await planOf(desk.tables, correctionsSelect(boots));
    expect(plan).toMatch(/^SEARCH /);
    expect(plan).not.toContain("TEMP B-TREE");
  }
});
