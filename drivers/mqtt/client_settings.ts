/** Settings of the client for a broker that the hospital already has. */
import * as z from "zod";
import { mqttDevice, refuseSameTopics } from "./profile.ts";

export const clientSettings = z.strictObject({
  url: z.string().regex(/^mqtts?:\/\/[^/]+$/, "want mqtt://host:port or mqtts://host:port")
    .describe("Address of the broker"),
  version: z.union([z.literal("3.1.1"), z.literal("5")]).default("5")
    .describe("MQTT version to speak"),
  clientId: z.string().min(1).max(64)
    .describe("Name of the session that the broker keeps for us; nobody else may use it"),
  username: z.string().max(128).optional().describe("Name to log in with"),
  passwordFile: z.string().optional().describe("File with the password"),
  ca: z.string().optional().describe("File with the only certificate authority to trust, PEM"),
  certificate: z.string().optional().describe("File with a client certificate, PEM"),
  key: z.string().optional().describe("File with the key of the client certificate, PEM"),
  qos: z.union([z.literal(0), z.literal(1)]).default(1)
    .describe("1: the broker keeps a message until it is on our disk; 0: it does not"),
  sessionHours: z.number().positive().max(8760).default(168)
    .describe("How long the broker is asked to keep messages while we are away"),
  keepAliveSeconds: z.number().int().min(5).max(3600).default(30)
    .describe("Silence after which the connection is taken for dead"),
  devices: z.array(mqttDevice).min(1).max(2000).describe("Devices whose topics are subscribed"),
}).superRefine(({ devices }, context) => refuseSameTopics(devices, context));
export type ClientSettings = z.infer<typeof clientSettings>;
