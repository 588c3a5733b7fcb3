/** What a steriliser was seen to do at one moment, and all of a cycle that is known so far. */
import * as z from "zod";
import { PHASES } from "./phase.ts";

/**
 * Samples of one cycle: five and a half hours at one a second. A longer run is no cycle, and is
 * undetermined.
 */
export const SAMPLES_MAX = 20_000;

const NAME_LENGTH_MAX = 64;

export const sampleSchema = z.strictObject({
  /** Life of its origin, and number within the stream: the order (T12). */
  life: z.int().min(0),
  seq: z.int().min(0),
  /** Boot, milliseconds of the boot-time clock, and the wall clock as read. */
  bootId: z.string().max(NAME_LENGTH_MAX),
  bootMs: z.number(),
  wallMs: z.number(),
  /** °C by name; `null` where the device told a fault, or nothing that counts. */
  temperaturesCel: z.record(z.string().max(NAME_LENGTH_MAX), z.number().nullable()),
  /** Absolute, kPa. */
  pressureKPa: z.number().nullable(),
  /** What the device says that it is doing; `null` where it does not say. */
  phase: z.enum(PHASES).nullable(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** All that is known of a cycle; plain data, so that it can be written down and read again. */
export interface CycleRecord {
  /** In their order, each once; {@link SAMPLES_MAX} at most. */
  readonly samples: readonly Sample[];
  /** There were more. */
  readonly overflown: boolean;
}

export const EMPTY_CYCLE: CycleRecord = { samples: [], overflown: false };

/** Order of the journal, which no clock can change. */
export function byPlace(one: Sample, other: Sample): number {
  return one.life - other.life || one.seq - other.seq;
}

/**
 * Adds samples, in whatever order and however often they come. All are kept: one that comes late
 * belongs between two that are there.
 */
export function withSamples(record: CycleRecord, batch: readonly Sample[]): CycleRecord {
  if (batch.length === 0) return record;
  const all = [...record.samples, ...batch].sort(byPlace);
  const once = all.filter((sample, index) => index === 0 || byPlace(all[index - 1], sample) !== 0);
  return {
    samples: once.slice(0, SAMPLES_MAX),
    overflown: record.overflown || once.length > SAMPLES_MAX,
  };
}
