import { describe, expect, test } from "vitest";
import { decodePayload } from "./payload.ts";
import { mqttProfile } from "./profile.ts";

const title = { zh: "门", en: "Door" };
const { messages: [message] } = mqttProfile.parse({
  protocol: "mqtt",
  profile: "door",
  title,
  source: "a test",
  intervalSeconds: 60,
  messages: [{
    topic: "doors/{device}",
    id: "id",
    points: [{
      point: "open",
      title,
      path: "door",
      values: { open: true, shut: false },
      example: false,
    }],
  }],
});

function decoded(payload: unknown) {
  const [found] = decodePayload(new TextEncoder().encode(JSON.stringify(payload)), message);
  if (found.kind !== "readings") throw new Error(found.reason);
  return found;
}

test.each(["constructor", "toString", "hasOwnProperty", "__proto__", "ajar", ""])(
  'C7: the word "%s", which the profile does not list, is a fault',
  (word) => {
    expect(decoded({ door: word }).readings).toEqual([{
      point: "open",
      value: null,
      unit: "",
      quality: "fault",
      reason: `${JSON.stringify(word)} has no meaning here`,
    }]);
  },
);

test("a word that the profile lists is what it says", () => {
  expect(decoded({ door: "open" }).readings[0]).toMatchObject({ value: true, quality: "good" });
});

describe("T2: the id in a payload", () => {
  test.each<[unknown, string | null]>([
    ["w-17", "w-17"],
    [17, "17"],
    [0, "0"],
    // In the journal "" stands for every id of the channel.
    ["", null],
    [null, null],
    [true, null],
    [["w-17"], null],
  ])("%j is %j", (id, expected) => {
    expect(decoded({ id, door: "open" }).id).toBe(expected);
  });

  test.each([
    // Snowflakes: these two are one and the same double.
    "1880165324312739841",
    "1880165324312739842",
    "-9007199254740993",
    "123456789012345678901234567890",
  ])("%s is digit by digit what the text says", (id) => {
    const text = `{"id":${id},"door":"open"}`;
    const [found] = decodePayload(new TextEncoder().encode(text), message);
    expect(found).toMatchObject({ kind: "readings", id });
  });

  test("of a sample is digit by digit too, and so are the bytes that it stands for", () => {
    const text = '[{"id":1880165324312739841,"door":"open"}]';
    const [found] = decodePayload(new TextEncoder().encode(text), { ...message, each: "." });
    expect(found).toMatchObject({ kind: "readings", id: "1880165324312739841" });
    expect(`[${new TextDecoder().decode(found.part ?? new Uint8Array())}]`).toBe(text);
  });
});

test.each([2000, 3000, 100_000])("C7: no nesting ends the line: %d levels deep", (depth) => {
  const text = `${"[".repeat(depth)}9007199254740993${"]".repeat(depth)}`;
  for (const each of [undefined, "."]) {
    const [found] = decodePayload(new TextEncoder().encode(text), { ...message, each });
    expect(found.kind).toBe("unreadable");
  }
});
