/** How many persons contacts are (C5): a relay is none, and one who is entered twice is one. */
import type { Contact } from "./contact.ts";
import type { ChannelConfig } from "./notification_config.ts";

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
export function personsAmong(
  contacts: readonly Contact[],
  channels: readonly Pick<ChannelConfig, "name" | "kind">[],
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
