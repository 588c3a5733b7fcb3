/** Invitations: a county gives out a code with which one node may enrol once. */
import type { Clock } from "../clock.ts";
import type { Journal } from "../../sync/journal.ts";
import { codeKey, newCode } from "./code.ts";
import type { InvitationBody, MemberRole } from "./members.ts";

export interface Invitation {
  readonly code: string;
  readonly node: string;
  readonly role: MemberRole;
  /** Milliseconds since 1970 UTC. */
  readonly expiresMs: number;
}

const HOUR_MS = 3_600_000;

/** Makes a code; the entry keeps only what is derived from it, and both centres will have it. */
export async function invite(
  { journal, clock }: { readonly journal: Journal; readonly clock: Clock },
  { node, role, hours }: {
    readonly node: string;
    readonly role: MemberRole;
    readonly hours: number;
  },
): Promise<Invitation> {
  const code = newCode();
  const key = codeKey(code);
  if (key === null) throw new Error("A code of our own making is no code");
  const stamp = clock.now();
  const expiresMs = stamp.wallMs + hours * HOUR_MS;
  const body: InvitationBody = { invitation: crypto.randomUUID(), node, role, key, expiresMs };
  await journal.append([{
    kind: "entry",
    stream: "audit",
    entryKind: "invitation",
    time: stamp,
    body: JSON.stringify(body),
  }], stamp);
  return { code, node, role, expiresMs };
}
