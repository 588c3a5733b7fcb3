/** Who confirms: whoever is signed in, and a second person with a PIN (rule W4). */
import * as z from "zod";
import type { Problem } from "../../../sync/problem.ts";
import type { ApiParts, Input } from "../../api_route.ts";
import { rightsOf } from "../../people/roles.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { type Refused, refused } from "./done.ts";

export const secondPerson = z.strictObject({
  account: z.string().trim().min(1).max(100).describe("Account of the second person"),
  pin: z.string().regex(/^\d{6}$/, "want six digits"),
}).describe("Confirms with a PIN, at the same node; without it the entry waits for a confirmation");
export type SecondPerson = z.infer<typeof secondPerson>;

export type Confirmed =
  | { readonly kind: "confirmed"; readonly by: readonly Confirmation[] }
  | Refused;

type People = Pick<ApiParts["people"], "book" | "signIn">;

/** The person who is signed in; nobody else may be named who did not prove it. */
export function personOf({ account }: Input["actor"], { book }: People): Confirmation | null {
  if (account === null) return null;
  const name = book.account(account)?.name.zh;
  const person = name === undefined ? { id: account } : { id: account, name };
  return { person, credential: { method: "password", id: account } };
}

export async function personsOf(
  actor: Input["actor"],
  second: SecondPerson | undefined,
  people: People,
): Promise<Confirmed> {
  const first = personOf(actor, people);
  if (first === null) return refused(PERSON_NEEDED);
  if (second === undefined) return { kind: "confirmed", by: [first] };
  const found = people.book.find(second.account);
  if (found?.id === actor.account) return refused(SAME_PERSON);
  const confirmed = await people.signIn.confirm(found?.id ?? "", second.pin, actor.address);
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
      if (!rightsOf(roles).has("waste.confirm")) return refused(MAY_NOT_CONFIRM);
      const other: Confirmation = {
        person: { id, name: name.zh },
        credential: { method: "pin", id },
      };
      return { kind: "confirmed", by: [first, other] };
    }
  }
}

export const PERSON_NEEDED: Problem = {
  status: 403,
  code: "person-needed",
  title: "Waste is confirmed by persons, each with an own credential (W4)",
  hint: "sign in with an account that may weigh or confirm waste",
};
const SAME_PERSON: Problem = {
  status: 409,
  code: "second-person-needed",
  title: "The second person is another one than the first (W4)",
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
const MAY_NOT_CONFIRM: Problem = {
  status: 403,
  code: "missing-right",
  title: "The second person may not confirm waste",
  hint: "a security administrator gives the role",
};
