/** What an MQTT device's profile says: its topics, and where in a payload its points are. */
import * as z from "zod";
import {
  nameSchema,
  pointParts,
  profileParts,
  refuseRareTemperature,
  refuseUnknownSources,
  textSchema,
} from "../profile_parts.ts";
import { pathSchema } from "./json_path.ts";
import { packedSchema } from "./packed_place.ts";

const topic = z.string().min(1).max(256).regex(/^[^#+\0$][^#+\0]*$/, "want no wildcards");
const topicFilter = z.string().min(1).max(256).regex(/^[^\0$][^\0]*$/, "want no leading $");

/** How a point's value is to be read, wherever it stands. */
const valueParts = {
  scale: z.number().default(1).describe("Factor from the payload's number to the unit"),
  offset: z.number().default(0).describe("Added after scaling"),
  values: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])).optional()
    .describe("What the device's words mean, such as ON: true"),
  faults: z.array(z.union([z.number(), z.string()])).default([])
    .describe("Values by which the device tells a fault, before scaling"),
};

const point = z.strictObject({
  ...pointParts,
  path: pathSchema.optional()
    .describe("Where the value is in a JSON payload; none: the whole payload"),
  packed: packedSchema.optional().describe("Where the value is in a binary payload"),
  ...valueParts,
}).superRefine(refuseRareTemperature);

/** How a device tells time, where it does. */
const deviceTime = z.strictObject({
  path: pathSchema.optional(),
  packed: packedSchema.optional(),
  format: z.enum(["iso", "seconds", "milliseconds"])
    .describe("ISO 8601 with an offset, or a count since 1970 UTC"),
});

/** What says of which kind a message is, and the kind that is read. */
const selector = z.strictObject({
  path: pathSchema.optional(),
  packed: packedSchema.optional(),
  is: z.union([z.number(), z.string().max(256), z.boolean()])
    .describe('What stands there in a message that is read, as it is told: 1 is not "1"'),
}).superRefine(({ path, packed, is }, context) => {
  const complain = (field: string[], message: string) =>
    context.addIssue({ code: "custom", path: field, message });
  if ((path === undefined) === (packed === undefined)) return complain([], "want path or packed");
  if (packed === undefined) return;
  const [kind, wanted] = packed.type === "bool"
    ? ["boolean", "true or false"]
    : packed.type === "string"
    ? ["string", "a text"]
    : ["number", "a number"];
  const given: string = typeof is;
  if (given !== kind) complain(["is"], `want ${wanted}`);
});

/** Elements of a list that come as one message; more cannot be read. */
export const LIST_MAX = 1000;

const message = z.strictObject({
  topic: topic.describe("Where it is published; {device} stands for the device's address"),
  payload: z.enum(["json", "number", "text", "binary"]).default("json").describe(
    "How the payload is to be read",
  ),
  charset: z.enum(["utf-8", "gb18030"]).default("utf-8").describe("Character set of its text"),
  bytes: z.strictObject({
    path: pathSchema.optional().describe("Where they are in a JSON payload; none: all of the text"),
    encoding: z.enum(["base64", "hex"]).describe("How they are written"),
  }).optional().describe("A binary payload that is written as text"),
  length: z.number().int().min(1).max(65_536).optional()
    .describe("Bytes that a binary payload has, no more and no less"),
  each: z.union([z.literal("."), pathSchema]).optional().describe(
    "A list of which each element is a sample with an id of its own; paths begin there. " +
      ".: the whole payload is the list",
  ),
  only: z.array(selector).max(8).default([]).describe(
    "What has to stand in a message, or a sample, for its points to be read, such as a port or a " +
      "mode; any other is unreadable",
  ),
  id: z.union([pathSchema, packedSchema]).optional()
    .describe("Where a message's own id is, if it has one"),
  idWindowHours: z.number().positive().max(8760).default(168)
    .describe("How long an id is held against repeats (rule T2)"),
  idRestarts: z.boolean().default(false)
    .describe("Ids begin anew after a restart of the device: a repeat with other bytes is kept"),
  time: deviceTime.optional().describe("Where the device's own time is, if it tells one"),
  points: z.array(point).min(1).max(100),
}).superRefine((message, context) => {
  const complain = (path: (string | number)[], found: string) =>
    context.addIssue({ code: "custom", path, message: found });
  const binary = message.payload === "binary" || message.bytes !== undefined;
  const isJson = message.payload === "json";
  for (const [index, { path, packed }] of message.points.entries()) {
    if (packed !== undefined && !binary) complain(["points", index, "packed"], NOT_BINARY);
    if (path !== undefined && !isJson) complain(["points", index, "path"], "want payload: json");
    if (path !== undefined && packed !== undefined) {
      complain(["points", index, "packed"], "it has a path already");
    }
    const none = path === undefined && packed === undefined;
    if (none && binary) complain(["points", index], "want packed: where in the bytes it is");
  }
  for (const [index, { path, packed }] of message.only.entries()) {
    if (packed !== undefined && !binary) complain(["only", index, "packed"], NOT_BINARY);
    if (path !== undefined && !isJson) complain(["only", index, "path"], "want payload: json");
  }
  const { id, time } = message;
  if (typeof id === "object" && !binary) complain(["id"], NOT_BINARY);
  if (typeof id === "string" && !isJson) complain(["id"], "want payload: json");
  if (time !== undefined) {
    const { path, packed } = time;
    if ((path === undefined) === (packed === undefined)) complain(["time"], "want path or packed");
    if (packed !== undefined && !binary) complain(["time", "packed"], NOT_BINARY);
    if (path !== undefined && !isJson) complain(["time", "path"], "want payload: json");
  }
  if (message.bytes !== undefined) {
    const wanted = message.bytes.path === undefined ? "text" : "json";
    if (message.payload !== wanted) {
      complain(["payload"], `bytes are written in it: want ${wanted}`);
    }
  }
  if (message.each === undefined) return;
  // One publish of many samples comes again as a whole: only ids tell which of them are there.
  if (id === undefined) complain(["each"], "samples of a list need an id; their time can be one");
  if (!isJson) complain(["each"], "want payload: json");
});

