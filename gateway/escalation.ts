/**
 * Whom what nobody looks after comes to, and after how long: the same for the alarms of all domains
 * (C4, W9, S5).
 */

/** One level, and how long it takes until it is reached, milliseconds. */
export interface EscalationStep<L> {
  readonly level: L;
  readonly afterMs: number;
}

/** Levels that are reached after so long, in the order of the steps. */
export function levelsReached<L>(steps: readonly EscalationStep<L>[], forMs: number): L[] {
  return steps.filter(({ afterMs }) => forMs >= afterMs).map(({ level }) => level);
}
