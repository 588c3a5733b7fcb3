/** Deliveries that a node does not send, whatever its channels do. */
import type { Channel } from "./channels/channel.ts";
import { type Contact, isAddress, type Recipient } from "./contact.ts";
import type { Outcome } from "./delivery.ts";

export interface Place {
  readonly role: "site" | "county";
  readonly channels: readonly Pick<Channel, "name" | "addressedBy">[];
  readonly contacts: readonly Contact[];
}

/** What becomes of it, and why; `null`: the node sends it. */
export function strayOutcome(
  { contact, channel }: Recipient,
  { role, channels, contacts }: Place,
): { readonly outcome: Outcome; readonly detail: string } | null {
  const way = contacts.find(({ id }) => id === contact)?.ways
    .find((one) => one.channel === channel);
  if (way === undefined) {
    return { outcome: "refused", detail: "there is no such contact, or it is not told so" };
  }
  const own = channels.find(({ name }) => name === channel);
  if (own === undefined) {
    return role === "site"
      ? { outcome: "handed-over", detail: "this site has no such channel" }
      : { outcome: "refused", detail: "this county has no such channel" };
  }
  if (isAddress(way.to, own.addressedBy)) return null;
  const wanted = own.addressedBy === "phone" ? "telephone number" : "mail address";
  return { outcome: "refused", detail: `the contact has no ${wanted}` };
}
