/**
 * Which persons are told of something, by the contacts in force (C5): a relay is none, and one who
 * is entered twice is one.
 */
import type { QueryTables } from "../tables.ts";
import type { Contact } from "./contact.ts";
import { contactsInForce } from "./contact_book.ts";
import { storedContactsId } from "./contact_tables.ts";
import type { ChannelConfig } from "./notification_config.ts";

/** Whom a node can have told, and by what. */
export interface Telling {
  readonly contacts: readonly Contact[];
  /** Of this node itself. */
  readonly channels: readonly Pick<ChannelConfig, "name" | "kind">[];
}

/** With the contacts that the county has named, beside those of this node's own file. */
export async function tellingInForce(
  tables: Pick<QueryTables, "rows">,
  { contacts, channels }: Telling,
): Promise<Telling> {
  return { contacts: await contactsInForce(tables, contacts), channels };
}

/** Another one whenever the county has named others; for whoever asks often. */
export async function tellingMark(tables: Pick<QueryTables, "rows">): Promise<string> {
  return await storedContactsId(tables) ?? "none";
}

/** Persons whom what concerns these roles at a site reaches, at some level. */
export function personsTold(
  { contacts, channels }: Telling,
  { roles, site }: { readonly roles: readonly string[]; readonly site: string },
): Person[] {
  const concerned = contacts.filter((contact) =>
    contact.roles.some((role) => roles.includes(role)) &&
    (contact.sites.length === 0 || contact.sites.includes(site))
  );
  return personsAmong(concerned, channels);
}

export interface Person {
  /** Neutral name of the first contact that is this person. */
  readonly id: string;
  /** All levels that reach it. */
  readonly levels: readonly number[];
}

interface Draft {
  readonly id: string;
  readonly addresses: Set<string>;
  readonly levels: Set<number>;
}

/**
 * In the order of their names, those with a telephone first. Who has one is known by it: a mailbox
 * may be that of a ward. `channels`: those of this node. A way without an address counts where it
 * is known to lead to a program, once for each channel.
 */
function personsAmong(
  contacts: readonly Contact[],
  channels: Telling["channels"],
): Person[] {
  const kinds = new Map(channels.map(({ name, kind }) => [name, kind]));
  const reached = contacts.map(({ id, levels, ways }) => {
    const addresses = ways.flatMap(({ channel, to }) => addressOf(to, channel, kinds.get(channel)));
    const phones = addresses.filter((address) => address.startsWith(PHONE));
    return { id, levels, addresses, known: phones.length > 0 ? phones : addresses, phones };
  });
  const inOrder = reached.toSorted((one, other) =>
    Math.sign(other.phones.length) - Math.sign(one.phones.length) || (one.id < other.id ? -1 : 1)
  );
  const persons: Draft[] = [];
  for (const { id, levels, addresses, known } of inOrder) {
    if (addresses.length === 0) continue;
    const same = persons.find((one) => known.some((address) => one.addresses.has(address)));
    const person = same ?? { id, addresses: new Set<string>(), levels: new Set<number>() };
    for (const address of addresses) person.addresses.add(address);
    for (const level of levels) person.levels.add(level);
    if (same === undefined) persons.push(person);
  }
  return persons.map(({ id, levels }) => ({ id, levels: [...levels].sort() }));
}

const PHONE = "phone ";

/** As it is compared: of one telephone, with the country's number or without, there is one. */
function addressOf(
  to: string,
  channel: string,
  kind: ChannelConfig["kind"] | undefined,
): string[] {
  if (kind === "siren-coil" || kind === "siren-mqtt") return [];
  if (to.includes("@")) return [`mail ${to.toLowerCase()}`];
  if (to !== "") return [PHONE + to.replace(/^\+?(?:00)?86(?=1\d{10}$)/, "")];
  return kind === "webhook" ? [`channel ${channel}`] : [];
}
