import { describe, expect, test } from "vitest";
import {
  agree,
  apartRead,
  guard,
  type GuardEvent,
  otherRead,
  signatureOf,
  type Trust,
  TRUSTED,
} from "./guard.ts";
import type { ReadRequest } from "./request.ts";

const read = (start: number, count: number, table: ReadRequest["table"] = "holding") =>
  ({ kind: "read", table, start, count }) as const;
const BLOCK = read(0, 10);
const failed: GuardEvent = { kind: "failed", signature: signatureOf(BLOCK), latenessMs: 500 };
const compared = (same: boolean, toldApart = true): GuardEvent => ({
  kind: "compared",
  agree: same,
  toldApart,
});

/** Runs events at these moments; the actions that they led to, and the trust in the end. */
function after(...events: readonly (readonly [nowMs: number, event: GuardEvent])[]) {
  let trust: Trust = TRUSTED;
  const actions = events.map(([nowMs, event]) => {
    const step = guard(trust, nowMs, event);
    trust = step.trust;
    return step.action.kind;
  });
  return { actions, trust };
}

describe("the late-reply guard", () => {
  test("while all is well it only reads", () => {
    expect(after([0, { kind: "wanted" }]).actions).toEqual(["read"]);
  });

  test("after a timeout it waits as long as an answer may still come, then resynchronises", () => {
    const wanted: GuardEvent = { kind: "wanted" };
    const { actions } = after([0, failed], [1, wanted], [499, wanted], [500, wanted]);
    expect(actions).toEqual(["discard", "wait", "wait", "resynchronise"]);
  });

  test("the read that resynchronises has another length than all that may still come", () => {
    const short: GuardEvent = { ...failed, signature: signatureOf(read(0, 9)) };
    const { trust } = after([0, failed], [600, short]);
    const { action } = guard(trust, 1200, { kind: "wanted" });
    if (action.kind !== "resynchronise") throw new Error(action.kind);
    expect(action.avoid).toEqual(["3 20", "3 18"]);
    const other = otherRead(BLOCK, action.avoid, () => false);
    expect(other).toEqual(read(0, 8));
  });

  test("then two reads have to agree before it is trusted", () => {
    const { actions, trust } = after(
      [0, failed],
      [500, { kind: "resynchronised" }],
      [501, compared(false)],
      [502, compared(true)],
    );
    expect(actions).toEqual(["discard", "read-twice", "read-twice", "use"]);
    expect(trust).toEqual(TRUSTED);
  });

  test("values that change all the time are believed after three pairs of changing length", () => {
    const pair = [500, compared(false)] as const;
    const resynchronised = [500, { kind: "resynchronised" }] as const;
    expect(after([0, failed], resynchronised, pair, pair, pair).actions.at(-1)).toBe("use");
    const alike = [500, compared(false, false)] as const;
    const { actions, trust } = after([0, failed], resynchronised, alike, alike, alike);
    expect(actions.at(-1)).toBe("discard");
    expect(trust.kind).toBe("doubted");
  });

  test("a timeout at any moment begins it all again", () => {
    const { trust } = after([0, failed], [500, { kind: "resynchronised" }], [600, failed]);
    expect(trust).toMatchObject({ kind: "waiting", untilMs: 1100 });
  });

  test.each<[string, ReadRequest, ReadRequest | null]>([
    ["a part of it", BLOCK, read(0, 9)],
    ["one register: one more, where that is allowed", read(7, 1), read(7, 2)],
    ["the last register: from the one before", read(65_535, 1), read(65_534, 2)],
    ["the longest: a part of it", read(0, 125), read(0, 124)],
    ["bits: another number of bytes", read(0, 16, "coil"), read(0, 8, "coil")],
  ])("another length of %s", (_what, block, other) => {
    expect(otherRead(block, [signatureOf(block)], () => true)).toEqual(other);
  });

  test("one register with nothing beside it that may be read has no other length", () => {
    expect(otherRead(read(7, 1), ["3 2"], () => false)).toBeNull();
    expect(apartRead([read(7, 1), read(9, 1)], ["3 2"], () => false)).toBeNull();
  });

  test("where a block has no other length, another block finds the step, or a part of one", () => {
    const blocks = [read(7, 1), read(20, 2), read(30, 1, "input")];
    expect(apartRead(blocks, ["3 2"], () => false)).toEqual(read(20, 2));
    expect(apartRead(blocks, ["3 2", "3 4"], () => false)).toEqual(read(30, 1, "input"));
    expect(apartRead(blocks, ["3 4", "4 2"], () => false)).toEqual(read(7, 1));
  });

  test("two reads agree where they overlap, or they do not", () => {
    const long = { request: read(10, 3), values: [1, 2, 3] };
    expect(agree(long, { request: read(10, 2), values: [1, 2] })).toBe(true);
    expect(agree(long, { request: read(9, 4), values: [0, 1, 2, 3] })).toBe(true);
    expect(agree(long, { request: read(11, 2), values: [2, 9] })).toBe(false);
    expect(agree(long, { request: read(20, 2), values: [1, 2] })).toBe(false);
    expect(agree(long, { request: read(10, 2, "input"), values: [1, 2] })).toBe(false);
  });
});
