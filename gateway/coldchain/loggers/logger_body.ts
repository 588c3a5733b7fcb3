/** What was imported of a logger: its own record beside our days, and its rows. */
import * as z from "zod";
import { celsius, code, person, timeMs, unitFields } from "../life/subject.ts";
import { COMPARED } from "./difference.ts";
import { loggerRecordSchema } from "./logger_record.ts";

/** A year and a month. */
export const DAYS_MAX = 400;
/** A value each five seconds. */
export const ROWS_OF_DAY_MAX = 17_280;
const NAME_LENGTH_MAX = 200;
/** As many kinds as are compared, on every day. */
const DIFFERENCES_MAX = DAYS_MAX * COMPARED.length;

/** The file as it was, kept in the store of files under its hash. */
const importedFile = z.object({
  name: z.string().min(1).max(NAME_LENGTH_MAX),
  /** SHA-256 of its bytes, hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1),
});

const side = z.object({ minutes: z.number().nullable(), alarmMs: timeMs.nullable() });

/** A day as we make it of samples, by the logger's rules; without any, by the unit's. */
const ownDay = z.object({
  date: z.iso.date(),
  min: celsius.nullable(),
  max: celsius.nullable(),
  mean: celsius.nullable(),
  /** Minutes without a value. */
  unknownMinutes: z.number(),
  below: side,
  above: side,
});
export type OwnDay = z.infer<typeof ownDay>;

/** Body of a `cold-logger`: one file, once. Times of its record are those of the logger's clock. */
export const loggerBody = z.object({
  id: code,
  ...unitFields,
  file: importedFile,
  way: z.enum(["folder", "upload"]),
  by: person.nullable(),
  /** Its serial number; `csv`: the file names none. */
  logger: code,
  clock: z.object({
    zone: z.string(),
    /** So far its clock is ahead of ours, as somebody compared them; `null`: nobody did. */
    aheadSeconds: z.number().nullable(),
    /** So far the latest of its times lies behind the moment of the import: 0 where none does. */
    beyondSeconds: z.number().min(0),
  }),
  /** `null`: rows and nothing else. */
  record: loggerRecordSchema.nullable(),
  rows: z.object({
    count: z.int().min(1),
    fromMs: timeMs,
    toMs: timeMs,
    intervalSeconds: z.number().positive(),
  }).nullable(),
  /** What our days are made of: the logger's rows, or a probe of the unit beside it. */
  madeOf: z.union([z.literal("rows"), z.object({ probe: code }), z.null()]),
  days: z.array(ownDay).max(DAYS_MAX),
  differences: z.array(z.object({
    date: z.iso.date(),
    what: z.enum(COMPARED),
    logger: z.number().nullable(),
    ours: z.number().nullable(),
    isSmall: z.boolean(),
  })).max(DIFFERENCES_MAX),
  /** Times out of range that nothing else had told of, by the unit's rules. */
  episodes: z.array(code).max(1000),
});
export type LoggerBody = z.infer<typeof loggerBody>;

/** Body of a `cold-logger-rows`: a day of a logger. The same day of two files is one entry. */
export const loggerRowsBody = z.object({
  id: code,
  ...unitFields,
  logger: code,
  date: z.iso.date(),
  /** When it begins, by the logger's clock in its zone. */
  dayMs: timeMs,
  intervalSeconds: z.number().positive(),
  /** Seconds from `dayMs` on, and °C; `null`: a fault. */
  rows: z.array(z.tuple([z.number(), celsius.nullable()])).min(1).max(ROWS_OF_DAY_MAX),
});
export type LoggerRowsBody = z.infer<typeof loggerRowsBody>;
