import type { Problem } from "../../../sync/problem.ts";
import type { ApiParts, Input } from "../../api_route.ts";
import type { Person } from "../life/subject.ts";

/** The person who is signed in; nobody else may be named who did not prove it. */
export function actingPerson({ people }: ApiParts, { account }: Input["actor"]): Person | null {
  if (account === null) return null;
  const name = people.book.account(account)?.name.zh;
  return name === undefined ? { id: account } : { id: account, name };
}

export const PERSON_NEEDED: Problem = {
  status: 403,
  code: "person-needed",
  title: "This is said by persons, each with an own credential",
  hint: "sign in with an account that may acknowledge cold-chain alarms",
};
