/** A file of a logger as its record and samples, whatever it is: an export, or rows. */
import { csvSeries } from "../evaluate/csv_series.ts";
import type { Calendar } from "../series/calendar.ts";
import type { Sample } from "../series/sample.ts";
import { berlingerFile, isBerlingerFile } from "./berlinger_file.ts";
import { comparingOf, loggerSamples } from "./difference.ts";
import type { LoggerRecord } from "./logger_record.ts";

/** Stands for the serial number where a file has none. */
export const CSV_LOGGER = "csv";

export type LoggerText =
  | {
    readonly kind: "read";
    readonly logger: string;
    readonly record: LoggerRecord | null;
    readonly samples: readonly Sample[];
    readonly intervalMs: number;
  }
  | { readonly kind: "faulty"; readonly faults: readonly string[] };

/** UTF-8, UTF-16 with its mark, else GB 18030, as spreadsheets write them. */
export function loggerText(bytes: Uint8Array, calendar: Calendar): LoggerText {
  const text = decoded(bytes);
  if (text === null) return faulty("its characters are neither UTF-8 nor GB 18030");
  if (text.includes("\0")) return faulty("it is no text; take the text export, not the PDF");
  if (!isBerlingerFile(text)) {
    const read = csvSeries(text, { calendar, faultValues: [] });
    if (read.kind === "faulty") return read;
    return { ...read, kind: "read", logger: CSV_LOGGER, record: null };
  }
  // An export ends with its certificate: what has none was cut off.
  if (!/^Cert:/m.test(text)) return faulty("its end is missing; copy it from the logger again");
  const read = berlingerFile(text);
  if (read.kind === "faulty") return read;
  const { record, rows } = read;
  return {
    ...{ kind: "read", logger: record.serial, record },
    samples: loggerSamples(rows, calendar),
    intervalMs: comparingOf(record, calendar).intervalMs,
  };
}

function faulty(fault: string): LoggerText {
  return { kind: "faulty", faults: [fault] };
}

function decoded(bytes: Uint8Array): string | null {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  for (const charset of isUtf16 ? ["utf-16le"] : ["utf-8", "gb18030"]) {
    try {
      return new TextDecoder(charset, { fatal: true }).decode(bytes);
    } catch {
      // Not in this one.
    }
  }
  return null;
}
