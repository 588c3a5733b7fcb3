/**
 * A weight is what a scale said, with the entry of its reading as evidence, or what a person keyed
 * (rule W2). Grams, whole ones.
 */
import * as z from "zod";
import { blobHash, code, place, words } from "./subject.ts";

/** A lorry's scale: more is no weight of waste. Limits in force are those of the rules. */
const GRAMS_MAX = 100_000_000;
const GRAMS_PER_KILOGRAM = 1000;

const grams = z.int().min(1).max(GRAMS_MAX);
/** The smallest step of the scale, grams. */
const divisionGrams = z.int().min(1).max(1_000_000);

export const weight = z.discriminatedUnion("from", [
  z.object({
    from: z.literal("scale"),
    grams,
    divisionGrams,
    device: code,
    point: code,
    /** The entry of the reading. */
    reading: place,
  }),
  z.object({
    from: z.literal("keyed"),
    grams,
    /** The largest of the site's scales: nobody proves which one was read. */
    divisionGrams,
    reason: words,
    photo: blobHash,
  }),
]);
export type Weight = z.infer<typeof weight>;

/** What counts of the body of an entry `reading`; see the collector's entries. */
export const readingBody = z.object({
  device: code,
  readings: z.array(z.object({
    point: code,
    value: z.unknown(),
    unit: z.string(),
    quality: z.string(),
    reason: z.string().optional(),
  })),
  historical: z.boolean().optional(),
  possibleDuplicate: z.boolean().optional(),
});
export type ReadingBody = z.infer<typeof readingBody>;

export interface Weighing {
  readonly body: ReadingBody;
  readonly place: string;
  /** How long ago it was, on the boot-time clock of the node that weighs. */
  readonly ageMs: number;
}

export type WeightRead =
  | { readonly kind: "weight"; readonly weight: Extract<Weight, { from: "scale" }> }
  /** Why it is no weight: for whoever stands at the scale. */
  | { readonly kind: "refused"; readonly why: WeightRefusal; readonly detail: string };

export type WeightRefusal = "no-point" | "not-stable" | "not-kilograms" | "too-old" | "uncertain";

/** The weight that a reading of a scale's point `weight` vouches for; the driver made it stable. */
export function weightOf(
  { body, place, ageMs }: Weighing,
  scale: { readonly point: string; readonly divisionGrams: number; readonly ageMsMax: number },
): WeightRead {
  const reading = body.readings.find(({ point }) => point === scale.point);
  if (reading === undefined) {
    return refused("no-point", `${body.device} says no "${scale.point}"`);
  }
  const { value, unit, quality, reason } = reading;
  if (quality !== "good" || typeof value !== "number") {
    return refused("not-stable", reason ?? `the scale says ${String(value)}`);
  }
  if (unit !== "kg") return refused("not-kilograms", `the scale's unit is "${unit}"; want kg`);
  if (body.historical === true || body.possibleDuplicate === true) {
    return refused("uncertain", "the scale told it late, or twice: weigh again");
  }
  if (ageMs > scale.ageMsMax || ageMs < 0) {
    return refused("too-old", `it is ${Math.round(ageMs / 1000)} s old: weigh again`);
  }
  const gramsRead = Math.round(value * GRAMS_PER_KILOGRAM);
  const parsed = grams.safeParse(gramsRead);
  if (!parsed.success) return refused("not-stable", `${value} kg is no weight of waste`);
  const { device } = body;
  const { point, divisionGrams } = scale;
  const read = { from: "scale" as const, grams: parsed.data, divisionGrams, device, point };
  return { kind: "weight", weight: { ...read, reading: place } };
}

/** What became of asking the entry that a weight names as its evidence. */
export type Evidence = "proved" | "differs" | "keyed" | "not-here";

/** `body`: of the entry at that place; `null` where it is not on this node. */
export function evidenceFor(weight: Weight, body: ReadingBody | null): Evidence {
  if (weight.from === "keyed") return "keyed";
  if (body === null) return "not-here";
  const { point, divisionGrams, reading: place } = weight;
  const read = weightOf({ body, place, ageMs: 0 }, { point, divisionGrams, ageMsMax: 0 });
  const isSame = read.kind === "weight" && read.weight.grams === weight.grams &&
    body.device === weight.device;
  return isSame ? "proved" : "differs";
}

function refused(why: WeightRefusal, detail: string): WeightRead {
  return { kind: "refused", why, detail };
}
