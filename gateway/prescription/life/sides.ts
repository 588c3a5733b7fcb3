/** Every verdict and decision on one version, with what became of it: none is hidden (P11). */
import type { Outcome } from "../verdict.ts";
import { type Decided, isAnswered, STRICTNESS } from "./decide.ts";
import type { AnswerBody, DecisionBody } from "./decision_body.ts";
import type { Mode } from "./pass.ts";
import type { Told, ToldOfVersion } from "./told.ts";
import type { VerdictBody } from "./verdict_body.ts";

export type Role =
  /** The state rests on it. */
  | "stands"
  /** Says what stands. */
  | "agrees"
  /** Goods left on it, and something stricter came: the fact stands. */
  | "dispensed"
  /** The stricter that came too late for those goods; nothing more leaves. */
  | "late"
  /** It wanted a person, or the county, who has spoken. */
  | "settled"
  /** A pharmacist's objection that the prescriber answered. */
  | "answered"
  /** Something stricter, or of higher rank, stands instead. */
  | "lost";

export interface Side {
  /** Ids of its entries: the same from two centres is one side. */
  readonly ids: readonly string[];
  readonly choice: Outcome | DecisionBody["decision"];
  /** How a verdict was made; `null` for a decision. */
  readonly mode: Mode | null;
  /** Who decided; `null` for a verdict. */
  readonly person: string | null;
  readonly node: string;
  readonly timeMs: number;
  readonly role: Role;
}

/** `isLate`: goods are out that what stands would not have let out. */
export function sidesOf(
  told: ToldOfVersion,
  decided: Decided,
  answers: readonly Told<AnswerBody>[],
  isLate: boolean,
): Side[] {
  const used = new Set(told.dispensings.map(({ body }) => body.token));
  const roleOf = (one: Told<VerdictBody | DecisionBody>, choice: Side["choice"]): Role => {
    const stands = one.ids.some((id) => decided.stands.includes(id));
    if (isLate && STRICTNESS[choice] === 0 && one.ids.some((id) => used.has(id))) {
      return "dispensed";
    }
    if (stands) return isLate ? "late" : "stands";
    return roleBeside(choice, decided);
  };
  const verdicts = told.verdicts.map((one): Side => ({
    ...placeOf(one),
    choice: one.body.outcome,
    mode: one.body.mode,
    person: null,
    role: roleOf(one, one.body.outcome),
  }));
  const decisions = told.decisions.map((one): Side => ({
    ...placeOf(one),
    choice: one.body.decision,
    mode: null,
    person: one.body.by.id,
    role: isObjection(one) && isAnswered(one, answers)
      ? "answered"
      : roleOf(one, one.body.decision),
  }));
  return [...verdicts, ...decisions];
}

function placeOf({ ids, node, timeMs }: Told<unknown>): Pick<Side, "ids" | "node" | "timeMs"> {
  return { ids, node, timeMs };
}

function isObjection({ body }: Told<DecisionBody>): boolean {
  return body.decision === "refuse" || body.decision === "ask";
}

/** Of what the state does not rest on. */
function roleBeside(choice: Side["choice"], { state }: Decided): Role {
  const [own, standing] = [STRICTNESS[choice], STRICTNESS[state]];
  if (own === standing) return "agrees";
  // To want a person is no decision that could lose; a pharmacist's question can.
  if (own === 1 && !(choice === "ask" && standing === 2)) return "settled";
  return own < standing ? "lost" : "settled";
}