const NOT_BINARY = "want payload: binary, or bytes";

/** A topic on which a device, or what stands before it, says whether it is there. */
const availability = z.strictObject({
  topic: topic.describe("Such as a last will's; {device} stands for the device's address"),
  path: pathSchema.optional().describe("Where the word is in a JSON payload; none: all of it"),
  online: z.string().min(1).max(64).default("online").describe("The word for: it is there"),
  offline: z.string().min(1).max(64).default("offline").describe("The word for: it is gone"),
});

const metric = z.strictObject({
  ...pointParts,
  metric: z.string().min(1).max(256).describe("Name of the Sparkplug metric, as in its birth"),
  ...valueParts,
}).superRefine(refuseRareTemperature);

export const mqttProfile = z.strictObject({
  protocol: z.literal("mqtt"),
  ...profileParts,
  messages: z.array(message).max(20).default([]).describe("What the device publishes, by topic"),
  metrics: z.array(metric).max(500).default([]).describe(
    "What it tells by Sparkplug B; its address is GROUP/NODE or GROUP/NODE/DEVICE",
  ),
  availability: z.array(availability).max(5).default([])
    .describe("Topics on which it is said to be online or offline"),
  commands: z.array(topicFilter).max(20).default([])
    .describe("Topics that the device itself subscribes to"),
  ignored: z.array(topicFilter).max(20).default([])
    .describe("Topics of which the device's messages are taken and not kept, such as its chatter"),
}).superRefine(({ messages, metrics, availability, computed }, context) => {
  const points = [...messages.flatMap((message) => message.points), ...metrics];
  refuseUnknownSources(points, computed, context);
  const complain = (field: string, message: string) =>
    context.addIssue({ code: "custom", path: [field], message });
  if (messages.length === 0 && metrics.length === 0) {
    complain("messages", "want messages or metrics");
  }
  if (messages.length > 0 && metrics.length > 0) complain("metrics", "it has messages already");
  if (metrics.length > 0 && availability.length > 0) {
    complain("availability", "births and deaths say whether it is there");
  }
});

export type MqttProfile = z.infer<typeof mqttProfile>;
export type MqttMessage = MqttProfile["messages"][number];
export type Selector = MqttMessage["only"][number];
export type MqttPoint = MqttMessage["points"][number];
export type MqttMetric = MqttProfile["metrics"][number];
export type Availability = MqttProfile["availability"][number];

/** Every measuring point of a device, in the order of its profile. */
export function pointsOf(profile: MqttProfile): readonly (MqttPoint | MqttMetric)[] {
  return [...profile.messages.flatMap(({ points }) => points), ...profile.metrics];
}

/** A device on MQTT: its profile and what stands for it in topics. */
export const mqttDevice = z.strictObject({
  id: nameSchema.describe("Name of the device, as stored"),
  title: textSchema.optional().describe("What people call it; none: as its profile says"),
  profile: mqttProfile,
  address: z.string().min(1).max(128).regex(/^[^#+\0]+$/, "want a topic level without wildcards")
    .optional().describe("What stands for {device} in its topics; none: its id"),
}).superRefine(({ id, profile, address = id }, context) => {
  if (profile.metrics.length === 0 || /^[^/]+\/[^/]+(\/[^/]+)?$/.test(address)) return;
  const message = `found "${address}"; want GROUP/NODE or GROUP/NODE/DEVICE of Sparkplug`;
  context.addIssue({ code: "custom", path: ["address"], message });
});
export type MqttDevice = z.infer<typeof mqttDevice>;

/** Refuses devices of one login of which the topics are the same: one would shadow the other. */
export function refuseSameTopics(
  devices: readonly MqttDevice[],
  context: z.RefinementCtx,
): void {
  const owners = new Map<string, number>();
  for (const [index, device] of devices.entries()) {
    for (const resolved of ownTopics(device)) {
      const owner = owners.get(resolved);
      owners.set(resolved, owner ?? index);
      if (owner === undefined) continue;
      const found = owner === index
        ? `"${device.id}" has two messages on the topic "${resolved}"`
        : `"${devices[owner].id}" and "${device.id}" both publish to "${resolved}"`;
      const message = `${found}: nobody could tell them apart`;
      context.addIssue({ code: "custom", path: ["devices", index], message });
    }
  }
}

/** Topics, or what stands for them, that belong to one device alone. */
function ownTopics(device: MqttDevice): string[] {
  const { messages, metrics } = device.profile;
  const sparkplug = metrics.length === 0 ? [] : [`spBv1.0/${device.address ?? device.id}`];
  return [...messages.map(({ topic }) => topicOf(topic, device)), ...sparkplug];
}

/** Whether a topic matches a filter with + and # (MQTT 3.1.1, 4.7). */
export function topicMatches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= levels.length || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** A topic of a profile with the device's address in it. */
export function topicOf(pattern: string, device: MqttDevice): string {
  return pattern.replaceAll("{device}", device.address ?? device.id);
}
