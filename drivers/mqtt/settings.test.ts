import { expect, test } from "vitest";
import { brokerSettings } from "./broker_settings.ts";
import { clientSettings } from "./client_settings.ts";
import { mqttTestDevice, PASSWORD_HASH } from "./fixtures.ts";

const SENSOR = "temperature-humidity";

function problems(
  parsed: ReturnType<typeof brokerSettings.safeParse | typeof clientSettings.safeParse>,
) {
  return parsed.error?.issues.map(({ path, message }) => [path.join("."), message]) ?? [];
}
const asClient = (devices: unknown) =>
  clientSettings.safeParse({ url: "mqtt://127.0.0.1:1883", clientId: "us", devices });
const asBridge = (devices: unknown) =>
  brokerSettings.safeParse({
    clients: [{ username: "bridge", passwordHash: PASSWORD_HASH, devices }],
  });

const twins = [
  mqttTestDevice("th-1", SENSOR),
  { ...mqttTestDevice("th-2", SENSOR), address: "th-1" },
];
const message =
  '"th-1" and "th-2" both publish to "sensors/th-1/state": nobody could tell them apart';

test("C7: two devices of one broker may not have the same topic", () => {
  expect(problems(asClient(twins))).toEqual([["devices.1", message]]);
});

test("C7: two devices of one login may not have the same topic", () => {
  expect(problems(asBridge(twins))).toEqual([["clients.0.devices.1", message]]);
});

test("C7: two messages of one device may not have the same topic", () => {
  const { id, profile } = mqttTestDevice("th-1", SENSOR);
  if (profile?.protocol !== "mqtt") throw new Error("no such profile");
  const twice = { ...profile, messages: [...profile.messages, ...profile.messages] };
  expect(problems(asClient([{ id, profile: twice }]))).toEqual([[
    "devices.0",
    '"th-1" has two messages on the topic "sensors/th-1/state": nobody could tell them apart',
  ]]);
});

test("devices with topics of their own are taken", () => {
  const devices = [mqttTestDevice("th-1", SENSOR), mqttTestDevice("th-2", SENSOR)];
  expect(problems(asClient(devices))).toEqual([]);
  expect(problems(asBridge(devices))).toEqual([]);
});
