import { expect, test } from "vitest";
import type { NewEntry } from "../../../sync/append.ts";
import { stampAt, TemporaryFolder } from "../../../sync/fixtures.ts";
import { openJournal } from "../../../sync/journal.ts";
import { newEntry } from "../../collected_entry.ts";
import { singleUseKey } from "./dispense.ts";
import type { LifeEvent } from "./event.ts";
import { SITE, Story } from "./fixture_life.ts";

function entryOf(event: LifeEvent): NewEntry {
  if (event.kind !== "dispensing") throw new Error("no dispensing");
  const { body, timeMs } = event;
  return { ...newEntry("record", "dispensing", stampAt(timeMs), body), key: singleUseKey(body) };
}

test("P9 a journal stores a part once, whatever token it is on, and after a restart too", async () => {
  using folder = new TemporaryFolder();
  const open = () =>
    openJournal({
      directory: folder.path,
      node: SITE,
      hashName: "sha256",
      segmentBytesMax: 16 << 20,
      stamp: stampAt(0),
    });
  const site = new Story(SITE);
  const first = entryOf(site.dispensing("county's", "pass", { id: "his 1" }));
  const another = entryOf(site.dispensing("other county's", "approved", { id: "his 2" }));
  const second = entryOf(site.dispensing("county's", "pass", { id: "his 3", part: 2 }));

  const before = await open();
  const told = await before.append([first, first, another], stampAt(1));
  expect(told.map(({ kind }) => kind)).toEqual(["stored", "duplicate", "conflict"]);
  await before.close();

  const after = await open();
  const year = 366 * 86_400_000;
  const again = await after.append([another, first, second], stampAt(year));
  expect(again.map(({ kind }) => kind)).toEqual(["conflict", "duplicate", "stored"]);
  await after.close();
});
