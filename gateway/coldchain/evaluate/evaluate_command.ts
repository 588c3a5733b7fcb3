/** `tributary coldchain evaluate`: what would these rules have said about this history? */
import * as z from "zod";
import { CommandError, UsageError } from "../../commands/local_api.ts";
import { type AlarmRule, rulesSchema } from "../rules/alarm_rule.ts";
import { presetOf, PRESETS } from "../rules/presets.ts";
import { Calendar, DEFAULT_ZONE } from "../series/calendar.ts";
import { firstCarry } from "../series/carry.ts";
import { foldSamples, foldTail } from "../series/fold.ts";
import { ACTIVATION_KJ_MOL } from "../series/kinetic.ts";
import { addedUp } from "../series/told.ts";
import { berlingerFile, isBerlingerFile } from "../loggers/berlinger_file.ts";
import {
  comparingOf,
  type Difference,
  differencesOf,
  loggerSamples,
} from "../loggers/difference.ts";
import type { LoggerRecord } from "../loggers/logger_record.ts";
import type { Sample } from "../series/sample.ts";
import { type CsvReading, csvSeries } from "./csv_series.ts";
import { type Report, reportOf } from "./report.ts";

export interface EvaluateOptions {
  readonly csv: string;
  readonly preset?: string;
  /** File with rules as JSON: a list, or an object with `rules`. */
  readonly rules?: string;
  readonly zone?: string;
  readonly interval?: number;
  readonly activation?: number;
  readonly faultValue?: readonly string[];
}

const FILE_BYTES_MAX = 256 * 1024 * 1024;
const RULES_BYTES_MAX = 1024 * 1024;

const rulesFileSchema = z.object({ rules: rulesSchema });

export type Evaluation = Report & {
  readonly preset: string | null;
  readonly zone: string;
  readonly intervalSeconds: number;
  readonly activationKjMol: number;
  readonly rules: readonly AlarmRule[];
  readonly logger: LoggerRecord | null;
  /** Where its own record differs from what we make of its rows, by its own rules. */
  readonly differences: readonly Difference[];
};

/** Throws `UsageError` where the question is wrong, `CommandError` where the file is. */
export function evaluate(options: EvaluateOptions): Evaluation {
  const zone = options.zone ?? DEFAULT_ZONE;
  const calendar = calendarOf(zone);
  const faultValues = (options.faultValue ?? []).map((text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) {
      throw new UsageError(`Cannot use --fault-value "${text}": want a number such as 85`);
    }
    return value;
  });
  const read = seriesOf(options.csv, { calendar, faultValues });
  const { samples, logger } = read;
  const rules = rulesOf(options, logger);
  if (options.interval !== undefined && options.interval <= 0) {
    throw new UsageError("Cannot use --interval 0: want the seconds from one value to the next");
  }
  const intervalMs = options.interval === undefined ? read.intervalMs : options.interval * 1000;
  const activationKjMol = options.activation ?? ACTIVATION_KJ_MOL;
  if (activationKjMol <= 0) throw new UsageError("Cannot use --activation 0: want kJ/mol over 0");
  const watching = { rules, intervalMs, calendar };
  const { carry, told } = foldSamples(firstCarry(rules), samples, watching);
  const tail = foldTail(carry, null, watching);
  const folded = { carry: tail.carry, told: addedUp([told, tail.told]) };
  return {
    preset: options.preset ?? null,
    zone,
    intervalSeconds: intervalMs / 1000,
    activationKjMol,
    rules,
    ...reportOf(folded, watching, activationKjMol),
    logger,
    differences: logger === null ? [] : differencesFrom(logger, samples, calendar),
  };
}

interface ReadSeries {
  readonly samples: readonly Sample[];
  readonly intervalMs: number;
  /** What the logger itself says; `null` where the file is plain rows. */
  readonly logger: LoggerRecord | null;
}

function seriesOf(path: string, reading: CsvReading): ReadSeries {
  const text = textOf(path, FILE_BYTES_MAX);
  if (!isBerlingerFile(text)) {
    const read = csvSeries(text, reading);
    if (read.kind === "series") return { ...read, logger: null };
    throw new CommandError(`Cannot use "${path}":\n  ${read.faults.join("\n  ")}`);
  }
  const read = berlingerFile(text);
  if (read.kind === "faulty") {
    throw new CommandError(`Cannot use "${path}":\n  ${read.faults.join("\n  ")}`);
  }
  const samples = loggerSamples(read.rows, reading.calendar);
  const { intervalMs } = comparingOf(read.record, reading.calendar);
  return { samples, intervalMs, logger: read.record };
}

/** By the logger's own rules, whichever were asked for. */
function differencesFrom(
  logger: LoggerRecord,
  samples: readonly Sample[],
  calendar: Calendar,
): readonly Difference[] {
  const watching = comparingOf(logger, calendar);
  const { carry, told } = foldSamples(firstCarry(watching.rules), samples, watching);
  const { days } = addedUp([told, foldTail(carry, null, watching).told]);
  return differencesOf(logger.days, days, watching);
}

function rulesOf(
  { preset, rules }: EvaluateOptions,
  logger: LoggerRecord | null,
): readonly AlarmRule[] {
  if (preset === undefined && rules === undefined && logger !== null) return logger.rules;
  if ((preset === undefined) === (rules === undefined)) {
    throw new UsageError("Cannot tell by which rules: give either --preset or --rules");
  }
  if (preset !== undefined) {
    const found = presetOf(preset);
    if (found !== undefined) return found.rules;
    const names = PRESETS.map(({ name }) => name).join(", ");
    throw new UsageError(`Cannot find preset "${preset}": there are ${names}`);
  }
  const path = rules ?? "";
  const plain = jsonOf(path, textOf(path, RULES_BYTES_MAX));
  const parsed = rulesFileSchema.safeParse(Array.isArray(plain) ? { rules: plain } : plain);
  if (parsed.success) return parsed.data.rules;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new CommandError(`Cannot use rules in "${path}":\n  ${faults.join("\n  ")}`);
}

function calendarOf(zone: string): Calendar {
  try {
    return new Calendar(zone);
  } catch (cause) {
    const fix = "want a name of the IANA database, such as Asia/Shanghai";
    throw new UsageError(`Cannot use --zone "${zone}": ${fix}`, { cause });
  }
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot use rules in "${path}": no JSON: ${found}`, { cause });
  }
}

function textOf(path: string, bytesMax: number): string {
  try {
    const { size } = Deno.statSync(path);
    if (size > bytesMax) {
      throw new CommandError(`Cannot use "${path}": ${size} bytes, at most ${bytesMax}`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const found = cause instanceof TypeError ? "it is not UTF-8; save it so" : String(cause);
    throw new UsageError(`Cannot read "${path}": ${found}`, { cause });
  }
}
