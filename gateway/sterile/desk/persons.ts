/** Who does it: whoever is signed in, or whoever confirms with an account and a PIN. */
import * as z from "zod";
import type { Problem } from "../../../sync/problem.ts";
import type { ApiParts, Input } from "../../api_route.ts";
import { type Right, rightsOf } from "../../people/roles.ts";
import type { Person } from "../supply/supply_body.ts";

export const pinPerson = z.strictObject({
  account: z.string().trim().min(1).max(100).describe("Account of the person"),
  pin: z.string().regex(/^\d{6}$/, "want six digits"),
}).describe("A person who confirms with a PIN, at the same node");
export type PinPerson = z.infer<typeof pinPerson>;

export type Proved =
  | { readonly kind: "proved"; readonly person: Person }
  | { readonly kind: "refused"; readonly problem: Problem };

export type PeopleOf = Pick<ApiParts["people"], "book" | "signIn">;

/** Whoever is signed in; a program or the local command is nobody who answers for it. */
export function signedIn(actor: Input["actor"], { book }: PeopleOf): Proved {
  if (actor.account === null) return { kind: "refused", problem: PERSON_NEEDED };
  const account = book.account(actor.account);
  const name = account?.name.zh;
  const person = name === undefined ? { id: actor.account } : { id: actor.account, name };
  return { kind: "proved", person };
}

/** Another person than who is signed in, by PIN. */
export async function byPin(
  actor: Input["actor"],
  { account, pin }: PinPerson,
  right: Right,
  { book, signIn }: PeopleOf,
): Promise<Proved> {
  const refused = (problem: Problem): Proved => ({ kind: "refused", problem });
  const found = book.find(account);
  if (found !== null && found.id === actor.account) return refused(SAME_PERSON);
  const address = actor.who.split(" from ").at(-1) ?? "";
  const confirmed = await signIn.confirm(found?.id ?? "", pin, address);
  switch (confirmed.kind) {
    case "wrong":
      return refused(WRONG_PIN);
    case "no-pin":
      return refused({ ...WRONG_PIN, detail: "this account has no PIN here" });
    case "locked":
      return refused({ ...WRONG_PIN, detail: `locked for ${confirmed.minutes} minutes` });
    case "busy":
      return refused(BUSY);
    case "confirmed": {
      const { id, name, roles } = confirmed.account;
      if (!rightsOf(roles).has(right)) return refused({ ...MAY_NOT, detail: right });
      return { kind: "proved", person: { id, name: name.zh } };
    }
  }
}

const PERSON_NEEDED: Problem = {
  status: 403,
  code: "person-needed",
  title: "A person answers for it, with an own credential",
  hint: "sign in with an account of a sterile technician",
};
const SAME_PERSON: Problem = {
  status: 409,
  code: "second-person-needed",
  title: "The second person is another one than the first",
  hint: "another person enters an account and a PIN",
};
const WRONG_PIN: Problem = {
  status: 403,
  code: "pin-wrong",
  title: "Account and PIN of the second person do not fit",
  hint: "enter both again; a security administrator unlocks",
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
