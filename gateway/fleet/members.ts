/** The projection of memberships: who was invited, who enrolled with which key. */
import * as z from "zod";
import type { Database } from "../../sync/database.ts";
import type { Entry } from "../../sync/entry.ts";
import { parseOrigin } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";

export const ROLES = ["site", "county"] as const;
export type MemberRole = typeof ROLES[number];

/** Body of an `invitation` entry: a code was given out, of which only a derived key is kept. */
export const invitationBody = z.object({
  invitation: z.string(),
  node: z.string(),
  role: z.enum(ROLES),
  /** Derived from the code (see code.ts), hexadecimal. */
  key: z.string(),
  expiresMs: z.number(),
});
export type InvitationBody = z.infer<typeof invitationBody>;

/** Body of an `enrolment` entry: a node proved that it has the code, and gave its public key. */
export const enrolmentBody = z.object({
  invitation: z.string(),
  node: z.string(),
  role: z.enum(ROLES),
  publicKey: z.string(),
});
export type EnrolmentBody = z.infer<typeof enrolmentBody>;

/** Memberships count only from these nodes: a site cannot enrol anybody. */
export function membersOf(authorities: readonly string[]): Projection {
  return {
    name: "members",
    version: 3,
    schema: `
CREATE TABLE invitations (
  invitation TEXT PRIMARY KEY,
  node TEXT NOT NULL,
  role TEXT NOT NULL,
  key TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
CREATE TABLE uses (invitation TEXT PRIMARY KEY) STRICT;
CREATE TABLE members (
  node TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  publickey TEXT NOT NULL,
  invitation TEXT NOT NULL,
  wall INTEGER NOT NULL,
  enrolledby TEXT NOT NULL
) STRICT;
CREATE TABLE memberkeys (
  node TEXT NOT NULL,
  publickey TEXT NOT NULL,
  PRIMARY KEY (node, publickey)
) STRICT, WITHOUT ROWID;`,
    apply: (database, entries) => {
      for (const entry of entries) {
        const node = parseOrigin(entry.origin)?.node;
        if (node !== undefined && authorities.includes(node)) applyOne(database, entry, node);
      }
    },
  };
}

const INSERT_INVITATION = `INSERT INTO invitations (invitation, node, role, key, expires)
VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING`;
/** Apart from the invitations: one centre's entries may be read before those of the other. */
const INSERT_USE = "INSERT INTO uses (invitation) VALUES (?) ON CONFLICT DO NOTHING";
const INSERT_KEY = "INSERT INTO memberkeys (node, publickey) VALUES (?,?) ON CONFLICT DO NOTHING";
/** The later enrolment of a node counts, at both centres alike: a replaced box has a new key. */
const UPSERT_MEMBER = `INSERT INTO members (node, role, publickey, invitation, wall, enrolledby)
VALUES (?,?,?,?,?,?) ON CONFLICT (node) DO UPDATE SET role = excluded.role,
publickey = excluded.publickey, invitation = excluded.invitation, wall = excluded.wall,
enrolledby = excluded.enrolledby WHERE (excluded.wall, excluded.publickey) > (wall, publickey)`;

function applyOne(database: Database, entry: Entry, by: string): void {
  if (entry.kind === "invitation") {
    const body = invitationBody.safeParse(bodyOf(entry));
    if (!body.success) return;
    const { invitation, node, role, key, expiresMs } = body.data;
    database.run(INSERT_INVITATION, [invitation, node, role, key, expiresMs]);
  } else if (entry.kind === "enrolment") {
    const body = enrolmentBody.safeParse(bodyOf(entry));
    if (!body.success) return;
    const { invitation, node, role, publicKey } = body.data;
    database.run(INSERT_USE, [invitation]);
    database.run(INSERT_KEY, [node, publicKey]);
    database.run(UPSERT_MEMBER, [node, role, publicKey, invitation, entry.time.wallMs, by]);
  }
}
