import { describe, expect, test } from "vitest";
import { idempotencyKeys, repetition } from "./idempotency.ts";

const RX = { id: "CF/1", version: 2 };

test("T2: a prescription's number and version at its site are its key, with the header's beside it", () => {
  expect(idempotencyKeys(null, "site-017", RX)).toEqual({
    kind: "keys",
    keys: ["site-017/2/CF/1"],
  });
  const both = { kind: "keys", keys: ["site-017/2/CF/1", "site-017/key/8e03-978e"] };
  expect(idempotencyKeys('"8e03-978e"', "site-017", RX)).toEqual(both);
  expect(idempotencyKeys(" 8e03-978e ", "site-017", RX)).toEqual(both);
});

describe("T2: a header that is no key is refused", () => {
  test.each([["nothing", ""], ["a space", "a b"], ["more than 255", "a".repeat(256)], [
    "one quote",
    '"k',
  ], [
    "钥",
    "钥",
  ]])(
    "%s",
    (_, header) => {
      expect(idempotencyKeys(header, "site-017", RX).kind).toBe("refused");
    },
  );
});

describe("T2: the same again is one prescription, other content is refused", () => {
  test.each<[string, (string | null)[], string]>([
    ["nothing is stored", [null, null], "new"],
    ["it is stored under both keys", ["h", "h"], "repeated"],
    ["it was sent without the header before", ["h", null], "repeated"],
    ["another one has its number", ["other", null], "refused"],
    ["another one has its key", [null, "other"], "refused"],
    ["another one has its key, and it is stored", ["h", "other"], "refused"],
  ])("%s", (_, stored, kind) => {
    expect(repetition(stored, "h").kind).toBe(kind);
  });
});
