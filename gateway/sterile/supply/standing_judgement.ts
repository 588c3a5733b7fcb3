/** Of several judgements the one that stands. */
import type { BodyOf } from "./event.ts";
import { type Told, type ToldOfSite, upToOrder } from "./told.ts";

/**
 * Of several judgements of a load: one that failed, whatever else is said; else those that know
 * most, and of them what is less than a pass.
 */
export function standingJudgement(
  judged: readonly Told<"sterile-cycle">[],
): BodyOf<"sterile-cycle"> | null {
  const failed = judged.find(({ body }) => body.verdict === "fail");
  if (failed !== undefined) return failed.body;
  const newest = newestOf(judged);
  return (newest.find(({ body }) => body.verdict !== "pass") ?? newest[0])?.body ?? null;
}

function newestOf(judged: readonly Told<"sterile-cycle">[]): readonly Told<"sterile-cycle">[] {
  return judged.filter((one) => judged.every((other) => upToOrder(one, other) >= 0));
}

/** The judgement of a cycle that stands, and the newest: that one says which load it was. */
export interface CycleStanding {
  readonly standing: BodyOf<"sterile-cycle">;
  readonly newest: BodyOf<"sterile-cycle">;
}

/** `null`: nobody knows the cycle. */
export function cycleStanding(told: ToldOfSite, cycle: string): CycleStanding | null {
  const judged = told.cycles.get(cycle) ?? [];
  if (judged.length === 0) return null;
  const newest = judged.reduce((one, other) => upToOrder(one, other) > 0 ? one : other).body;
  // What was said before anybody knew its load says nothing any more, unless it failed.
  const stands = judged.filter(({ body }) => body.verdict === "fail" || body.load === newest.load);
  return { standing: standingJudgement(stands) ?? newest, newest };
}
