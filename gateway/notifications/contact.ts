/** Whom to tell: by role, escalation level and site, each in the ways that he can be reached. */
import * as z from "zod";
import { nameSchema } from "../../drivers/profile_parts.ts";
import { NODE_NAME } from "../../sync/origin.ts";
import { LEVELS, type Notification, SEVERITIES, severityRank } from "./notification.ts";

/** Persons of a county who are told, and ways of one. */
export const CONTACTS_MAX = 2000;
const WAYS_MAX = 5;
const ROLES_MAX = 20;
const SITES_MAX = 1000;

/** E.164: fifteen digits at most; a short number of a network has fewer, and no plus. */
const PHONE = /^\+?\d{3,15}$/;
const MAIL = /^[^\s@<>,;:"()\\[\]\p{C}]{1,64}@[A-Za-z0-9.-]{1,253}$/u;

const way = z.strictObject({
  channel: nameSchema.describe("Name of the channel, such as sms or mail")
    .meta({ examples: ["sms"] }),
  to: z.string().max(254).default("")
    .refine((to) => to === "" || PHONE.test(to) || MAIL.test(to), {
      error: "want a telephone number such as +8613800000000, or a mail address",
    })
    .describe("Telephone number or mail address; none for a webhook or a siren")
    .meta({ examples: ["+8613800000000"] }),
});

export const contactSchema = z.strictObject({
  id: nameSchema.describe("Neutral name, which entries and the console show")
    .meta({ examples: ["duty-vaccine-1"] }),
  language: z.enum(["zh", "en"]).default("zh").describe("Language of what is sent"),
  roles: z.array(nameSchema).min(1).max(ROLES_MAX).describe("What this contact is told of")
    .meta({ examples: [["vaccine"]] }),
  levels: z.array(z.literal(LEVELS)).min(1).default([1]).describe("Escalation levels, of 1 to 3"),
  sites: z.array(z.string().regex(NODE_NAME)).max(SITES_MAX).default([])
    .describe("Sites that concern this contact; none: all"),
  from: z.enum(SEVERITIES).default("notice").describe("What is less severe is not told"),
  ways: z.array(way).min(1).max(WAYS_MAX)
    .refine((ways) => new Set(ways.map(({ channel }) => channel)).size === ways.length, {
      error: "want each channel once: a second number is a contact of its own",
    })
    .describe("How it is told: in each of these ways"),
});
export type Contact = z.infer<typeof contactSchema>;

export const contactsSchema = z.array(contactSchema).max(CONTACTS_MAX)
  .refine((contacts) => new Set(contacts.map(({ id }) => id)).size === contacts.length, {
    error: "want each id once",
  });

/** One contact by one channel. */
export interface Recipient {
  readonly contact: string;
  readonly channel: string;
}

/** Whether an address is one of that kind. */
export function isAddress(to: string, kind: "phone" | "mail" | "nothing"): boolean {
  return kind === "nothing" || (kind === "phone" ? PHONE : MAIL).test(to);
}

/** Whether a contact is told of it. */
export function isToldOf(
  { roles, levels, sites, from }: Contact,
  told: Pick<Notification, "roles" | "level" | "site" | "severity">,
): boolean {
  return levels.includes(told.level) && roles.some((role) => told.roles.includes(role)) &&
    (sites.length === 0 || told.site !== null && sites.includes(told.site)) &&
    severityRank(told.severity) <= severityRank(from);
}

/** All that are told, in the order of their names. */
export function recipientsOf(
  contacts: readonly Contact[],
  told: Pick<Notification, "roles" | "level" | "site" | "severity">,
): Recipient[] {
  const all = contacts.filter((contact) => isToldOf(contact, told)).flatMap(({ id, ways }) =>
    ways.map(({ channel }) => ({ contact: id, channel }))
  );
  return all.toSorted((one, other) => nameOf(one) < nameOf(other) ? -1 : 1);
}

/** Names contain no space. */
export function nameOf({ contact, channel }: Recipient): string {
  return `${contact} ${channel}`;
}
