/**
 * How one kind of steriliser prints a cycle: data. A line is read by the first pattern that fits
 * all of it; its named groups say what stands where. What no pattern fits was damaged on its way.
 */
import * as z from "zod";
import { PHASES } from "./phase.ts";
import { PRESSURE_KINDS, PRESSURE_UNITS } from "./pressure.ts";

const TEXT_LENGTH_MAX = 400;
const PATTERN_LENGTH_MAX = 300;
const LINES_MAX = 200;

/** What a named group may be. */
export const FACTS = ["serial", "model", "cycle", "program", "date"] as const;
export type Fact = typeof FACTS[number];
const GROUPS: ReadonlySet<string> = new Set([
  ...FACTS,
  /** The program's temperature, in the print-out's unit, and its hold: minutes, or a duration. */
  "setpoint",
  "holdMinutes",
  "holdTime",
  /** Of a row or a phase: `HH:MM:SS`. */
  "time",
  /** Of a row; `temperature_load` is one more temperature, `load`. */
  "temperature",
  "pressure",
  /** A pressure in the unit of `vacuum`. */
  "vacuum",
  /** What the device says of the hold: temperatures, and a duration. */
  "lowest",
  "highest",
  "lasted",
  "text",
]);

/** The temperature that a group `temperature` is. */
export const CHAMBER = "chamber";

export function temperatureName(group: string): string | null {
  if (group === "temperature") return CHAMBER;
  return group.startsWith("temperature_") ? group.slice("temperature_".length) : null;
}

const compiled = z.string().min(1).max(PATTERN_LENGTH_MAX).transform((pattern, context) => {
  try {
    return new RegExp(`^(?:${pattern})$`, "u");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    context.addIssue({ code: "custom", message: `it is no pattern: ${message}` });
    return z.NEVER;
  }
});

const lineRule = z.strictObject({
  line: compiled.superRefine((pattern, context) => {
    for (const group of groupsOf(pattern)) {
      if (GROUPS.has(group) || temperatureName(group) !== null) continue;
      const message = `there is no group "${group}"; want ${[...GROUPS].join(", ")}`;
      context.addIssue({ code: "custom", message });
    }
  }),
  is: z.enum([
    /** A print-out begins. */
    "begin",
    "fact",
    /** What follows is of this phase; with a `time`, it began then. */
    "phase",
    /** A whole sample. */
    "row",
    /** A part of a sample whose parts stand on lines of their own. */
    "part",
    /** What the device says of the hold, held against the rows. */
    "check",
    /** Something is wrong, says the device: shown. */
    "alarm",
    "result",
    /** Known, and without meaning here. */
    "nothing",
  ]),
  phase: z.enum(PHASES).optional(),
  says: z.enum(["completed", "failed"]).optional(),
  /** With this line the cycle's end was seen. */
  ends: z.literal(true).optional(),
  /** Nothing of the print-out comes after it. */
  last: z.literal(true).optional(),
});
export type LineRule = z.infer<typeof lineRule>;

const words = z.strictObject({
  zh: z.string().min(1).max(TEXT_LENGTH_MAX),
  en: z.string().min(1).max(TEXT_LENGTH_MAX),
});

export const grammarSchema = z.strictObject({
  grammar: z.string().regex(/^[a-z0-9-]{1,60}$/),
  title: words,
  /** Where this knowledge comes from. */
  source: z.string().min(1).max(2 * TEXT_LENGTH_MAX),
  /** What that leaves open. */
  doubt: words.optional(),
  charset: z.enum(["utf-8", "gb18030", "windows-1252"]).default("utf-8"),
  /** A line leaves when it happens: its arrival is held against the times it tells. */
  live: z.boolean(),
  /** In the hold, rows are no further apart. */
  rowSeconds: z.number().min(1).max(300),
  /** From the last row before the hold, and to the first behind it; none: as in the hold. */
  edgeSeconds: z.number().min(1).max(300).optional(),
  temperatureUnit: z.enum(["Cel", "[degF]"]),
  pressure: z.strictObject({ unit: z.enum(PRESSURE_UNITS), kind: z.enum(PRESSURE_KINDS) }),
  vacuum: z.strictObject({ unit: z.enum(PRESSURE_UNITS) }).optional(),
  /** Groups that make a sample of parts, in any order; all have to come. */
  parts: z.array(z.string()).optional(),
  /** Stands where a temperature would, and is none. */
  blank: compiled.optional(),
  /** Commands to the printer, which are taken out first. */
  noise: z.array(z.string().min(1).max(PATTERN_LENGTH_MAX)).max(LINES_MAX).default([])
    .transform((patterns) => patterns.map((pattern) => new RegExp(pattern, "gu"))),
  /** What a whole print-out has: facts, `setpoint`, `checks`. */
  needs: z.array(z.enum([...FACTS, "setpoint", "hold", "lowest", "highest", "lasted"])),
  lines: z.array(lineRule).min(2).max(LINES_MAX),
});
export type Grammar = z.infer<typeof grammarSchema>;

/** Names of a pattern's groups. */
function groupsOf(pattern: RegExp): string[] {
  const empty = new RegExp(`${pattern.source}|`, "u").exec("");
  return Object.keys(empty?.groups ?? {});
}

/** Printed bytes as text: without what is for the printer, and without blanks at its end. */
export function textOf({ charset, noise }: Grammar, bytes: Uint8Array): string {
  const text = new TextDecoder(charset).decode(bytes);
  return noise.reduce((left, pattern) => left.replaceAll(pattern, ""), text).trimEnd();
}

export interface ReadLine {
  readonly rule: LineRule;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** How a line reads; `null` where nothing fits it. An empty one is nothing. */
export function readLine({ lines }: Grammar, text: string): ReadLine | null {
  for (const rule of lines) {
    const match = rule.line.exec(text);
    if (match !== null) return { rule, groups: match.groups ?? {} };
  }
  return null;
}
