/**
 * What a domain hands over to have people told: an entry of its own stream, made here and appended
 * by the domain, best in one commit with what it tells of. Once it is on disk it is not lost.
 */
import * as z from "zod";
import { nameSchema } from "../../drivers/profile_parts.ts";
import type { NewEntry } from "../../sync/append.ts";
import type { Stamp } from "../../sync/entry.ts";
import { NODE_NAME } from "../../sync/origin.ts";
import { newEntry, once } from "../collected_entry.ts";
import { namesPerson } from "./personal.ts";

export const NOTIFICATION = "notification";

/** The first comes first wherever not all can be told. */
export const SEVERITIES = ["critical", "warning", "notice"] as const;
export type Severity = typeof SEVERITIES[number];

/** `raised` and `escalated` sound a siren, the other two silence it. */
export const EVENTS = ["raised", "escalated", "acknowledged", "recovered"] as const;

/** Escalation levels: the platform's three (C4), site, institution and regulator (W9). */
export const LEVELS = [1, 2, 3] as const;

const LENGTH_MAX = 80;
/** Roles that one notification addresses. */
const ROLES_MAX = 8;

/** One line of words for people; it goes to telephones and mailboxes outside of the county. */
const line = z.string().min(1).max(LENGTH_MAX)
  .regex(/^[^\p{C}]*$/u, "want one line without control characters")
  .refine((text) => !namesPerson(text), {
    error: "want nothing personal: it has an identity or telephone number",
  });
const named = z.strictObject({ code: line, zh: line, en: line });
const id = z.string().regex(/^[\x21-\x7e]{1,128}$/, "want 1 to 128 characters without space");

export const notificationBody = z.strictObject({
  id: id.describe("Of this telling: whoever decides alike gives the same, and it is told once"),
  subject: id.describe("What goes on, such as an alarm's id: all that is told of it shares this"),
  number: z.int().min(0).describe("Grows with each telling of a subject"),
  event: z.enum(EVENTS),
  severity: z.enum(SEVERITIES),
  level: z.literal(LEVELS).describe("Escalation level"),
  roles: z.array(nameSchema).min(1).max(ROLES_MAX).describe("Whom it addresses, by role"),
  rule: z.string().min(1).max(40).describe("Id of the rule that decided it"),
  site: z.string().regex(NODE_NAME).nullable().describe("Where; null: the county itself"),
  place: named.omit({ code: true }).describe("What people call that site"),
  what: named.describe("What happened, as a code and as people say it"),
  where: named.describe("The device or store, as a code and as people call it"),
  value: z.strictObject({ number: z.number(), unit: z.string().max(16) }).nullable(),
  sinceMs: z.int().min(0).describe("Since when, milliseconds since 1970 UTC"),
});
export type Notification = z.infer<typeof notificationBody>;

/** Throws a ZodError that names the field where it is none, or names a person. */
export function notificationEntry(time: Stamp, notification: Notification): NewEntry {
  const body = notificationBody.parse(notification);
  return once(newEntry("alarm", NOTIFICATION, time, body), NOTIFICATION, body.id);
}

/** 0 for what is told first. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}
