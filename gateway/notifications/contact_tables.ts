/** Contacts that the county names, and which of them each site was told. */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Entry } from "../../sync/entry.ts";
import { parseOrigin } from "../../sync/origin.ts";
import { siteOf } from "../../sync/stream.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Table } from "../sql/table.ts";
import type { QueryTables } from "../tables.ts";
import { type Contact, contactsSchema } from "./contact.ts";

export const CONTACTS = "contacts";

/** In `record` of the centre where they were named, for both; in `to:SITE` what concerns it. */
export const contactsBody = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{64}$/).describe("H(number, contacts, by)"),
  number: z.int().min(1).describe("Grows; of two with one number the greater id counts"),
  contacts: contactsSchema,
  by: z.string().max(400),
});
export type ContactsBody = z.infer<typeof contactsBody>;

export function newContacts(number: number, contacts: readonly Contact[], by: string) {
  const id = createHash("sha256").update(JSON.stringify([number, contacts, by])).digest("hex");
  return contactsBody.parse({ id, number, contacts, by });
}

const sets: Table = {
  name: "contactsets",
  columns: { id: "text", number: "integer", body: "text", wall: "integer", origin: "text" },
  key: ["id"],
  indexes: { contactsetsbynumber: ["number", "id"] },
};

/** At a county. */
const told: Table = {
  name: "contactstold",
  columns: { site: "text", id: "text" },
  key: ["site", "id"],
};

const putSet = putInto(sets, { onConflict: { newer: ["wall", "origin", "body"] } });
const putTold = putInto(told, { onConflict: "keep" });

/**
 * Whose word counts: at a county its own nodes', in `record`; at a site what comes down to it.
 * `authorities`: the county's nodes; none at a site.
 */
export function contactTables(authorities: readonly string[]): Projection {
  const isCounty = authorities.length > 0;
  return {
    name: "contacts",
    version: 1,
    tables: [sets, told],
    apply: async (sql, entries) => {
      for (const entry of entries) {
        const node = parseOrigin(entry.origin)?.node;
        if (entry.kind !== CONTACTS || node === undefined) continue;
        if (isCounty && !authorities.includes(node)) continue;
        const body = contactsBody.safeParse(bodyOf(entry)).data;
        if (body === undefined) continue;
        const site = siteOf(entry.stream);
        if (isCounty ? entry.stream === "record" : site !== null) {
          await putSet(sql, [row(entry, body)]);
        } else if (isCounty && site !== null) await putTold(sql, [[site, body.id]]);
      }
    },
  };
}

function row({ time, origin }: Entry, body: ContactsBody): (string | number)[] {
  return [body.id, body.number, JSON.stringify(body), time.wallMs, origin];
}

/** Those in force, or `null` where the county has named none. */
export async function storedContacts(
  tables: Pick<QueryTables, "rows">,
): Promise<ContactsBody | null> {
  const latest = "SELECT body FROM contactsets ORDER BY number DESC, id DESC LIMIT 1";
  const [row] = await tables.rows(latest);
  return row === undefined ? null : contactsBody.parse(JSON.parse(row.text("body")));
}

/** Which those in force are, or `null`: by the index alone, for whoever asks often. */
export async function storedContactsId(
  tables: Pick<QueryTables, "rows">,
): Promise<string | null> {
  const latest = "SELECT id FROM contactsets ORDER BY number DESC, id DESC LIMIT 1";
  const [row] = await tables.rows(latest);
  return row === undefined ? null : row.text("id");
}

/** Sites that were not told the contacts of this id. */
export async function sitesToTell(
  tables: Pick<QueryTables, "rows">,
  id: string,
): Promise<string[]> {
  const rows = await tables.rows(
    `SELECT node FROM members WHERE role = 'site' AND NOT EXISTS
    (SELECT 1 FROM contactstold WHERE site = members.node AND id = ?1) ORDER BY node`,
    [id],
  );
  return rows.map((row) => row.text("node"));
}
