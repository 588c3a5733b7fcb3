/** Notifications and contacts for tests, as they usually are. */
import { type Contact, contactSchema } from "./contact.ts";
import type { Waiting } from "./dispatch.ts";
import type { Notification } from "./notification.ts";

/** 2026-11-29 08:03 in China. */
export const SINCE_MS = Date.UTC(2026, 10, 29, 0, 3);

export function notification(id: string, changed: Partial<Notification> = {}): Notification {
  return {
    id,
    subject: `subject-${id}`,
    number: 0,
    event: "raised",
    severity: "critical",
    level: 1,
    roles: ["vaccine"],
    rule: "C4",
    site: "site-017",
    place: { zh: "甲卫生院", en: "Clinic A" },
    what: { code: "above-range", zh: "温度高于上限", en: "above its range" },
    where: { code: "fridge-1", zh: "疫苗冰箱1", en: "vaccine fridge 1" },
    value: { number: 9.2, unit: "Cel" },
    sinceMs: SINCE_MS,
    ...changed,
  };
}

export function contact(id: string, changed: object = {}): Contact {
  return contactSchema.parse({
    id,
    roles: ["vaccine"],
    ways: [{ channel: "sms", to: "+8613800000000" }],
    ...changed,
  });
}

export function waiting(notification: string, changed: Partial<Waiting> = {}): Waiting {
  return { notification, contact: "li", severity: 0, wallMs: 0, message: null, ...changed };
}
