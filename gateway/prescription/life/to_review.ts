/** Which verdict a pharmacist looks at next, where several count. */
import { namedBy, openOf } from "./covered.ts";
import { type Decided, redsOf, rulingOf, STRICTNESS, type Talk, talkOf } from "./decide.ts";
import type { Told, ToldOfVersion } from "./told.ts";
import type { VerdictBody } from "./verdict_body.ts";

type Verdict = Told<VerdictBody>;

/**
 * That over whose red findings the prescriber insists already, else the one that such an answer is
 * to; then one with a red finding that nobody has signed over, one that the state rests on, one
 * with a finding that nobody has looked at. Each decision is of the verdict that it names, so that
 * with every one of them less is open. `null` before rules have spoken.
 */
export function verdictToReview(told: ToldOfVersion, decided: Decided): Verdict | null {
  const talk = talkOf(told);
  for (const some of choices(talk, told, decided)) {
    const found = strictestOf(some);
    if (found !== null) return found;
  }
  return null;
}

function* choices(talk: Talk, told: ToldOfVersion, decided: Decided): Iterable<readonly Verdict[]> {
  const { ruling, answers, approvals } = talk;
  const reds = redsOf(talk, told);
  const over = answers.filter(({ ids }) => ids.some((id) => decided.over.includes(id)));
  const insisted = reds.find((red) => red.insisted.some(({ answer }) => over.includes(answer)));
  if (insisted !== undefined) yield [insisted.verdict];
  yield over.flatMap((answer) => namedBy(answer, ruling, told));
  yield reds.slice(0, 1).map(({ verdict }) => verdict);
  yield ruling.filter(({ ids }) => ids.some((id) => decided.stands.includes(id)));
  yield openOf(ruling, approvals, told);
  yield ruling;
}

/** Of the rules that count the strictest; `null` before any has spoken. */
export function rulingVerdict(verdicts: readonly Verdict[]): Verdict | null {
  return strictestOf(rulingOf(verdicts));
}

function strictestOf([first, ...others]: readonly Verdict[]): Verdict | null {
  if (first === undefined) return null;
  return others.reduce(
    (one, other) => STRICTNESS[other.body.outcome] > STRICTNESS[one.body.outcome] ? other : one,
    first,
  );
}
