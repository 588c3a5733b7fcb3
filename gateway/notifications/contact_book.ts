/** Contacts in force: those that the county has named, and those of this node itself. */
import type { QueryTables } from "../tables.ts";
import type { Contact } from "./contact.ts";
import { storedContacts } from "./contact_tables.ts";

/** Of one name that of this place counts. */
export async function contactsInForce(
  tables: Pick<QueryTables, "rows">,
  own: readonly Contact[],
): Promise<Contact[]> {
  const names = new Set(own.map(({ id }) => id));
  const { contacts } = await storedContacts(tables) ?? { contacts: [] };
  return [...own, ...contacts.filter(({ id }) => !names.has(id))];
}
