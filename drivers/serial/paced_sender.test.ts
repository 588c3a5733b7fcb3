import { expect, test } from "vitest";
import { until } from "../fixtures.ts";
import { PacedSender } from "./paced_sender.ts";

/** What was sent, and when its last byte was. */
function recorder() {
  const said: number[] = [];
  const pieces: number[] = [];
  const send = (bytes: Uint8Array) => {
    said.push(...bytes);
    pieces.push(bytes.length);
  };
  return { said, pieces, send };
}

const numbers = (count: number, first = 0) =>
  Uint8Array.from({ length: count }, (_, index) => first + index);

test("bytes leave in order and no faster than the line carries them", async () => {
  const { said, pieces, send } = recorder();
  using sender = new PacedSender(1, send);
  const startMs = performance.now();
  let early = 0;
  sender.say(numbers(20));
  sender.say(numbers(20, 20));
  await until("all are said", () => {
    if (said.length > performance.now() - startMs) early++;
    return said.length === 40;
  });
  expect(said).toEqual([...numbers(40)]);
  expect(early).toBe(0);
  expect(pieces.length).toBeGreaterThan(1);
});

test("what is held back is said behind what was said meanwhile", async () => {
  const { said, send } = recorder();
  using sender = new PacedSender(0.1, send);
  sender.say(Uint8Array.of(2), 30);
  sender.say(Uint8Array.of(1));
  await until("both are said", () => said.length === 2);
  expect(said).toEqual([1, 2]);
});

test("where there is no serial line all is said at once", () => {
  const { said, send } = recorder();
  using sender = new PacedSender(0, send);
  sender.say(numbers(200));
  expect(said).toHaveLength(200);
});

test("more than waits on any line is lost, and all of it when the device falls silent", async () => {
  const { said, send } = recorder();
  using sender = new PacedSender(0.01, send);
  for (let at = 0; at < 20; at++) sender.say(numbers(250));
  await until("what had room is said", () => said.length >= 4000);
  sender.say(numbers(1), 1);
  sender.silence();
  sender.say(Uint8Array.of(99));
  await until("the next is said", () => said.at(-1) === 99);
  expect(said).toHaveLength(4001);
});
