/**
 * Entries by which a node tells what became of notifications. Each step is on disk before the next
 * is taken, so that after a crash between any two the next one is taken again:
 *
 * ```
 * notification → plan (who is told) → message (what is sent at one time) → delivery (its outcome)
 * ```
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Recipient } from "./contact.ts";

export const PLAN = "notification-plan";
export const MESSAGE = "notification-message";
export const DELIVERY = "notification-delivery";
export const UNDELIVERED = "notification-undelivered";
export const CHANNEL = "notification-channel";
export const TEST = "notification-test";

/** Notifications that one message tells of. */
export const FOLDED_MAX = 200;
/** A plan has no more recipients: 2,000 contacts in 5 ways. */
const RECIPIENTS_MAX = 10_000;
const REASON_LENGTH_MAX = 300;

const id = z.string().min(1).max(128);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const recipient = { contact: z.string().min(1).max(64), channel: z.string().min(1).max(64) };

export const planBody = z.strictObject({
  notification: id,
  recipients: z.array(z.strictObject(recipient)).max(RECIPIENTS_MAX),
});
export type PlanBody = z.infer<typeof planBody>;

export const messageBody = z.strictObject({
  id: hash.describe("H(contact, channel, notifications): the same message has the same"),
  ...recipient,
  notifications: z.array(id).min(1).max(FOLDED_MAX),
});
export type MessageBody = z.infer<typeof messageBody>;

/**
 * What became of it, the last one counting most wherever several are told:
 * `handed-over`: this node has no such channel, or it does not work: the county sends it;
 * `expired`: nobody took it in time; `refused`: who was asked will never take it;
 * `delivered`: whoever carries it on has taken it.
 */
export const OUTCOMES = ["handed-over", "expired", "refused", "delivered"] as const;
export type Outcome = typeof OUTCOMES[number];

export const deliveryBody = z.strictObject({
  message: hash,
  ...recipient,
  notifications: z.array(id).min(1).max(FOLDED_MAX),
  outcome: z.enum(OUTCOMES),
  attempts: z.int().min(0).describe("Since the process began; 0: none was made"),
  detail: z.string().max(REASON_LENGTH_MAX)
    .describe("What the channel said: a code, an id of the carrier, or why not"),
});
export type DeliveryBody = z.infer<typeof deliveryBody>;

/** T10: somebody has to be told in another way. */
export const undeliveredBody = z.strictObject({
  id: hash.describe("Of the message, or H(notification) where nobody is to be told"),
  notifications: z.array(id).min(1).max(FOLDED_MAX),
  contact: z.string().max(64).nullable().describe("null: no contact fits the notification"),
  channel: z.string().max(64).nullable(),
  reason: z.string().max(REASON_LENGTH_MAX),
});
export type UndeliveredBody = z.infer<typeof undeliveredBody>;

export const channelBody = z.strictObject({
  channel: z.string().max(64),
  works: z.boolean(),
  reason: z.string().max(REASON_LENGTH_MAX).nullable().describe("Why not; null: it works"),
  seconds: z.int().describe("For how long it did not work until now"),
  waiting: z.int().describe("Deliveries that wait for it"),
});
export type ChannelBody = z.infer<typeof channelBody>;

/** Somebody has tried a channel. */
export const testBody = z.strictObject({
  channel: z.string().max(64),
  outcome: z.enum(["delivered", "refused", "failed"]),
  detail: z.string().max(REASON_LENGTH_MAX),
  who: z.string().max(400),
});
export type TestBody = z.infer<typeof testBody>;

/** The id under which a message is sent, each time that it is tried. */
export function messageId(
  { contact, channel }: Recipient,
  notifications: readonly string[],
): string {
  return digest(MESSAGE, contact, channel, ...[...notifications].sort());
}

export function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Telephone numbers, and hexadecimal runs that may be one, in what others answer. */
const NUMBERS = /\+?\d{7,}|[0-9A-Fa-f]{16,}/g;
const MAIL = /[^\s<>"']+@[^\s<>"']+/g;

/** What others said: on one line, without addresses of people, as long as an entry holds. */
export function reasonText(text: string): string {
  const bare = text.replaceAll(MAIL, "…").replaceAll(NUMBERS, "…");
  return bare.replaceAll(/[\p{C}\s]+/gu, " ").trim().slice(0, REASON_LENGTH_MAX);
}
