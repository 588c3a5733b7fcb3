/** Settings of the embedded broker. */
import * as z from "zod";
import { PASSWORD_HASH } from "./password.ts";
import { mqttDevice, refuseSameTopics } from "./profile.ts";

/** As programs show it, with colons, or without. */
const fingerprint = z.string().regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, "want SHA-256 in hex")
  .transform((text) => text.replaceAll(":", "").toLowerCase());

const client = z.strictObject({
  username: z.string().min(1).max(128).describe("What the client logs in with"),
  passwordHash: z.string().regex(PASSWORD_HASH, "make one with `tributary device password`")
    .optional().describe("Hash of its password, from `tributary device password`"),
  certificate: z.strictObject({
    commonName: z.string().min(1).max(128).optional().describe("Common name (CN) of its subject"),
    fingerprint: fingerprint.optional().describe("SHA-256 fingerprint, hexadecimal digits"),
  }).refine((named) => Object.keys(named).length > 0, "want commonName, fingerprint or both")
    .optional().describe("Certificate that it has to show; needs tls.clientCa"),
  devices: z.array(mqttDevice).min(1).max(500)
    .describe("The devices that this client speaks for: itself, or those behind a bridge"),
}).superRefine(({ devices, passwordHash, certificate }, context) => {
  refuseSameTopics(devices, context);
  if (passwordHash !== undefined || certificate !== undefined) return;
  const message = "want passwordHash, certificate or both";
  context.addIssue({ code: "custom", path: ["passwordHash"], message });
});

export const brokerSettings = z.strictObject({
  host: z.string().default("0.0.0.0").describe("Address to listen on"),
  port: z.number().int().min(0).max(65535).default(1883).describe("Port to listen on"),
  tls: z.strictObject({
    certificate: z.string().describe("File with the broker's certificate, PEM"),
    key: z.string().describe("File with its key, PEM"),
    clientCa: z.string().optional()
      .describe("File with the authority of clients' certificates, PEM; clients are asked for one"),
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
}).superRefine(({ tls, clients }, context) => {
  const shown = new Map<string, number>();
  for (const [index, { certificate }] of clients.entries()) {
    if (certificate === undefined) continue;
    const complain = (message: string) =>
      context.addIssue({ code: "custom", path: ["clients", index, "certificate"], message });
    if (tls?.clientCa === undefined) complain("it needs tls.clientCa");
    const key = JSON.stringify([certificate.commonName, certificate.fingerprint]);
    const owner = shown.get(key);
    if (owner !== undefined) complain(`"${clients[owner].username}" has the same`);
    shown.set(key, index);
  }
});
export type BrokerSettings = z.infer<typeof brokerSettings>;
export type BrokerClient = BrokerSettings["clients"][number];
