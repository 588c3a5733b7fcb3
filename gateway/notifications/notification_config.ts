/** Settings of channels and contacts. */
import * as z from "zod";
import { nameSchema } from "../../drivers/profile_parts.ts";
import { serialParts, socketParts } from "../../drivers/serial/settings.ts";
import { contactsSchema } from "./contact.ts";

/** Channels of one node. */
const CHANNELS_MAX = 20;
const FIELDS_MAX = 40;
/** Parts of a short message: each is paid for, and few telephones join more. */
const PARTS_MAX = 5;

const name = nameSchema.describe("Name of the channel, which contacts have in their ways");
const named = (example: string) => name.meta({ examples: [example] });
const timeoutSeconds = (seconds: number) =>
  z.int().min(1).max(300).default(seconds)
    .describe("An answer is waited for so long; then it is sent again");
const httpUrl = (example: string) =>
  z.url({ protocol: /^https?$/, error: `want an address such as ${example}` })
    .describe("Its address; http only on this machine").meta({ examples: [example] });
const passwordFile = (example: string) =>
  z.string().describe("File with the secret, on its first line").meta({ examples: [example] });

const webhook = z.strictObject({
  kind: z.literal("webhook").describe("Pushes to a program, as Standard Webhooks has it"),
  name: named("hook"),
  url: httpUrl("https://alarms.example/told"),
  secretFile: passwordFile("/etc/tributary/hook.secret")
    .describe("File with the secret that signs them, as Standard Webhooks writes it: whsec_…"),
  timeoutSeconds: timeoutSeconds(10),
});

const mail = z.strictObject({
  kind: z.literal("mail").describe("E-mail by a server that speaks SMTP"),
  name: named("mail"),
  host: z.string().min(1).max(253).describe("Its address").meta({ examples: ["mail.example"] }),
  port: z.int().min(1).max(65_535).default(465).describe("465 for tls, 587 for starttls"),
  security: z.enum(["tls", "starttls", "none"]).default("tls")
    .describe("tls from the first byte on; starttls or nothing is sent; none only on this machine"),
  ca: z.string().optional()
    .describe("File with the only authority that may have issued its certificate, PEM"),
  user: z.string().min(1).max(200).optional().describe("Name to log in with; none: no login"),
  passwordFile: z.string().optional().describe("File with the password, on its first line"),
  from: z.email().describe("Address of the sender").meta({
    examples: ["tributary@county.example"],
  }),
  timeoutSeconds: timeoutSeconds(30),
});

const modem = z.strictObject({
  kind: z.literal("modem").describe("Short messages by a 4G modem on the spot (C4)"),
  name: named("sms"),
  port: z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("serial"),
      ...serialParts,
      baud: serialParts.baud.default(115_200),
    }),
    z.strictObject({ type: z.literal("socket"), ...socketParts }),
  ]).describe("Where its AT commands are taken"),
  mode: z.enum(["pdu", "text"]).default("pdu")
    .describe("text for modems without PDU mode: parts are messages of their own there"),
  parts: z.int().min(1).max(PARTS_MAX).default(3).describe("Parts of one message at most"),
  pinFile: z.string().optional().describe("File with the card's PIN; none: it asks for none"),
});

const smsGateway = z.strictObject({
  kind: z.literal("sms-gateway").describe("Short messages by a provider, over HTTP"),
  name: named("sms"),
  url: httpUrl("https://sms.example/send"),
  format: z.enum(["json", "form"]).default("json").describe("How the body is written"),
  fields: z.array(template(/^.{1,100}$/u)).min(1).max(FIELDS_MAX)
    .refine((fields) => fields.some(({ value }) => value.includes("{to}")), {
      error: "want {to} in the value of one of them",
    })
    .describe(
      "Fields of the body; in values stand {to} {text} {textJson} {id} {seconds} {time} {nonce} " +
        "{secret} {signature}",
    ),
  headers: z.array(template(/^[A-Za-z0-9-]{1,64}$/)).max(FIELDS_MAX).default([])
    .describe("Further headers; in their values also {body} {bodySha256}"),
  secretFile: z.string().optional().describe("File with the secret, on its first line"),
  signOver: z.string().max(2000).optional()
    .describe("What the secret signs, such as {seconds}.{body}; none: nothing is signed"),
  signHash: z.enum(["sha256", "sha1", "sm3"]).default("sha256").describe("Hash of its HMAC"),
  signEncoding: z.enum(["base64", "hex"]).default("base64").describe("How it is written"),
  ok: pattern().optional().describe("What its answer has to match; none: its status is enough"),
  never: pattern().optional().describe("An answer that matches it is final: not tried again"),
  lengthMax: z.int().min(20).max(2000).default(200).describe("Characters of one message"),
  timeoutSeconds: timeoutSeconds(20),
}).refine(({ signOver, secretFile }) => signOver === undefined || secretFile !== undefined, {
  path: ["secretFile"],
  error: "want the file with the secret that signs",
});

