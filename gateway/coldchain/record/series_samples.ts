/** Which samples entries of readings hold, by the series that they are of. */
import * as z from "zod";
import type { Entry } from "../../../sync/entry.ts";
import { parseOrigin } from "../../../sync/origin.ts";
import { bodyOf } from "../../projection.ts";
import { storable } from "../../sql/sql.ts";
import { CELSIUS_UNIT, readSample } from "../series/journal_sample.ts";
import type { Sample } from "../series/sample.ts";
import { originPlace } from "./packed_samples.ts";

/** A point of a device that tells °C. */
export interface Series {
  readonly site: string;
  readonly device: string;
  readonly point: string;
}

/** What one life of a box tells of a series. */
export interface LifeSeries extends Series {
  readonly life: number;
  readonly origin: string;
}

export interface CameSamples {
  readonly of: LifeSeries;
  /** In their order. */
  readonly samples: Sample[];
}

/** What a collector stores; of what was told late by a device's own clock see the README. */
const readingBody = z.object({
  device: z.string(),
  readings: z.array(z.object({
    point: z.string(),
    value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
    unit: z.string(),
    quality: z.enum(["good", "uncertain", "fault"]),
  })),
  historical: z.boolean().default(false),
});

/** `entries` of any streams, those of each in their order. */
export function samplesOf(entries: readonly Entry[]): CameSamples[] {
  const came = new Map<string, CameSamples>();
  for (const entry of entries) {
    if (entry.kind !== "reading" || entry.stream !== "reading") continue;
    const { origin, seq, time } = entry;
    const life = parseOrigin(origin);
    const read = readingBody.safeParse(bodyOf(entry));
    if (life === null || !read.success || read.data.historical) continue;
    const { device, readings } = read.data;
    for (const [index, reading] of readings.entries()) {
      const { point, unit } = reading;
      if (unit !== CELSIUS_UNIT || storable(device) !== device || storable(point) !== point) {
        continue;
      }
      const key = JSON.stringify([origin, device, point]);
      const of = { site: life.node, device, point, life: life.life, origin };
      const known = came.get(key) ?? { of, samples: [] };
      came.set(key, known);
      known.samples.push(readSample([...originPlace(origin), seq, index], time, reading));
    }
  }
  return [...came.values()];
}
