import { expect, test } from "vitest";
import { change, count, held, lifeOf, open, segmentIn, Wreckage } from "./fixture_damage.ts";
import { numbered, stampAt } from "./fixtures.ts";

const PAGE = 4096;

test("a journal opens though its newest segment is damaged, and any page of a sealed one is, too", async () => {
  using wreckage = await Wreckage.make();
  const pages = () => {
    using folder = wreckage.after("closed");
    return Math.floor(Deno.statSync(segmentIn(folder.path, "sealed")).size / PAGE);
  };
  let both = 0;
  for (let page = 1; page < pages(); page++) {
    using folder = wreckage.after("closed");
    change(segmentIn(folder.path, "newest"), (bytes) => bytes.subarray(0, bytes.length / 2));
    change(segmentIn(folder.path, "sealed"), (bytes) => {
      bytes[page * PAGE + 3000] ^= 4;
      return bytes;
    });
    const journal = await open(folder.path);
    try {
      const life = await lifeOf(journal);
      expect([page, life.reason]).toEqual([page, "salvaged"]);
      const { repairs = [] } = await journal.status();
      if (repairs.length > 1) both++;
      // What is not there is named, and all else reads.
      const bodies = await held(journal, wreckage.own);
      expect([page, bodies.size > 0]).toEqual([page, true]);
      expect([page, count(journal.missing(), wreckage.own) > 0]).toEqual([page, true]);
      const [stored] = await journal.append([numbered(1)], stampAt(1));
      expect([page, stored.kind]).toEqual([page, "stored"]);
    } finally {
      await journal.close();
    }
  }
  expect(both).toBeGreaterThan(0);
});
