import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LifeEvent } from "./event.ts";
import { HASH, OTHER_HASH, SITE, Story } from "./fixture_life.ts";
import { sameKeyMarks, sameKeys } from "./same_key.ts";

const START_MS = 1_772_416_800_000;
const KEY = { channel: "idempotency-key", id: "k-1" };

/** That a node took this number so many minutes after the beginning, under the one key. */
function took(node: string, number: string, minutes: number, hash = HASH): LifeEvent {
  const event = new Story(node, START_MS + minutes * 60_000).prescription({ id: number }, hash);
  return event.kind === "prescription"
    ? { ...event, body: { ...event.body, key: KEY }, place: `${event.place} ${number}` }
    : event;
}

function pairs(events: readonly LifeEvent[]): string[] {
  return sameKeys(SITE, KEY.id, events).map(({ body, isOpen }) =>
    `${body.prescription} after ${body.first.prescription}${isOpen ? "" : ", over"}`
  );
}

const first = took("county-b", "RX-1", 0);
const later = took("county-a", "RX-2", 1, OTHER_HASH);

describe("T2 P11: two contents under one key", () => {
  test("are told by which was received first, then by number, in any order of arrival", () => {
    const events = [first, later, took("county-a", "RX-0", 1, "c".repeat(64))];
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: 3 }), (inOrder) => {
        expect(pairs(inOrder)).toEqual(["RX-0 after RX-1", "RX-2 after RX-1"]);
        expect(sameKeys(SITE, KEY.id, inOrder)).toEqual(sameKeys(SITE, KEY.id, events));
      }),
    );
  });

  test("are none where it is one content, however often it came, or another key", () => {
    expect(pairs([first, took("county-a", "RX-1", 1)])).toEqual([]);
    expect(sameKeys(SITE, "k-2", [first, later])).toEqual([]);
    expect(sameKeys("site-018", KEY.id, [first, later])).toEqual([]);
  });

  test("are other versions of one number, too", () => {
    const changed = new Story("county-a", START_MS + 60_000)
      .prescription({ id: "RX-1", version: 2 }, OTHER_HASH);
    if (changed.kind !== "prescription") throw new Error("It is none");
    const under = { ...changed, body: { ...changed.body, key: KEY } };
    expect(sameKeys(SITE, KEY.id, [under, first])).toMatchObject([
      { body: { prescription: "RX-1", version: 2, first: { prescription: "RX-1", version: 1 } } },
    ]);
  });

  test("are over once either is taken back, or a person has looked into it", () => {
    const { body: voidBody } = new Story("county-a").taken();
    const taken = (prescription: string) =>
      new Story("county-a").write("prescription-void", { ...voidBody, prescription });
    expect(pairs([first, later, taken("RX-1")])).toEqual(["RX-2 after RX-1, over"]);
    expect(pairs([taken("RX-2"), first, later])).toEqual(["RX-2 after RX-1, over"]);
    expect(pairs([first, later, taken("RX-3")])).toEqual(["RX-2 after RX-1"]);
    const [{ body }] = sameKeys(SITE, KEY.id, [first, later]);
    const seen = new Story("county-a").write("prescription-same-key-seen", {
      ...{ site: SITE, prescription: "RX-2", version: 1, hash: OTHER_HASH },
      ...{ of: body.id, comment: "两张都要", by: { id: "li" } },
    });
    expect(pairs([first, later, seen])).toEqual(["RX-2 after RX-1, over"]);
  });

  test("mark the later one, once, whichever centre told it, and not the first", () => {
    const [{ body }] = sameKeys(SITE, KEY.id, [first, later]);
    const told = ["county-a", "county-b"].map((node) =>
      new Story(node).write("prescription-same-key", { ...body })
    );
    expect(sameKeys(SITE, KEY.id, [first, later, ...told])).toMatchObject([{ isTold: true }]);
    expect(sameKeyMarks([later, ...told], { version: 1, hash: OTHER_HASH })).toEqual([{
      code: "same-key",
      field: "Idempotency-Key",
      detail: expect.stringContaining('it bore "RX-1", version 1 first'),
    }]);
    expect(sameKeyMarks([later, ...told], { version: 1, hash: HASH })).toEqual([]);
  });
});
