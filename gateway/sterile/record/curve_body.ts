/**
 * What was seen of a cycle, as entries of their own: the curve is kept as long as the verdict that
 * rests on it, and readings are not. Rows instead of objects, since a cycle has thousands.
 */
import * as z from "zod";
import { PHASES } from "../phase.ts";
import type { Sample } from "../sample.ts";

const CODE_LENGTH_MAX = 64;
const LINE_LENGTH_MAX = 600;
const NAMES_MAX = 20;
/** A cycle that goes on over restarts of the box has a few boots. */
const BOOTS_MAX = 200;
/** Rows of one entry: some 200 KB. */
export const CURVE_ROWS_MAX = 2000;
const PARTS_MAX = 20;

const code = z.string().min(1).max(CODE_LENGTH_MAX);
const place = { life: z.int().min(0), seq: z.int().min(0) };

const part = {
  id: code,
  site: code,
  steriliser: code,
  cycle: code,
  /** The last of the device's entries that it holds: a later one knows more. */
  upTo: z.strictObject(place),
  part: z.int().min(0).max(PARTS_MAX),
  of: z.int().min(1).max(PARTS_MAX),
  boots: z.array(code).max(BOOTS_MAX),
};

export const curveBody = z.discriminatedUnion("holds", [
  z.strictObject({
    ...part,
    holds: z.literal("samples"),
    /** As the device names its program; `null`: it does not. */
    program: z.string().max(CODE_LENGTH_MAX).nullable(),
    names: z.array(code).max(NAMES_MAX),
    /** Life, number, index of the boot, bootMs, wallMs, index of the phase, kPa, °C by name. */
    rows: z.array(z.array(z.number().nullable()).min(7).max(7 + NAMES_MAX)).max(CURVE_ROWS_MAX),
  }),
  z.strictObject({
    ...part,
    holds: z.literal("lines"),
    grammar: code,
    /** As captured, with the moment of each: what was printed stays readable for ever. */
    lines: z.array(z.strictObject({
      ...place,
      boot: z.int().min(0),
      bootMs: z.number(),
      wallMs: z.number(),
      text: z.string().max(LINE_LENGTH_MAX),
    })).max(CURVE_ROWS_MAX),
  }),
]);
export type CurveBody = z.infer<typeof curveBody>;
export type CurveSamples = Extract<CurveBody, { readonly holds: "samples" }>;

/** Samples as rows, with the lists that their numbers are places in. */
export function rowsOf(
  samples: readonly Sample[],
): Pick<CurveSamples, "boots" | "names" | "rows"> {
  const boots = [...new Set(samples.map(({ bootId }) => bootId))];
  const names = [
    ...new Set(samples.flatMap(({ temperaturesCel }) => Object.keys(temperaturesCel))),
  ];
  const rows = samples.map(({ life, seq, bootId, bootMs, wallMs, ...seen }) => [
    ...[life, seq, boots.indexOf(bootId), bootMs, wallMs],
    ...[seen.phase === null ? null : PHASES.indexOf(seen.phase), seen.pressureKPa],
    ...names.map((name) => seen.temperaturesCel[name] ?? null),
  ]);
  return { boots, names, rows };
}

/** The same back again; a row whose place is none is left out. */
export function samplesIn({ boots, names, rows }: Omit<CurveSamples, "id">): Sample[] {
  return rows.flatMap(([life, seq, boot, bootMs, wallMs, phase, pressureKPa, ...cel]) => {
    if (life === null || seq === null || boot === null || bootMs === null || wallMs === null) {
      return [];
    }
    return [{
      life,
      seq,
      bootId: boots[boot] ?? "",
      bootMs,
      wallMs,
      temperaturesCel: Object.fromEntries(names.map((name, at) => [name, cel[at] ?? null])),
      pressureKPa,
      phase: phase === null ? null : PHASES[phase] ?? null,
    }];
  });
}
