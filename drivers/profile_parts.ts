/** What profiles of all protocols have in common. */
import * as z from "zod";

/** Text for people, Chinese first. */
export const textSchema = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
export type Text = z.infer<typeof textSchema>;

/** Names of profiles, points and devices: lower case, digits and single separators. */
export const nameSchema = z.string().max(64).regex(
  /^[a-z0-9]+([._-][a-z0-9]+)*$/,
  "want lower-case letters and digits, separated by . _ or -",
);

/** Monitoring records a stored medicine's temperature every 30 minutes at least (rule C1). */
const HEARTBEAT_SECONDS_MAX = 1800;
/** And every 2 minutes at least while it is out of its range (rule C1). */
const OUTSIDE_SECONDS_MAX = 120;

/** When what a device tells is stored. */
const keepSchema = z.strictObject({
  on: z.enum(["each", "change"]).default("each")
    .describe("each: with every poll or publish; change: when it is not what was stored last"),
  deadband: z.number().nonnegative().default(0)
    .describe("For change: so far from the value stored last, in the unit, is no change yet"),
  heartbeatSeconds: z.number().min(1).max(HEARTBEAT_SECONDS_MAX).default(900)
    .describe("For change: an unchanged value is stored again after so long"),
  inside: z.strictObject({ min: z.number(), max: z.number() })
    .refine(({ min, max }) => min <= max, { path: ["min"], error: "want no more than max" })
    .optional()
    .describe("For change: outside of it, in the unit, every value is stored"),
});
export type Keep = z.infer<typeof keepSchema>;

/** A measuring point, without the place where its value is found. */
export const pointParts = {
  point: nameSchema.describe("Name of the measuring point"),
  title: textSchema.describe("What people call it"),
  labels: z.record(z.string().min(1).max(64), textSchema).optional()
    .describe("What values of an enumeration mean to people, by the value as text"),
  keep: keepSchema.optional().describe("When it is stored; none: with every poll or publish"),
  unit: z.string().max(16).default("").describe("UCUM code, such as Cel, %, kg; 1 for a number"),
  deviceUnit: z.string().min(1).max(16).optional()
    .describe("UCUM code in which the device tells it, converted into the unit; none: the same"),
  min: z.number().optional().describe("Lowest value the device can mean; below it is a fault"),
  max: z.number().optional().describe("Highest value the device can mean; above it is a fault"),
  example: z.union([z.number(), z.boolean(), z.string()])
    .describe("A value as it usually is; simulators start from it"),
};

const TEMPERATURES: ReadonlySet<string> = new Set(["Cel", "[degF]"]);

/** Refuses a temperature that would be stored too rarely while it is out of its range. */
export function refuseRareTemperature(
  { unit, keep }: { readonly unit: string; readonly keep?: Keep | undefined },
  context: z.RefinementCtx,
): void {
  if (keep?.on !== "change" || keep.inside !== undefined || !TEMPERATURES.has(unit)) return;
  if (keep.heartbeatSeconds <= OUTSIDE_SECONDS_MAX) return;
  const most = OUTSIDE_SECONDS_MAX;
  const message = `want inside: { min, max }, or heartbeatSeconds of ${most} or less: ` +
    `a temperature out of range is stored every ${most / 60} minutes (rule C1)`;
  context.addIssue({ code: "custom", path: ["keep"], message });
}

const computedPoint = z.strictObject({
  point: nameSchema.describe("Name of the computed point"),
  title: textSchema.describe("What people call it"),
  rule: z.enum(["minutes-true", "difference"]).describe(
    "minutes-true: minutes since a switch is on without a break, 0 while it is off; " +
      "difference: by how much a counter rose since it was stored last",
  ),
  of: nameSchema.describe("The point that it is computed from"),
});
export type ComputedPoint = z.infer<typeof computedPoint>;

/** Refuses computed points that are made of nothing, or bear the name of another. */
export function refuseUnknownSources(
  points: readonly { readonly point: string }[],
  computed: readonly ComputedPoint[],
  context: z.RefinementCtx,
): void {
  const names = new Set(points.map(({ point }) => point));
  for (const [index, { point, of }] of computed.entries()) {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: ["computed", index, field], message });
    if (!names.has(of)) complain("of", `there is no point "${of}"`);
    if (names.has(point)) complain("point", `there is a point "${point}" already`);
  }
}

/** What stands at the head of every profile. */
export const profileParts = {
  computed: z.array(computedPoint).max(20).default([])
    .describe("Points that follow from others; they are stored beside those"),
  profile: nameSchema.describe("Name of the profile"),
  title: textSchema.describe("What people call such a device"),
  source: z.string().min(1).describe("Where this knowledge comes from"),
  doubt: textSchema.optional()
    .describe("What its source leaves open, to be checked at the device before it is trusted"),
  intervalSeconds: z.number().positive().describe("How often such a device tells its values"),
};
