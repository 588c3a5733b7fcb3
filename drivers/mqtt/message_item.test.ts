import { expect, test } from "vitest";
import { madeUpDevice, madeUpPoint } from "./fixtures.ts";
import { type MessageItem, messageItems, type Published } from "./message_item.ts";
import { mqttDevice, topicOf } from "./profile.ts";

/** What a device with such messages comes to, of which one publishes this. */
function itemsOf(
  messages: readonly object[],
  which: number,
  document: unknown,
  more: Partial<Published> = {},
): MessageItem[] {
  const device = mqttDevice.parse(madeUpDevice("fridge-1", { messages }));
  const message = device.profile.messages[which];
  const payload = new TextEncoder().encode(JSON.stringify(document));
  const published = { payload, repeated: false, identity: null, kept: true, ...more };
  return messageItems({ device, message, topic: topicOf(message.topic, device) }, published);
}

const message = (topic: string, point: string, more: object = {}) => ({
  topic: `fridges/{device}/${topic}`,
  points: [madeUpPoint(point, { unit: "1", path: "v" })],
  ...more,
});
const climate = message("climate", "temperature", { id: "n" });
const door = message("door", "openings", { id: "n" });

test("T2: two messages that count from 1 each do not hold each other's ids", () => {
  const channels = [0, 1].map((which) =>
    itemsOf([climate, door], which, { n: 1, v: 4 })[0].identity?.channel
  );
  expect(channels).toEqual(["fridge-1 fridges/{device}/climate", "fridge-1 fridges/{device}/door"]);
});

test("T2: where one message alone has ids, its channel is the device, as it always was", () => {
  const other = message("door", "openings");
  expect(itemsOf([climate, other], 0, { n: 1, v: 4 })[0].identity?.channel).toBe("fridge-1");
});

test("T2: a sample without its id is known by its message's number and its place in the list", () => {
  const delivery = { connectedMs: 10, number: 7 };
  const items = itemsOf(
    [message("backlog", "temperature", { each: ".", id: "n" })],
    0,
    [{ v: 4 }, { n: 2, v: 5 }, { v: 6 }, {}],
    { delivery },
  );
  expect(items.map((item) => [item.identity?.id, item.delivery])).toEqual([
    [undefined, { ...delivery, part: 0 }],
    ["2", undefined],
    [undefined, { ...delivery, part: 2 }],
    [undefined, { ...delivery, part: 3 }],
  ]);
});
