/** Kinds of entries that only the cold chain writes. */
import type * as z from "zod";
import type { EntryKind } from "../domain.ts";
import { acknowledgementBody, alarmBody, alarmEndedBody } from "./life/alarm_body.ts";
import { calibrationBody } from "./life/calibration_body.ts";
import type { ColdKind } from "./life/event.ts";
import { quarantineBody, quarantineDecidedBody } from "./life/quarantine_body.ts";
import { readingBody } from "./life/reading_body.ts";
import { receiptBody, receiptDecidedBody } from "./life/receipt_body.ts";
import { suppressionBody, suppressionEndedBody } from "./life/suppression_body.ts";
import { unitBody } from "./life/unit_body.ts";
import { loggerBody, loggerRowsBody } from "./loggers/logger_body.ts";

/** Alarms overtake records; what a county tells a site comes in that site's stream. */
const ALARM = ["alarm"] as const;
const RECORD = ["record", "to"] as const;

type Row = readonly [streams: EntryKind["streams"], about: string, body: z.ZodType];

const ROWS: Readonly<Record<ColdKind, Row>> = {
  "cold-unit": [RECORD, "A fridge, cold room or vehicle: probes, rules, recipients", unitBody],
  "cold-alarm": [ALARM, "A unit's episode has come to a level", alarmBody],
  "cold-alarm-ended": [ALARM, "A unit's episode is over", alarmEndedBody],
  "cold-acknowledgement": [RECORD, "What a person found to be the cause", acknowledgementBody],
  "cold-suppression": [RECORD, "Alarms of a unit are switched off for a while", suppressionBody],
  "cold-suppression-ended": [RECORD, "They are told again before that", suppressionEndedBody],
  "cold-reading": [RECORD, "A temperature that a person read", readingBody],
  "cold-receipt": [RECORD, "Goods arrived, with or without their journey's record", receiptBody],
  "cold-receipt-decided": [
    RECORD,
    "They were taken in, or refused and reported",
    receiptDecidedBody,
  ],
  "cold-quarantine": [RECORD, "Stock that was out of range is set apart", quarantineBody],
  "cold-quarantine-decided": [RECORD, "What becomes of it, and why", quarantineDecidedBody],
  "cold-calibration": [RECORD, "A probe was compared with a reference", calibrationBody],
  "cold-logger": [RECORD, "A logger's file: its own record beside our days", loggerBody],
  "cold-logger-rows": [["reading"], "A day of a logger's values, of its file", loggerRowsBody],
};

export const COLD_KINDS: readonly EntryKind[] = Object.entries(ROWS)
  .map(([kind, [streams, about, body]]) => ({ kind, streams, about, body }));
