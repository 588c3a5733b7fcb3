import { describe, expect, test } from "vitest";
import { BODY_BYTES_MAX } from "./body_text.ts";
import { BodyRoom, withBody } from "./sent_body.ts";

describe("there is room for so many bytes, and not for one more", () => {
  test("of one sender, while others have room", () => {
    const room = new BodyRoom({ max: 100, ofOneMax: 10 });
    const first = room.take("a", 6);
    expect(room.take("a", 5)).toBeNull();
    expect(room.take("a", 4)).not.toBeNull();
    expect(room.take("b", 10)).not.toBeNull();
    first?.release();
    expect(room.take("a", 7)).toBeNull();
    expect(room.take("a", 6)).not.toBeNull();
  });

  test("of all of them together", () => {
    const room = new BodyRoom({ max: 10, ofOneMax: 10 });
    room.take("a", 6);
    expect(room.take("b", 5)).toBeNull();
    expect(room.take("b", 4)).not.toBeNull();
  });

  test("and what turns out to be less leaves the rest", () => {
    const room = new BodyRoom({ max: 10, ofOneMax: 10 });
    const held = room.take("a", 10);
    held?.came(2);
    const other = room.take("a", 8);
    held?.release();
    other?.release();
    expect(room.take("a", 10)).not.toBeNull();
  });
});

function request(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://node.example/", { method: "POST", body, headers });
}

test("a body has its room until it is answered, and none afterwards, whatever came of it", async () => {
  const room = new BodyRoom({ max: BODY_BYTES_MAX, ofOneMax: BODY_BYTES_MAX });
  const send = (body: BodyInit, work: () => Promise<unknown>, headers = {}) =>
    withBody(room, { request: request(body, headers), who: "a" }, work);
  const answered = await send("x", async () => {
    expect(room.take("b", BODY_BYTES_MAX)).toBeNull();
    // Of one byte, though nobody had said how many there are.
    room.take("b", BODY_BYTES_MAX - 1)?.release();
    return await Promise.resolve("answer");
  });
  expect(answered).toBe("answer");
  await expect(send("x", () => Promise.reject(new Error("a fault")))).rejects.toThrow("a fault");
  const broken = new ReadableStream<Uint8Array>({ pull: (to) => to.error(new Error("cut")) });
  const never = () => Promise.reject(new Error("nobody reads it"));
  expect(await send(broken, never)).toMatchObject({ problem: { code: "body-broken-off" } });
  const large = new Uint8Array(BODY_BYTES_MAX + 1);
  expect(await send(large, never)).toMatchObject({ problem: { code: "body-too-large" } });
  const packed = await send("x", never, { "content-encoding": "gzip" });
  expect(packed).toMatchObject({ problem: { status: 415, code: "unsupported-encoding" } });
  expect(room.take("a", BODY_BYTES_MAX)).not.toBeNull();
});
