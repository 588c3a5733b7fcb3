/** What an MQTT device's profile says: its topics, and where in a payload its points are. */
import * as z from "zod";
import { nameSchema, pointParts, profileParts, textSchema } from "../profile_parts.ts";

const path = z.string().max(200).regex(
  /^[^.[\]]+([.][^.[\]]+|\[\d+\])*$/,
  "want a path such as temperature, DS18B20.Temperature or values[0].v",
);

const topic = z.string().min(1).max(256).regex(/^[^#+\0$][^#+\0]*$/, "want no wildcards");
const topicFilter = z.string().min(1).max(256).regex(/^[^\0$][^\0]*$/, "want no leading $");

const point = z.strictObject({
  ...pointParts,
  path: path.optional().describe("Where the value is in a JSON payload; none: the whole payload"),
  scale: z.number().default(1).describe("Factor from the payload's number to the unit"),
  offset: z.number().default(0).describe("Added after scaling"),
  values: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])).optional()
    .describe("What the device's words mean, such as ON: true"),
  faults: z.array(z.union([z.number(), z.string()])).default([])
    .describe("Values by which the device tells a fault, before scaling"),
});

/** How a device tells time, where it does. */
const deviceTime = z.strictObject({
  path,
  format: z.enum(["iso", "seconds", "milliseconds"])
    .describe("ISO 8601 with an offset, or a count since 1970 UTC"),
});

const message = z.strictObject({
  topic: topic.describe("Where it is published; {device} stands for the device's address"),
  payload: z.enum(["json", "number", "text"]).default("json").describe(
    "How the payload is to be read",
  ),
  id: path.optional().describe("Where a message's own id is, if it has one"),
  idWindowHours: z.number().positive().max(8760).default(168)
    .describe("How long an id is held against repeats (rule T2)"),
  idRestarts: z.boolean().default(false)
    .describe("Ids begin anew after a restart of the device: a repeat with other bytes is kept"),
  time: deviceTime.optional().describe("Where the device's own time is, if it tells one"),
  points: z.array(point).min(1).max(100),
});

export const mqttProfile = z.strictObject({
  protocol: z.literal("mqtt"),
  ...profileParts,
  messages: z.array(message).min(1).max(20).describe("What the device publishes, by topic"),
  commands: z.array(topicFilter).max(20).default([])
    .describe("Topics that the device itself subscribes to"),
  ignored: z.array(topicFilter).max(20).default([])
    .describe("Topics of which the device's messages are taken and not kept, such as its chatter"),
});

export type MqttProfile = z.infer<typeof mqttProfile>;
export type MqttMessage = MqttProfile["messages"][number];
export type MqttPoint = MqttMessage["points"][number];

/** A device on MQTT: its profile and what stands for it in topics. */
export const mqttDevice = z.strictObject({
  id: nameSchema.describe("Name of the device, as stored"),
  title: textSchema.optional().describe("What people call it; none: as its profile says"),
  profile: mqttProfile,
  address: z.string().min(1).max(128).regex(/^[^#+\0]+$/, "want a topic level without wildcards")
    .optional().describe("What stands for {device} in its topics; none: its id"),
});
export type MqttDevice = z.infer<typeof mqttDevice>;

/** Refuses devices of one login of which the topics are the same: one would shadow the other. */
export function refuseSameTopics(
  devices: readonly MqttDevice[],
  context: z.RefinementCtx,
): void {
  const owners = new Map<string, number>();
  for (const [index, device] of devices.entries()) {
    for (const { topic } of device.profile.messages) {
      const resolved = topicOf(topic, device);
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
