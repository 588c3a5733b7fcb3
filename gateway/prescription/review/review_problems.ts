/** Why a review is refused. */
import type { Problem } from "../../../sync/problem.ts";

export const NOT_READY: Problem = {
  status: 503,
  code: "review-queue-not-ready",
  title: "The review queue is not open yet",
  hint: "ask again in a few seconds; the node's log says why where it lasts",
};

export const STALE: Problem = {
  status: 409,
  code: "stale-claim",
  title: "This claim does not hold any more: nothing was stored",
  detail: "it went back after a loss of the connection, another version came, or it was decided " +
    "elsewhere",
  hint: "take the next one; what stands of this one GET /api/prescriptions/{id} tells",
};

export const NO_REVIEWER: Problem = {
  status: 403,
  code: "no-reviewer",
  title: "The county's registry does not let this person review on this day (P14)",
  hint: 'the next release of the registry may: see "rules release"',
};

export const NO_REGISTRY: Problem = {
  status: 403,
  code: "no-registry",
  title: "Nobody can say who may review: no registry is in force (P14)",
  hint: "the county releases one: `tributary rules release --registry FILE`",
};

export const NO_SENIOR: Problem = {
  status: 403,
  code: "no-senior",
  title: "This signature is a senior pharmacist's, by role and by the registry's title (P14)",
  hint: "put it back: a senior pharmacist takes it",
};

export const OTHER: Problem = {
  status: 409,
  code: "other-content",
  title: "Under this claim something else was decided already: nothing was stored",
};

export const OWN: Problem = {
  status: 403,
  code: "own-prescription",
  title: "Nobody reviews what he wrote himself (P14)",
};

export const OTHER_VERDICT: Problem = {
  status: 409,
  code: "other-verdict",
  title: "The rules have said something else since it was shown: nothing was stored",
  hint: "GET /api/reviews/held shows it as it stands now",
};
