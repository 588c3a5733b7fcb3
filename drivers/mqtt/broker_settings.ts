/** Settings of the embedded broker. */
import * as z from "zod";
import { PASSWORD_HASH } from "./password.ts";
import { mqttDevice, refuseSameTopics } from "./profile.ts";

const client = z.strictObject({
  username: z.string().min(1).max(128).describe("What the client logs in with"),
  passwordHash: z.string().regex(PASSWORD_HASH, "make one with `tributary device password`")
    .describe("Hash of its password, from `tributary device password`"),
  devices: z.array(mqttDevice).min(1).max(500)
    .describe("The devices that this client speaks for: itself, or those behind a bridge"),
}).superRefine(({ devices }, context) => refuseSameTopics(devices, context));

export const brokerSettings = z.strictObject({
  host: z.string().default("0.0.0.0").describe("Address to listen on"),
  port: z.number().int().min(0).max(65535).default(1883).describe("Port to listen on"),
  tls: z.strictObject({
    certificate: z.string().describe("File with the broker's certificate, PEM"),
    key: z.string().describe("File with its key, PEM"),
  }).optional().describe("Speaks TLS on this port"),
  clients: z.array(client).max(500).default([]).describe("Who may log in"),
  packetBytesMax: z.number().int().min(1024).max(1 << 20).default(256 << 10)
    .describe("A larger packet ends its connection"),
  connectionsMax: z.number().int().min(1).max(10_000).default(500)
    .describe("Connections at one time"),
  retainedMax: z.number().int().min(0).max(100_000).default(1000)
    .describe("Retained messages kept, in memory; the oldest goes first"),
  queuedMax: z.number().int().min(0).max(10_000).default(100)
    .describe("Messages kept for a client that is away, in memory; the oldest goes first"),
});
export type BrokerSettings = z.infer<typeof brokerSettings>;
export type BrokerClient = BrokerSettings["clients"][number];
