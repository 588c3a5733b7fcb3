/** At a county: names the contacts, and tells each site those that concern it. */
import { type Stream, streamTo } from "../../sync/stream.ts";
import { newEntry } from "../collected_entry.ts";
import type { Node } from "../node.ts";
import { whenChanged } from "../when_changed.ts";
import type { Contact } from "./contact.ts";
import {
  CONTACTS,
  type ContactsBody,
  newContacts,
  sitesToTell,
  storedContacts,
} from "./contact_tables.ts";

export class ContactDesk {
  readonly #node: Pick<Node, "clock" | "config" | "disk" | "journal" | "tables">;
  #last: Promise<unknown> = Promise.resolve();
  #told = "";

  constructor(node: Pick<Node, "clock" | "config" | "disk" | "journal" | "tables">) {
    this.#node = node;
  }

  /** One at a time: all contacts of the county, in place of those before. */
  name(contacts: readonly Contact[], by: string): Promise<ContactsBody> {
    const turn = this.#last.then(async () => {
      const { tables, journal } = this.#node;
      await tables.caughtUp(journal);
      const before = await storedContacts(tables);
      const body = newContacts((before?.number ?? 0) + 1, contacts, by);
      await this.#write("record", body);
      await tables.caughtUp(journal);
      return body;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Tells sites, those too that come later, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#node;
    await tables.caughtUp(journal, signal);
    this.#told = "";
    await whenChanged(tables, signal, async () => {
      const body = await storedContacts(tables);
      if (body === null) return false;
      const sites = await sitesToTell(tables, body.id);
      const state = `${body.id} ${sites.join()}`;
      if (sites.length === 0 || state === this.#told) return false;
      for (const site of sites) {
        if (signal.aborted) return false;
        await this.#write(streamTo(site), { ...body, contacts: concerning(site, body.contacts) });
      }
      this.#told = state;
      await tables.caughtUp(journal, signal);
      return false;
    });
  }

  async #write(stream: Stream, body: ContactsBody): Promise<void> {
    const { clock, disk } = this.#node;
    const time = clock.now();
    await disk.append([newEntry(stream, CONTACTS, time, body)], time);
  }
}

/** What a site has to know of them: its own name, and none of other sites. */
function concerning(site: string, contacts: readonly Contact[]): Contact[] {
  return contacts.filter(({ sites }) => sites.length === 0 || sites.includes(site))
    .map((contact) => ({ ...contact, sites: contact.sites.length === 0 ? [] : [site] }));
}