/** A named value with places in it, see `PLACES`. */
function template(name: RegExp) {
  return z.strictObject({
    name: z.string().regex(name).describe("Its name").meta({ examples: ["phone"] }),
    value: z.string().max(2000).describe("Its value, with places that are filled in")
      .meta({ examples: ["{to}"] }),
  });
}

/** What answers are matched against; a person of the county writes it. */
function pattern() {
  return z.string().min(1).max(300).refine(isPattern, "want a regular expression")
    .meta({ examples: ['"Code":"OK"'] });
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const sirenCoil = z.strictObject({
  kind: z.literal("siren-coil").describe("Sound and light by a point of a Modbus device (C5)"),
  name: named("siren"),
  device: nameSchema.describe("The device, which permits the point in its writes")
    .meta({ examples: ["relay-1"] }),
  point: nameSchema.describe("The point that is written").meta({ examples: ["siren"] }),
  on: z.boolean().default(true).describe("Its value while it sounds; otherwise it is the other"),
});

const sirenMqtt = z.strictObject({
  kind: z.literal("siren-mqtt").describe("Sound and light by an MQTT topic (C5)"),
  name: named("siren"),
  url: z.string().regex(/^mqtts?:\/\/[^/]+$/, "want mqtt://host:port or mqtts://host:port")
    .describe("Address of the broker").meta({ examples: ["mqtt://127.0.0.1:1883"] }),
  username: z.string().max(128).optional().describe("Name to log in with"),
  passwordFile: z.string().optional().describe("File with the password, on its first line"),
  ca: z.string().optional().describe("File with the only authority to trust, PEM"),
  topic: z.string().min(1).max(200).regex(/^[^#+\p{C}]+$/u, "want a topic without # and +")
    .describe("Topic that its relay listens to").meta({ examples: ["ward/siren/set"] }),
  on: z.string().min(1).max(200).default("ON").describe("What is published while it sounds"),
  off: z.string().min(1).max(200).default("OFF").describe("And while it does not"),
  timeoutSeconds: timeoutSeconds(5),
});

export const channelConfig = z.discriminatedUnion("kind", [
  webhook,
  mail,
  modem,
  smsGateway,
  sirenCoil,
  sirenMqtt,
]);
export type ChannelConfig = z.infer<typeof channelConfig>;

export const notificationConfig = z.strictObject({
  channels: z.array(channelConfig).max(CHANNELS_MAX).default([])
    .refine((channels) => new Set(channels.map(({ name }) => name)).size === channels.length, {
      error: "want each name once",
    })
    .describe("Ways out of this node; what a site has not, its county sends"),
  contacts: contactsSchema.default([])
    .describe("Who is told, beside those whom the county names: sirens, and people of this place"),
  foldSeconds: z.int().min(0).max(3600).default(60)
    .describe("A contact gets one message in so long, of all that came meanwhile"),
  messagesPerHour: z.int().min(1).max(10_000).default(120)
    .describe("Messages that one channel begins in an hour at most"),
  expireHours: z.number().min(0.01).max(168).default(24)
    .describe("What nobody took for so long is given up, and shown as not delivered (T10)"),
  alarmSeconds: z.int().min(1).max(86_400).default(300)
    .describe("A channel that does not work for so long is an alarm"),
  handOverSeconds: z.int().min(1).max(86_400).default(120)
    .describe("At a site: after so long the county sends instead, where it is reached"),
  takeOverSeconds: z.int().min(30).max(86_400).default(240)
    .describe("At a county: after so long a centre sends what the other one has not"),
}).refine(({ foldSeconds, takeOverSeconds }) => takeOverSeconds >= 2 * foldSeconds, {
  path: ["takeOverSeconds"],
  error: "want at least twice foldSeconds: what is folded is on its way",
});
export type NotificationConfig = z.infer<typeof notificationConfig>;
