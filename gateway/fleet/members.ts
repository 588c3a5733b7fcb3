/** The projection of memberships: who was invited, who enrolled with which key. */
import * as z from "zod";
import type { Entry } from "../../sync/entry.ts";
import { parseOrigin } from "../../sync/origin.ts";
import { bodyOf, type Projection } from "../projection.ts";
import { putInto } from "../sql/put.ts";
import type { Transaction } from "../sql/sql.ts";
import type { Table } from "../sql/table.ts";

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

const invitations: Table = {
  name: "invitations",
  columns: { invitation: "text", node: "text", role: "text", key: "text", expires: "integer" },
  key: ["invitation"],
};
/** Apart from the invitations: one centre's entries may be read before those of the other. */
const uses: Table = { name: "uses", columns: { invitation: "text" }, key: ["invitation"] };
const members: Table = {
  name: "members",
  columns: {
    node: "text",
    role: "text",
    publickey: "text",
    invitation: "text",
    wall: "integer",
    enrolledby: "text",
  },
  key: ["node"],
};
const memberkeys: Table = {
  name: "memberkeys",
  columns: { node: "text", publickey: "text" },
  key: ["node", "publickey"],
};

const putInvitation = putInto(invitations, {
  onConflict: { newer: ["expires", "node", "role", "key"] },
});
const putUse = putInto(uses, { onConflict: "keep" });
const putKey = putInto(memberkeys, { onConflict: "keep" });
/** The later enrolment of a node counts, at both centres alike: a replaced box has a new key. */
const putMember = putInto(members, {
  onConflict: { newer: ["wall", "publickey", "invitation", "role", "enrolledby"] },
});

/** Memberships count only from these nodes: a site cannot enrol anybody. */
export function membersOf(authorities: readonly string[]): Projection {
  return {
    name: "members",
    version: 4,
    tables: [invitations, uses, members, memberkeys],
    apply: async (sql, entries) => {
      for (const entry of entries) {
        const node = parseOrigin(entry.origin)?.node;
        if (node !== undefined && authorities.includes(node)) await applyOne(sql, entry, node);
      }
    },
  };
}

async function applyOne(sql: Transaction, entry: Entry, by: string): Promise<void> {
  if (entry.kind === "invitation") {
    const body = invitationBody.safeParse(bodyOf(entry));
    if (!body.success) return;
    const { invitation, node, role, key, expiresMs } = body.data;
    await putInvitation(sql, [[invitation, node, role, key, expiresMs]]);
  } else if (entry.kind === "enrolment") {
    const body = enrolmentBody.safeParse(bodyOf(entry));
    if (!body.success) return;
    const { invitation, node, role, publicKey } = body.data;
    await putUse(sql, [[invitation]]);
    await putKey(sql, [[node, publicKey]]);
    await putMember(sql, [[node, role, publicKey, invitation, entry.time.wallMs, by]]);
  }
}
