/** Days as the law counts them: in China, which has had one time and no summer time since 1991. */

const OFFSET_MS = 8 * 3_600_000;

export const DAY_MS = 86_400_000;

/** The day, `2026-03-01`, of a moment in milliseconds since 1970 UTC. */
export function shanghaiDay(ms: number): string {
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 10);
}

/** Whole days from one day to another, both as {@link shanghaiDay} writes them. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}
