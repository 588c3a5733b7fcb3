import { expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { FollowedLately } from "./followed_lately.ts";

test("P5 until the tables have all that was here at the start nobody knows a history", async () => {
  await using desk = await TablesDesk.open({ node: "county-a" });
  await desk.append("prescription", { any: 1 }, 1, "record");
  const lately = new FollowedLately(desk);
  expect(lately.isSo).toBe(false);
  await lately.firstWithin(1);
  expect(lately.isSo).toBe(false);
  const over = new AbortController();
  const looking = lately.run(over.signal);
  await until("the tables have followed", () => lately.isSo);
  await lately.firstWithin(60_000);
  over.abort();
  await looking;
});
