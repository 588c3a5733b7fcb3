/** Routes of notifications: how they are, trying a channel, and naming contacts. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../sync/problem.ts";
import { readBody } from "../../sync/read_body.ts";
import type { ApiRoute } from "../api_route.ts";
import { newEntry } from "../collected_entry.ts";
import { maskPhone } from "../people/masking.ts";
import type { Letter } from "./channels/channel.ts";
import { contactSchema, contactsSchema, isAddress } from "./contact.ts";
import type { ContactDesk } from "./contact_desk.ts";
import { storedContacts } from "./contact_tables.ts";
import { digest, reasonText, TEST, type TestBody } from "./delivery.ts";
import { testText } from "./message_text.ts";
import { notificationsView, type ShownParts, viewOf } from "./notification_view.ts";

const CHANNEL_LENGTH_MAX = 64;
/** A modem that looks for its network, and a message in parts, take minutes. */
const TRY_MS = 240_000;
/** 2,000 contacts. */
const CONTACTS_BYTES_MAX = 1 << 20;

export const testRequest = z.strictObject({
  channel: z.string().min(1).max(CHANNEL_LENGTH_MAX),
  to: z.string().max(254).default("").describe("Telephone number or mail address"),
  language: z.enum(["zh", "en"]).default("zh"),
});

export const testAnswer = z.object({
  channel: z.string(),
  outcome: z.enum(["delivered", "refused", "failed"]),
  detail: z.string().describe("What the channel said"),
});

export const channelAnswer = z.object({
  channel: z.string(),
  state: z.string().nullable().describe("null: nothing is known of it before a try"),
});

export function notificationRoutes(parts: ShownParts): ApiRoute[] {
  return [{
    method: "get",
    path: "/api/notifications",
    right: "read",
    summary: "How people are told: channels, what waits and why, and who could not be told",
    answer: notificationsView,
    handle: async () => Response.json(await viewOf(parts)),
  }, {
    method: "get",
    path: "/api/notifications/channels/{channel}",
    right: "system.manage",
    summary: "How a channel is, without sending: network and signal of a modem",
    answer: channelAnswer,
    handle: async (_, { path }) => {
      const channel = parts.channels.find(({ name }) => name === path.channel);
      if (channel === undefined) return problemResponse(noSuchChannel(path.channel, parts));
      const state = await channel.look?.(AbortSignal.timeout(TRY_MS)) ?? null;
      return Response.json({ channel: channel.name, state });
    },
  }, {
    method: "post",
    path: "/api/notifications/test",
    right: "system.manage",
    summary: "Sends one test message by a channel of this node, once",
    body: testRequest,
    answer: testAnswer,
    handle: async (_, { body, who }) => await sendTest(parts, body, who),
  }];
}

async function sendTest(
  parts: ShownParts,
  body: unknown,
  who: string,
): Promise<Response> {
  const { node } = parts;
  const { channel: name, to, language } = testRequest.parse(body);
  const channel = parts.channels.find((one) => one.name === name);
  if (channel === undefined) return problemResponse(noSuchChannel(name, parts));
  if (!isAddress(to, channel.addressedBy)) {
    return problemResponse(noAddress(channel.addressedBy === "phone"));
  }
  const text = testText(node.config.title, language);
  const time = node.clock.now();
  const letter: Letter = {
    id: digest(TEST, crypto.randomUUID()),
    to,
    subject: text,
    text: (lengthMax) => text.slice(0, lengthMax),
    data: { test: true, text },
    seconds: Math.floor(time.wallMs / 1000),
  };
  const attempt = await channel.send(letter, AbortSignal.timeout(TRY_MS));
  const detail = reasonText(attempt.detail);
  const told: TestBody = { channel: name, outcome: attempt.kind, detail, who };
  await node.disk.append([newEntry("audit", TEST, time, told)], time);
  return Response.json({ channel: name, outcome: attempt.kind, detail });
}

const namedContacts = z.object({
  number: z.int().describe("0: the county has named none"),
  contacts: z.array(contactSchema),
});

/** At a county. */
export function contactRoutes(desk: ContactDesk): ApiRoute[] {
  return [{
    method: "get",
    path: "/api/contacts",
    right: "read",
    role: "county",
    summary: "Whom the county has told of alarms; addresses are masked",
    answer: namedContacts,
    handle: async ({ node }) => {
      const { number, contacts } = await storedContacts(node.tables) ?? { number: 0, contacts: [] };
      const masked = contacts.map((contact) => ({
        ...contact,
        ways: contact.ways.map(({ channel, to }) => ({ channel, to: maskAddress(to) })),
      }));
      return Response.json({ number, contacts: masked });
    },
  }, {
    method: "post",
    path: "/api/contacts",
    right: "fleet.manage",
    role: "county",
    summary: "Names all contacts of the county, in place of those before; sites hear of theirs",
    body: z.object({ contacts: contactsSchema }),
    answer: z.object({ number: z.int(), contacts: z.int() }),
    upload: true,
    handle: async (_, { request, who }) => {
      const bytes = await readBody(request, CONTACTS_BYTES_MAX);
      if (bytes === null) return problemResponse(TOO_LARGE);
      const asked = z.strictObject({ contacts: contactsSchema }).safeParse(jsonOf(bytes));
      if (!asked.success) return problemResponse(malformed(asked.error));
      const { number, contacts } = await desk.name(asked.data.contacts, who);
      return Response.json({ number, contacts: contacts.length }, { status: 201 });
    },
  }];
}

function maskAddress(to: string): string {
  if (to === "") return "";
  return to.includes("@") ? `${to[0]}***@${to.split("@")[1]}` : maskPhone(to);
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function malformed(error: z.ZodError): Problem {
  const faults = error.issues.slice(0, 20)
    .map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  return {
    status: 400,
    code: "malformed",
    title: "The request is not as it has to be",
    detail: faults.join("; "),
  };
}

function noSuchChannel(name: string, { channels }: ShownParts): Problem {
  const all = channels.map((one) => one.name);
  return {
    status: 404,
    code: "no-such-channel",
    title: "This node has no such channel",
    detail: `there is no "${name.slice(0, CHANNEL_LENGTH_MAX)}"`,
    hint: all.length === 0
      ? "configure one under notifications.channels"
      : `it has ${all.join(", ")}`,
  };
}

function noAddress(isPhone: boolean): Problem {
  return {
    status: 400,
    code: "no-address",
    title: "The channel needs an address",
    hint: isPhone ? "give a number such as +8613800000000" : "give a mail address",
  };
}

const TOO_LARGE: Problem = {
  status: 413,
  code: "too-large",
  title: "These are more contacts than a county may have",
};
