/**
 * Recordings: what was said between us and one Modbus device, byte by byte, as a YAML file that a
 * person can read, send and comment. With what it has to come to, a recording is a test case.
 */
import { Document, visit } from "yaml";
import * as z from "zod";
import { nameSchema } from "../profile_parts.ts";
import { parseYaml } from "../yaml_text.ts";
import { modbusProfile } from "./profile.ts";
import type { Chunk, Exchange } from "./trace.ts";

/** A recording is of another form, or not whole; the message names file, field and fix. */
export class RecordingError extends Error {
  override name = "RecordingError";
}

/** Exchanges of one recording: a quarter of an hour at one a second. */
export const RECORDED_MAX = 1000;
/** Columns of its lines, where bytes do not need more. */
const LINE_WIDTH = 96;
/** Of a file: far more than so many exchanges take. */
export const RECORDING_BYTES_MAX = 8 << 20;

const bytes = z.string().max(20_000).regex(
  /^[0-9a-f]{2}( [0-9a-f]{2})*$/,
  "want bytes in hexadecimal, such as 01 03 02 00 2a",
);
const milliseconds = z.number().min(0).max(600_000);
const chunk = z.strictObject({
  afterMs: milliseconds.describe("How long after the question it came"),
  bytes: bytes.describe("What came at once, in the piece in which it came"),
});

const recordedExchange = z.strictObject({
  number: z.number().int().positive().describe("Counts on; a number left out was not recorded"),
  time: z.iso.datetime().describe("When it was asked"),
  asked: z.string().max(200).describe("What was asked, in words; for people only"),
  sent: bytes.describe("The whole frame that was sent"),
  received: z.array(chunk).max(2000).describe("What came until it was over, noise too"),
  endedMs: milliseconds.describe("How long after the question it was over"),
  outcome: z.string().max(500).describe("What came of it; for people, and to see a difference"),
  late: z.array(chunk).max(2000).default([]).describe("What came when nothing was asked any more"),
});
export type RecordedExchange = z.infer<typeof recordedExchange>;

const poll = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("read"),
    time: z.iso.datetime().describe("Of its first exchange"),
    readings: z.array(z.strictObject({
      point: nameSchema,
      value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
      unit: z.string(),
      quality: z.enum(["good", "uncertain", "fault"]),
      reason: z.string().optional(),
    })),
    trouble: z.string().describe("Exceptions that it answered; empty for none"),
  }),
  z.strictObject({ kind: z.literal("silent"), time: z.iso.datetime(), reason: z.string() }),
]);
export type ReplayedPoll = z.infer<typeof poll>;

/** A recording as it comes from a line. */
export const recordedSchema = z.strictObject({
  recording: z.literal(1).describe("The form of this file"),
  device: nameSchema.describe("The device's name at its site"),
  framing: z.enum(["tcp", "rtu"]).describe("How frames are made: Modbus TCP, or of a serial line"),
  unit: z.number().int().min(0).max(255).describe("Its unit id (slave address)"),
  exchanges: z.array(recordedExchange).max(RECORDED_MAX).describe("Oldest first"),
});

export const recordingSchema = recordedSchema.extend({
  wanted: z.strictObject({
    profile: z.union([nameSchema, modbusProfile])
      .describe("A built-in profile by name, or a whole one"),
    skipped: z.array(z.number().int().positive()).max(RECORDED_MAX)
      .describe("Numbers of the exchanges that the driver would not ask for, or not there"),
    polls: z.array(poll).max(RECORDED_MAX),
  }).optional().describe("What its replay has to come to: that makes a test case of it"),
});
export type Recording = z.infer<typeof recordingSchema>;
/** As it may be written: what a profile leaves out is left out. */
export type WrittenRecording = z.input<typeof recordingSchema>;

const HEAD = `# Exchanges with a Modbus device, recorded byte by byte. Bytes are hexadecimal, in the
# pieces in which they came; milliseconds count from the question.
`;

/** Pieces and readings take one line each, and what is empty none. */
export function recordingText(recording: WrittenRecording): string {
  const exchanges = recording.exchanges.map(({ late = [], ...exchange }) =>
    late.length === 0 ? exchange : { ...exchange, late }
  );
  const written = { ...recording, exchanges };
  const document = new Document(written, { aliasDuplicateObjects: false });
  visit(document, {
    Map: (_, node) => {
      if (node.has("afterMs") || node.has("quality")) node.flow = true;
    },
  });
  return HEAD + document.toString({ lineWidth: LINE_WIDTH });
}

/** Reads a recording; throws {@link RecordingError}. */
export function parseRecording(text: string, file: string): Recording {
  return parseYaml(
    text,
    recordingSchema,
    (verb, found, options) =>
      new RecordingError(`Cannot ${verb} recording "${file}": ${found}`, options),
  );
}

/**
 * A recording of exchanges with one unit, as far as they are over; `startMs` is the time at which
 * `performance.now()` was 0. Of too many, the last ones are kept; `null` where there are none.
 */
export function recordingOf(
  device: string,
  exchanges: readonly Exchange[],
  startMs: number,
): Recording | null {
  const last = exchanges.at(-1);
  if (last === undefined) return null;
  const { framing, unit } = last.question;
  const recorded = exchanges
    .filter(({ question }) => question.unit === unit && question.framing === framing)
    .flatMap((exchange) => recordedOf(exchange, startMs))
    .slice(-RECORDED_MAX);
  return { recording: 1, device, framing, unit, exchanges: recorded };
}

/** What was recorded, and behind it what of a later look is not in it yet. */
export function continued(before: Recording, later: Recording): Recording {
  const last = before.exchanges.at(-1)?.number ?? 0;
  const more = later.exchanges.filter(({ number }) => number > last);
  return { ...before, exchanges: [...before.exchanges, ...more].slice(0, RECORDED_MAX) };
}

/** None where it is not over yet. */
function recordedOf(exchange: Exchange, startMs: number): RecordedExchange[] {
  const { number, question, sentMs, endedMs, asked, outcome, chunks, late } = exchange;
  if (endedMs === null) return [];
  const chunkOf = (one: Chunk) => ({ afterMs: since(sentMs, one.ms), bytes: spaced(one.bytes) });
  return [{
    number,
    time: new Date(startMs + sentMs).toISOString(),
    asked,
    sent: spaced(question.sent),
    received: chunks.map(chunkOf),
    endedMs: since(sentMs, endedMs),
    outcome,
    late: late.map(chunkOf),
  }];
}

/** To a thousandth of a millisecond. */
function since(startMs: number, ms: number): number {
  return Math.round((ms - startMs) * 1000) / 1000;
}

function spaced(bytes: Uint8Array): string {
  return bytes.toHex().replace(/(..)(?=.)/g, "$1 ");
}
