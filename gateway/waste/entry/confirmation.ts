/**
 * Persons who confirm, each with an own credential (rule W4; 医疗废物管理条例 第十二条: whoever
 * hands over and whoever takes sign the register).
 */
import * as z from "zod";
import { code, subject } from "./subject.ts";

const NAME_LENGTH_MAX = 100;

export const person = z.object({ id: code, name: z.string().max(NAME_LENGTH_MAX).optional() });
export type Person = z.infer<typeof person>;

/** What the node checked; never the secret itself. */
export const CREDENTIALS = ["pin", "badge", "password"] as const;

export const confirmation = z.object({
  person,
  /** `id` tells credentials apart: the account that it is of; no badge's number is kept. */
  credential: z.object({ method: z.enum(CREDENTIALS), id: code }),
});
export type Confirmation = z.infer<typeof confirmation>;

/** One or both persons who stood at the node when an entry was written. */
export const confirmations = z.array(confirmation).min(1).max(2);

export const NEEDS_TWO = {
  path: ["confirmations"],
  error: "a keyed weight needs a second person with an own credential (W2, W4)",
};

/** Whether two persons confirmed, and with two credentials. */
export function areTwo(given: readonly Confirmation[]): boolean {
  return given.some((one, index) =>
    given.slice(index + 1).some((other) =>
      one.person.id !== other.person.id && credentialKey(one) !== credentialKey(other)
    )
  );
}

function credentialKey({ credential: { method, id } }: Confirmation): string {
  return `${method}/${id}`;
}

/** Body of a `waste-confirmation`: the second person confirms an entry elsewhere, or later. */
export const confirmationBody = z.object({ ...subject, of: code, confirmation });
export type ConfirmationBody = z.infer<typeof confirmationBody>;
