/** Who confirms waste: whoever is signed in, and a second person at the same node (rule W4). */
import type { Input } from "../../api_route.ts";
import {
  otherPerson,
  type PeopleOf,
  PERSON_NEEDED,
  type SecondPerson,
  signedIn,
} from "../../people/second_person.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { type Refused, refused } from "./done.ts";

export type Confirmed =
  | { readonly kind: "confirmed"; readonly by: readonly Confirmation[] }
  | Refused;

/** Without a second person the entry waits for a confirmation. */
export async function personsOf(
  actor: Input["actor"],
  second: SecondPerson | undefined,
  people: PeopleOf,
): Promise<Confirmed> {
  const first = signedIn(actor, people);
  if (first === null) return refused(PERSON_NEEDED);
  if (second === undefined) return { kind: "confirmed", by: [first] };
  const other = await otherPerson(actor, second, "waste.confirm", people);
  if (other.kind === "refused") return refused(other.problem);
  return { kind: "confirmed", by: [first, other.proof] };
}
