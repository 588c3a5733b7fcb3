import { expect, test } from "vitest";
import { brokerSettings } from "./broker_settings.ts";
import { clientSettings } from "./client_settings.ts";
import { madeUpDevice, madeUpPoint, mqttTestDevice, PASSWORD_HASH } from "./fixtures.ts";
import { mqttProfile } from "./profile.ts";

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

const METRICS = { metrics: [madeUpPoint("level", { unit: "1", metric: "Level" })] };

test("C7: two devices may not be the same device of one Sparkplug edge node", () => {
  const devices = ["a", "b"].map((id) => madeUpDevice(id, METRICS, { address: "ward/edge/tank" }));
  expect(problems(asClient(devices))).toEqual([[
    "devices.1",
    '"a" and "b" both publish to "spBv1.0/ward/edge/tank": nobody could tell them apart',
  ]]);
});

test.each(["edge", "a/b/c/d", "a//c"])(
  "%s is no address of a Sparkplug device",
  (address) => {
    expect(problems(asClient([madeUpDevice("a", METRICS, { address })]))).toEqual([[
      "devices.0.address",
      `found "${address}"; want GROUP/NODE or GROUP/NODE/DEVICE of Sparkplug`,
    ]]);
  },
);

const POINT = madeUpPoint("level", { unit: "1" });
const PACKED = { offset: 0, type: "int16" };

test.each<[string, object, string]>([
  ["neither messages nor metrics", {}, "want messages or metrics"],
  ["both", { messages: [{ topic: "t", points: [POINT] }], ...METRICS }, "it has messages already"],
  [
    "bytes in JSON without saying how they are written",
    { messages: [{ topic: "t", points: [{ ...POINT, packed: PACKED }] }] },
    "want payload: binary, or bytes",
  ],
  [
    "a path into bytes",
    { messages: [{ topic: "t", payload: "binary", points: [{ ...POINT, path: "a" }] }] },
    "want payload: json",
  ],
  [
    "swapped words of a value that has none",
    {
      messages: [{
        topic: "t",
        payload: "binary",
        points: [{ ...POINT, packed: { offset: 0, type: "uint24", order: "CDAB" } }],
      }],
    },
    "a uint24 has no words that could be swapped; want ABCD or DCBA",
  ],
  [
    "no place of a time",
    {
      messages: [{
        topic: "t",
        payload: "binary",
        time: { format: "seconds" },
        points: [{ ...POINT, packed: PACKED }],
      }],
    },
    "want path or packed",
  ],
])("a profile with %s is refused", (_what, profile, message) => {
  const found = mqttProfile.safeParse(madeUpDevice("a", profile).profile);
  expect(found.error?.issues.map((issue) => issue.message)).toContain(message);
});
