/** What a scale's profile says: its frames, its line, and what a weight can be. */
import * as z from "zod";
import { pointParts, profileParts, refuseUnknownSources } from "../profile_parts.ts";
import { serialProfile } from "../serial/settings.ts";
import { formatSchema } from "./formats.ts";
import { WEIGHT_UNITS } from "./frame.ts";

/** What of a scale a point shows. */
export const FIELDS = ["weight", "live", "tare", "net", "discarded"] as const;
export type Field = typeof FIELDS[number];

const WEIGHTS: ReadonlySet<Field> = new Set(["weight", "live", "tare"]);

const point = z.strictObject({
  ...pointParts,
  field: z.enum(FIELDS).describe(
    "weight: once it is stable, else none; live: as displayed; tare; " +
      "net: true where the weight is net; discarded: frames that were wrong since the start",
  ),
});

const request = z.strictObject({
  hex: z.string().regex(/^[0-9a-f]{2}( ?[0-9a-f]{2}){0,63}$/i, "want bytes such as 02 41 42")
    .describe("Bytes that ask for one frame"),
  everyMs: z.number().int().min(20).max(60_000).default(150).describe("How often it is asked"),
});

const stable = z.strictObject({
  frames: z.number().int().min(5).max(50).default(5)
    .describe("A weight is stable after so many equal frames in a row (rule W2)"),
  withinMs: z.number().int().min(100).max(1000).default(1000)
    .describe("which came within so long"),
  settleMs: z.number().int().min(0).max(10_000).default(400)
    .describe("and have been equal for so long: some scales repeat what they show very fast"),
});

export const scaleProfile = z.strictObject({
  protocol: z.literal("scale"),
  ...profileParts,
  format: formatSchema.describe("How its frames look"),
  request: request.optional().describe("Where it speaks only when asked; none: all the time"),
  serial: serialProfile,
  unit: z.enum(WEIGHT_UNITS).default("kg").describe("UCUM code of minimum, maximum and division"),
  frameUnit: z.enum(WEIGHT_UNITS).optional()
    .describe("What its frames mean where they name no unit; none: the unit"),
  minimum: z.number().positive().describe("Below it the scale counts as empty (rule W2)"),
  maximum: z.number().positive().describe("What it can weigh; more is a fault"),
  division: z.number().positive().optional()
    .describe("Its smallest step; what is no multiple of it is no weight of this scale"),
  stable: stable.prefault({}).describe("When a weight counts"),
  silentSeconds: z.number().min(0.5).max(600).default(3)
    .describe("Without a frame for so long it is offline"),
  points: z.array(point).min(1).max(FIELDS.length),
}).superRefine((profile, context) => {
  const { points, computed, unit, minimum, maximum, request, format, stable } = profile;
  const complain = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  refuseUnknownSources(points, computed, context);
  if (minimum >= maximum) complain(["minimum"], `want less than the maximum of ${maximum}`);
  for (const [index, { field, unit: own, deviceUnit }] of points.entries()) {
    const wanted = WEIGHTS.has(field) ? unit : field === "discarded" ? "1" : "";
    if (own !== wanted) complain(["points", index, "unit"], `want "${wanted}" for ${field}`);
    if (deviceUnit !== undefined) {
      complain(["points", index, "deviceUnit"], "a scale's unit is in its frames, or frameUnit");
    }
    if (points.findIndex((other) => other.field === field) < index) {
      complain(["points", index, "field"], `another point shows the ${field} already`);
    }
  }
  if (request === undefined) {
    if (format.name === "yaohua-reply") complain(["request"], "its format answers a request");
    return;
  }
  if (format.name === "equals") {
    complain(["request"], "a frame of this format ends where the next one begins");
  }
  if (request.everyMs * (stable.frames - 1) > stable.withinMs) {
    const most = Math.floor(stable.withinMs / (stable.frames - 1));
    complain(["request", "everyMs"], `want ${most} or less, or no weight is ever stable`);
  }
});
export type ScaleProfile = z.infer<typeof scaleProfile>;
export type ScalePoint = ScaleProfile["points"][number];
