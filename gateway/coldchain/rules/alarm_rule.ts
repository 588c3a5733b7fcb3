/** When a temperature is an alarm (C2): data, each with its id, its source and its date. */
import * as z from "zod";

const CODE_LENGTH_MAX = 64;
const SOURCE_LENGTH_MAX = 500;
/** Colder is nothing; hotter is no cold chain. */
const CELSIUS_MIN = -273.15;
const CELSIUS_MAX = 200;
/** Ten weeks: longer than any journey that an indicator goes on. */
const HOLD_MINUTES_MAX = 100_800;
const RULES_MAX = 30;
const LEVELS_MAX = 9;

export const SIDES = ["above", "below"] as const;
export type Side = typeof SIDES[number];

const text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });

/** Where a number comes from, and since when it counts. */
const citation = {
  source: z.string().min(1).max(SOURCE_LENGTH_MAX)
    .describe("Document and clause that the numbers are from"),
  effective: z.iso.date().describe("Day from which it counts, as 2026-11-29"),
  unconfirmed: z.boolean().default(false).describe("It was not seen in the official text yet"),
};

export const alarmRuleSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/, "want a-z, 0-9 and -").max(CODE_LENGTH_MAX)
    .describe("Its id, which alarms name"),
  side: z.enum(SIDES).describe("Above or below the limit is out of range"),
  limitCelsius: z.number().min(CELSIUS_MIN).max(CELSIUS_MAX).describe("The limit, °C"),
  comparison: z.enum(["inclusive", "exclusive"])
    .describe("inclusive: the limit itself is out of range; exclusive: it is not"),
  counting: z.enum(["single", "cumulative"])
    .describe("single: one event with nothing in range between; cumulative: all events together"),
  holdMinutes: z.number().min(0).max(HOLD_MINUTES_MAX)
    .describe("So long out of range is an alarm; 0: the first sample is"),
  overMidnight: z.boolean()
    .describe("true: minutes go on at midnight; false: each day begins with none"),
  level: z.int().min(1).max(LEVELS_MAX).default(1).describe("Whom it goes to first (C4)"),
  ...citation,
});
export type AlarmRule = z.infer<typeof alarmRuleSchema>;

export const rulesSchema = z.array(alarmRuleSchema).min(1).max(RULES_MAX)
  .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, {
    error: "two rules have one id; give each its own",
  });

export const presetSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, "want a-z, 0-9 and -").max(CODE_LENGTH_MAX),
  title: text,
  rules: rulesSchema,
});
export type Preset = z.infer<typeof presetSchema>;

/** What a rule counts by: another source of the same numbers makes it no other rule. */
export function countingOf(rule: AlarmRule): string {
  const { id, side, limitCelsius, comparison, counting, holdMinutes, overMidnight, level } = rule;
  return JSON.stringify([
    ...[id, side, limitCelsius, comparison, counting, holdMinutes, overMidnight, level],
  ]);
}

/** Whether a temperature is out of range by a rule. */
export function isOut(
  { side, limitCelsius, comparison }: Pick<AlarmRule, "side" | "limitCelsius" | "comparison">,
  celsius: number,
): boolean {
  if (celsius === limitCelsius) return comparison === "inclusive";
  return side === "above" ? celsius > limitCelsius : celsius < limitCelsius;
}
