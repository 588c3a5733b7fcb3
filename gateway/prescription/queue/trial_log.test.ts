import { join } from "node:path";
import { expect, test } from "vitest";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { openPlace } from "./fixture_pharmacists.ts";
import { SITE } from "./fixture_queue.ts";
import { TrialLog } from "./fixture_trial_log.ts";

const claim = (prescription: string, holder: string, fence: number) => ({
  site: SITE,
  prescription,
  holder,
  fence,
  store: "store",
});

test("the trial's log tells of two who hold one, and of one that is decided twice", async () => {
  using folder = new TemporaryFolder();
  await using sql = await openPlace({ dialect: "libsql", path: join(folder.path, "log.db") });
  const log = new TrialLog(sql);
  await log.create();
  const [one, other] = [claim("rx-1", "p-1", 1), claim("rx-1", "p-2", 2)];
  await log.hold(one, "w-1");
  await log.hold(one, "w-1");
  await log.isDead("w-1");
  await log.hold(other, "w-2");
  await log.append(one);
  await log.append(one);
  expect(await log.tally()).toEqual({ decided: 1, doubled: 0, heldByTwo: 0 });
  await log.hold(one, "w-3");
  await log.append(other);
  expect(await log.tally()).toEqual({ decided: 1, doubled: 1, heldByTwo: 1 });
  await log.letGo(one);
  await log.hold(other, "w-2");
  expect((await log.tally()).heldByTwo).toBe(1);
});
