/** One value of one probe, and how long after the one before it. */
import * as z from "zod";

/** Parts of a place: life, number of the entry, place in it, and room for what was told late. */
const PLACE_LENGTH_MAX = 5;

export const sampleSchema = z.object({
  /**
   * Which comes first (T12), compared number by number: an entry's life and seq. What a device
   * told late has the place of the sample that it follows in time, then its own time. A logger's
   * file: `[0, its time]`. Of one probe each place is there once.
   */
  place: z.array(z.number()).min(1).max(PLACE_LENGTH_MAX).readonly(),
  /** Wall clock as read, milliseconds since 1970 UTC: it says the day. */
  wallMs: z.number(),
  /** Boot-time clock, which no correction moves; `null`: none, as in a logger's file. */
  boot: z.object({ id: z.string(), ms: z.number() }).nullable(),
  /** Whether the wall clock could be believed. */
  trusted: z.boolean(),
  /** `null`: the sensor was at fault. */
  celsius: z.number().nullable(),
});
export type Sample = Readonly<z.infer<typeof sampleSchema>>;

export function byPlace({ place: one }: Sample, { place: other }: Sample): number {
  return comparePlaces(one, other);
}

export function comparePlaces(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    if (one[index] !== other[index]) return one[index] - other[index];
  }
  return one.length - other.length;
}

/**
 * Milliseconds from one sample to the next. By the boot-time clock where both are of one boot, else
 * by wall clocks that can be believed; `null`: nobody knows.
 */
export function elapsedMs(one: Sample, next: Sample): number | null {
  const isOneBoot = one.boot !== null && one.boot.id === next.boot?.id;
  if (!isOneBoot && !(one.trusted && next.trusted)) return null;
  const ms = isOneBoot && next.boot !== null && one.boot !== null
    ? next.boot.ms - one.boot.ms
    : next.wallMs - one.wallMs;
  return ms >= 0 ? ms : null;
}

/** A sample of a file that has no clock but its own. */
export function loggerSample(timeMs: number, celsius: number | null): Sample {
  return { place: [0, timeMs], wallMs: timeMs, boot: null, trusted: true, celsius };
}
