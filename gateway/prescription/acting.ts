/**
 * As whom somebody acts (X1, P14): a person who is signed in as himself and nobody else, a program
 * as whom it names, which its HIS answers for.
 */
import type { Problem } from "../../sync/problem.ts";
import type { Input } from "../api_route.ts";
import type { LifeDesk } from "./life_desk.ts";
import { type Person, PERSON_ID_MAX } from "./life/subject.ts";
import { noSite } from "./record/answers.ts";
import type { SourcesInForce } from "./review_sources.ts";
import { isProgram, refusalOfOther } from "./second_signature.ts";
import { dayOf } from "./shanghai_day.ts";

export type Acting =
  | { readonly kind: "by"; readonly by: Person }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Whose name an entry bears; `named`: in the request. */
export function actingAs(
  actor: Pick<Input["actor"], "kind" | "account" | "who">,
  named: Person | undefined,
): Acting {
  if (isProgram(actor)) {
    return named === undefined
      ? { kind: "refused", problem: NOBODY_NAMED }
      : { kind: "by", by: named };
  }
  const id = (actor.account ?? actor.who).slice(0, PERSON_ID_MAX);
  if (named !== undefined && named.id !== id) {
    return { kind: "refused", problem: { ...OTHER_NAMED, detail: `signed in is "${id}"` } };
  }
  return { kind: "by", by: { id } };
}

/** Whoever sends a prescription. */
export type SendingActor = Pick<Input["actor"], "kind" | "account">;

/** What tells of a prescription who may have written it. */
export interface Authored {
  readonly number: string;
  /** As the prescription has it. */
  readonly prescriber: string;
  /** As its sender named it; `null`: not named. */
  readonly site: string | null;
}

/** Why somebody may not send this prescription as its prescriber; `null`: nothing is against it. */
export type AuthorCheck = (actor: SendingActor, sent: Authored) => Promise<Problem | null>;

/**
 * A person sends what he signed himself, by the registry that is in force today, and replaces no
 * version that another has signed.
 */
export function authorCheck(
  desk: Pick<LifeDesk, "siteFor" | "prescribers" | "now">,
  sources: SourcesInForce,
): AuthorCheck {
  return async (actor, { number, prescriber, site: named }) => {
    if (isProgram(actor)) return null;
    const site = desk.siteFor(named ?? undefined);
    if (site === null) return noSite(named).problem;
    await sources.ready;
    const asking = { registry: sources.now.registry, actor, site, day: dayOf(desk.now) };
    const own = refusalOfOther(asking, prescriber);
    if (own !== null) return own;
    const earlier = await desk.prescribers({ site, number });
    return earlier.map((one) => refusalOfOther(asking, one)).find((one) => one !== null) ?? null;
  };
}

const NOBODY_NAMED: Problem = {
  status: 400,
  code: "bad-input",
  title: "The request is not what this route takes",
  detail: "by: it is missing; a program says who acts",
  hint: 'send by: {"id": "…"}, the person\'s own number or account',
};

const OTHER_NAMED: Problem = {
  status: 403,
  code: "other-person",
  title: "Whoever is signed in acts as himself",
  hint: "leave by out, or sign in as that person",
};
