/**
 * Who stands behind an act: whoever is signed in, and where an act needs two (W4, S5) a second
 * person who confirms at the same node by PIN or badge. Nobody is named who did not prove it.
 */
import * as z from "zod";
import type { Problem } from "../../sync/problem.ts";
import type { ApiParts, Input } from "../api_route.ts";
import { type Right, rightsOf } from "./roles.ts";

const byPin = z.strictObject({
  account: z.string().trim().min(1).max(100).describe("Account of the second person"),
  pin: z.string().regex(/^\d{6}$/, "want six digits"),
});
const byBadge = z.strictObject({
  badge: z.string().min(1).max(64).describe("What a reader typed of the second person's card"),
});
/** What a second person gives: an account and six digits, or a badge. */
export const secondPerson = z.union([byPin, byBadge], {
  error: "want account and six digits, or a badge",
}).describe("Another person, who confirms at the same node");
export type SecondPerson = z.infer<typeof secondPerson>;

/** A person, and what was checked; never the secret itself. */
export interface Proof {
  readonly person: { readonly id: string; readonly name?: string };
  /** `id`: the account whose credential it is. */
  readonly credential: {
    readonly method: "password" | "pin" | "badge";
    readonly id: string;
  };
}

export type Proved =
  | { readonly kind: "proved"; readonly proof: Proof }
  | { readonly kind: "refused"; readonly problem: Problem };

export type PeopleOf = Pick<ApiParts["people"], "book" | "signIn">;

/** `null`: a program, an owner or the local command, which is nobody who answers for an act. */
export function signedIn({ account }: Input["actor"], { book }: PeopleOf): Proof | null {
  if (account === null) return null;
  const name = book.account(account)?.name.zh;
  const person = name === undefined ? { id: account } : { id: account, name };
  return { person, credential: { method: "password", id: account } };
}

/** Another person than who is signed in, and who has the right to do it. */
export async function otherPerson(
  actor: Input["actor"],
  second: SecondPerson,
  right: Right,
  people: PeopleOf,
): Promise<Proved> {
  if (actor.account === null) return refused(PERSON_NEEDED);
  const confirmed = await confirm(second, actor.account, actor.address, people);
  switch (confirmed.kind) {
    case "same":
      return refused(SAME_PERSON);
    case "wrong":
      return refused("badge" in second ? WRONG_BADGE : WRONG_PIN);
    case "no-pin":
      return refused({ ...WRONG_PIN, detail: "this account has no PIN here" });
    case "locked":
      return refused({ ...WRONG_PIN, detail: `locked for ${confirmed.minutes} minutes` });
    case "busy":
      return refused(BUSY);
    case "confirmed": {
      const { id, name, roles } = confirmed.account;
      if (id === actor.account) return refused(SAME_PERSON);
      if (!rightsOf(roles).has(right)) return refused({ ...MAY_NOT, detail: right });
      const method = "badge" in second ? "badge" : "pin";
      const proof: Proof = { person: { id, name: name.zh }, credential: { method, id } };
      return { kind: "proved", proof };
    }
  }
}

async function confirm(
  second: SecondPerson,
  first: string,
  address: string,
  { book, signIn }: PeopleOf,
) {
  if ("badge" in second) return await signIn.confirmByBadge(second.badge, first, address);
  const id = book.find(second.account)?.id ?? "";
  return id === first ? { kind: "same" as const } : await signIn.confirm(id, second.pin, address);
}

function refused(problem: Problem): Proved {
  return { kind: "refused", problem };
}

export const PERSON_NEEDED: Problem = {
  status: 403,
  code: "person-needed",
  title: "A person answers for this, by an own credential",
  hint: "sign in with an account that has the right to do it",
};
const SAME_PERSON: Problem = {
  status: 409,
  code: "second-person-needed",
  title: "The second person is another one than the first",
  hint: "another person enters an account and a PIN, or reads a badge",
};
const WRONG_PIN: Problem = {
  status: 403,
  code: "pin-wrong",
  title: "Account and PIN of the second person do not fit",
  hint: "enter both again; a security administrator unlocks",
};
const WRONG_BADGE: Problem = {
  status: 403,
  code: "badge-wrong",
  title: "This is no badge of anybody who may confirm here",
  hint: "read it again; a person sets the own badge on the page of the account",
};
const BUSY: Problem = {
  status: 503,
  code: "busy",
  title: "This PIN is being checked already",
  hint: "do it again in a moment",
};
const MAY_NOT: Problem = {
  status: 403,
  code: "missing-right",
  title: "The second person may not do this",
  hint: "a security administrator gives the role",
};
