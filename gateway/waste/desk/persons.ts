/** Who confirms: whoever is signed in, and a second person with a PIN (rule W4). */
import * as z from "zod";
import type { Problem } from "../../../sync/problem.ts";
import type { ApiParts, Input } from "../../api_route.ts";
import { rightsOf } from "../../people/roles.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { type Refused, refused } from "./done.ts";

const byPin = z.strictObject({
  account: z.string().trim().min(1).max(100).describe("Account of the second person"),
  pin: z.string().regex(/^\d{6}$/, "want six digits"),
});
const byBadge = z.strictObject({
  badge: z.string().min(1).max(64).describe("What a reader typed of the second person's card"),
});
export const secondPerson = z.union([byPin, byBadge], {
  error: "want account and six digits, or a badge",
}).describe("Confirms at the same node; without it the entry waits for a confirmation");
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
  const confirmed = await secondBy(second, first.person.id, actor.address, people);
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
      if (!rightsOf(roles).has("waste.confirm")) return refused(MAY_NOT_CONFIRM);
      const other: Confirmation = {
        person: { id, name: name.zh },
        credential: { method: "badge" in second ? "badge" : "pin", id },
      };
      return { kind: "confirmed", by: [first, other] };
    }
  }
}

async function secondBy(
  second: SecondPerson,
  first: string,
  address: string,
  { book, signIn }: People,
) {
  if ("badge" in second) return await signIn.confirmByBadge(second.badge, first, address);
  const id = book.find(second.account)?.id ?? "";
  return id === first ? { kind: "same" as const } : await signIn.confirm(id, second.pin, address);
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
const MAY_NOT_CONFIRM: Problem = {
  status: 403,
  code: "missing-right",
  title: "The second person may not confirm waste",
  hint: "a security administrator gives the role",
};
