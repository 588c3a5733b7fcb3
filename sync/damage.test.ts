import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  change,
  count,
  digestOf,
  give,
  held,
  lifeOf,
  open,
  OTHERS,
  OWN,
  segmentIn,
  Wreckage,
} from "./fixture_damage.ts";
import { numbered, stampAt } from "./fixtures.ts";
import type { Journal } from "./journal.ts";
import { parseOrigin } from "./origin.ts";

interface Damage {
  readonly what: string;
  readonly strike: (path: string) => void;
  /** Entries that may be lost at most, of all. */
  readonly lostMax: number;
}

const ALL = OWN + OTHERS;
const DAMAGES: readonly Damage[] = [
  {
    what: "its second half cut off",
    strike: (path) => change(path, (bytes) => bytes.subarray(0, bytes.length / 2)),
    lostMax: 450,
  },
  { what: "cut to nothing", strike: (path) => change(path, () => new Uint8Array()), lostMax: 450 },
  { what: "gone", strike: (path) => Deno.removeSync(path), lostMax: 450 },
  {
    what: "its first page zeroed",
    strike: (path) => change(path, (bytes) => bytes.fill(0, 0, 4096)),
    lostMax: 0,
  },
  {
    what: "ten pages in its middle zeroed",
    strike: (path) => change(path, (bytes) => bytes.fill(0, 16 * 4096, 26 * 4096)),
    // In the newest segment 16 blocks of ten entries have a part on these pages.
    lostMax: 160,
  },
  {
    what: "overwritten with something else",
    strike: (path) => change(path, (bytes) => bytes.fill(7)),
    lostMax: 450,
  },
  {
    what: "every tenth page with a flipped bit",
    strike: (path) =>
      change(path, (bytes) => {
        for (let at = 5 * 4096 + 2000; at < bytes.length; at += 40_960) bytes[at] ^= 4;
        return bytes;
      }),
    lostMax: 120,
  },
];

const STRUCK = [
  { which: "newest", end: "power cut" },
  { which: "newest", end: "closed" },
  { which: "sealed", end: "closed" },
] as const;

let wreckage: Wreckage;
beforeAll(async () => wreckage = await Wreckage.make());
afterAll(() => wreckage[Symbol.dispose]());

describe.each(STRUCK)("the $which segment, after: $end", ({ which, end }) => {
  // Of a newest segment that is gone with its log nothing is left that could tell of it.
  const isTold = ({ what }: Damage) => what !== "gone" || which === "sealed" || end !== "closed";

  test.each(DAMAGES.filter(isTold))(
    "$what: the journal opens with all that holds",
    async (damage) => {
      using folder = wreckage.after(end);
      using wholeFolder = wreckage.after("closed");
      const path = segmentIn(folder.path, which);
      damage.strike(path);
      const struck = existsSync(path) ? digestOf(path) : null;
      await using stack = new AsyncDisposableStack();
      const adopt = (journal: Journal) => stack.adopt(journal, (one) => one.close());
      const journal = await open(folder.path);
      const whole = adopt(await open(wholeFolder.path));
      const own = await held(whole, wreckage.own);
      const bodies = await held(journal, wreckage.own);
      const others = await held(journal, wreckage.other);
      for (const [seq, body] of bodies) expect(body).toBe(own.get(seq));
      const missing = journal.missing();
      const { repairs = [] } = await journal.status();
      const lost = ALL - bodies.size - others.size;
      expect(lost).toBeLessThanOrEqual(damage.lostMax);
      // Where nothing at all is left, nothing tells how far it went.
      const isKnown = which === "sealed" || repairs.every(({ entries }) => entries > 0);
      const named = count(missing, wreckage.own) + count(missing, wreckage.other);
      if (isKnown) expect(named).toBe(lost);
      else expect(named).toBeLessThanOrEqual(lost);

      // While the log holds all of a page, what is in the file is not looked at.
      const isHealed = end === "power cut" && lost === 0 && repairs.length === 0;
      expect(repairs.length).toBe(isHealed ? 0 : 1);
      expect(parseOrigin(journal.origin)?.life).toBe(2);
      const life = await lifeOf(journal);
      expect(life.reason).toBe(isHealed ? "unclean" : "salvaged");
      if (!isHealed) {
        expect(life.repairs.segments).toEqual([...repairs]);
        expect(life.repairs.missing).toEqual([...missing]);
      }
      if (struck !== null && !isHealed) {
        const name = basename(path).replace(".journal", ".damaged");
        expect(digestOf(join(folder.path, "set-aside", name))).toBe(struck);
      }

      // It goes on, and takes back what it lost from whoever has it.
      const [stored] = await journal.append([numbered(1)], stampAt(1));
      expect(stored).toEqual({ kind: "stored", seq: 1 });
      for (const { origin, stream, first, last } of [...missing]) {
        if (stream === "reading") await give(whole, journal, origin, first - 1, last);
      }
      for (const origin of [wreckage.own, wreckage.other]) {
        await give(whole, journal, origin, journal.position(origin, "reading")?.seq ?? 0);
      }
      expect(journal.missing().filter(({ stream }) => stream === "reading")).toEqual([]);
      expect([...await held(journal, wreckage.own)]).toEqual([...own]);
      expect((await held(journal, wreckage.other)).size).toBe(OTHERS);

      const { origin } = journal;
      await journal.close();
      const again = adopt(await open(folder.path));
      expect(again.origin).toBe(origin);
      expect(again.repairs).toEqual([]);
      expect([...await held(again, wreckage.own)]).toEqual([...own]);
      expect((await held(again, wreckage.other)).size).toBe(OTHERS);
    },
  );
});
