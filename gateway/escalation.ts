/**
 * Whom what nobody looks after comes to, and after how long: the same for the alarms of all domains
 * (C4, W9, S5).
 */

/** After how long each level is reached, milliseconds; one that is not there never is. */
export type Ladder<L extends string | number> = Readonly<Partial<Record<L, number>>>;

/** Those of some levels that are reached after so long. */
export function levelsReached<L extends string | number>(
  levels: readonly L[],
  ladder: Ladder<L>,
  forMs: number,
): L[] {
  return levels.filter((level) => forMs >= (ladder[level] ?? Infinity));
}
