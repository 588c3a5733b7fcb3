import { expect, test } from "vitest";
import { contentFrom, FixtureStore } from "../sync/blobs/fixture_blobs.ts";
import { BOOT_ID, until } from "../sync/fixtures.ts";
import { SystemClock } from "./clock.ts";
import { configSchema } from "./config.ts";
import { DiskWatch, openReserve } from "./disk_watch.ts";
import { TablesDesk } from "./fixture_tables.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

test("T4: days left count files: a site whose files fill the disk hears of it in time", async () => {
  await using tables = await TablesDesk.open({ node: "site-1" });
  using files = await FixtureStore.open();
  let bootMs = 0;
  const clock = new SystemClock({
    bootId: BOOT_ID,
    performanceMs: () => bootMs,
    uptimeMs: () => bootMs,
    wallMs: () => bootMs,
    synchronised: () => true,
  });
  const config = configSchema.parse({
    role: "site",
    node: "site-1",
    title: { zh: "镇卫生院", en: "Township clinic" },
    dataDir: files.folder.path,
    counties: [],
    disk: { reserveMiB: 0, checkSeconds: 0.2 },
  });
  const watch = new DiskWatch(tables.journal, openReserve(config), {
    config,
    clock,
    log: () => {},
  });
  watch.countFiles(() => files.store.storedBytes);
  const stop = new AbortController();
  const running = watch.run(stop.signal);
  await until("growth is known", () => {
    bootMs += MINUTE_MS;
    return watch.view().bytesADay !== null;
  });
  const quiet = watch.view().bytesADay ?? 0;
  await files.put(contentFrom(1, 1_000_000));
  const filesADay = 1_000_000 / bootMs * DAY_MS;
  await until("the file counts", () => (watch.view().bytesADay ?? 0) > quiet / 2 + filesADay);
  expect(watch.view().daysLeft).toBeGreaterThan(0);
  // The same content once more takes nothing.
  await files.put(contentFrom(1, 1_000_000));
  expect(files.store.storedBytes).toBeLessThan(1_100_000);
  stop.abort();
  await running;
});
