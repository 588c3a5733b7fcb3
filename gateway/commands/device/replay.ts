/** `tributary device replay`: what a driver makes of exchanges that were recorded. */
import * as z from "zod";
import { type ModbusProfile, modbusProfile } from "../../../drivers/modbus/profile.ts";
import {
  parseRecording,
  type Recording,
  RECORDING_BYTES_MAX,
  RecordingError,
  recordingText,
  type ReplayedPoll,
  type WrittenRecording,
} from "../../../drivers/modbus/recording.ts";
import { type Replay, replay } from "../../../drivers/modbus/replay.ts";
import { type Difference, replayCase, skippedOf } from "../../../drivers/modbus/replay_case.ts";
import { ProfileError } from "../../../drivers/profile_library.ts";
import { modbusInStoredUnits } from "../../../drivers/units.ts";
import { namedProfile } from "../../devices/named_profile.ts";
import { CommandError, UsageError } from "../local_api.ts";
import { table as columns } from "../table.ts";
import { newFile } from "./new_file.ts";

export interface ReplayOptions {
  readonly profile?: string;
  readonly write?: string;
  readonly json?: boolean;
}

/** Prints each poll; throws a {@link CommandError} where a test case comes to something else. */
export async function replayFile(
  file: string,
  options: ReplayOptions,
  print: (text: string) => void,
): Promise<void> {
  const recording = readRecording(file);
  const { profile: name, write } = options;
  if (name === undefined) {
    if (write !== undefined) throw new UsageError("--write needs a profile: give --profile NAME");
    return await replayWanted(recording, file, options, print);
  }
  const { profile, written } = chosen(name);
  const replayed = await replay(recording, await modbusInStoredUnits(profile));
  tell(recording, replayed, options, print);
  if (replayed.polls.length === 0) throw new CommandError(nothingText(recording, replayed, name));
  if (write === undefined) return;
  const wanted = { profile: written, skipped: skippedOf(replayed), polls: [...replayed.polls] };
  newFile("--write", write).fill(recordingText({ ...recording, wanted }));
  print(`${write} is a test case now: tributary device replay ${write}`);
}

/** A file that was replayed before says itself what it has to come to. */
async function replayWanted(
  recording: Recording,
  file: string,
  options: ReplayOptions,
  print: (text: string) => void,
): Promise<void> {
  if (recording.wanted === undefined) {
    throw new UsageError(`"${file}" names no profile: give --profile NAME or --profile FILE.yaml`);
  }
  const { replay, asksOther, differences } = await replayCase(recording, file)
    .catch((cause) => {
      throw cause instanceof RecordingError ? new CommandError(cause.message, { cause }) : cause;
    });
  tell(recording, replay, options, print);
  const troubles = [
    ...(replay.changed.length > 0 ? [`${replay.changed.length} exchanges`] : []),
    ...(asksOther ? ["what is asked"] : []),
    ...differences.map(differenceText),
  ];
  if (troubles.length === 0) return print("It comes to what it had to come to");
  throw new CommandError(`Not as it was when it was written:\n  ${troubles.join("\n  ")}`);
}

function readRecording(file: string): Recording {
  try {
    const { size } = Deno.statSync(file);
    if (size > RECORDING_BYTES_MAX) {
      throw new RecordingError(`"${file}" has ${size} bytes: it is no recording`);
    }
    return parseRecording(Deno.readTextFileSync(file), file);
  } catch (cause) {
    if (cause instanceof RecordingError) throw new CommandError(cause.message, { cause });
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot read "${file}": ${found}`, { cause });
  }
}

/** As it was written, where it is a file's. */
const writtenProfile = z.custom<z.input<typeof modbusProfile>>((document) =>
  modbusProfile.safeParse(document).success
);

type WrittenProfile = NonNullable<WrittenRecording["wanted"]>["profile"];

function chosen(name: string): { profile: ModbusProfile; written: WrittenProfile } {
  try {
    const { profile, document } = namedProfile(name);
    if (profile.protocol !== "modbus") {
      throw new UsageError(`--profile ${name} speaks ${profile.protocol}: want one of Modbus`);
    }
    const written = document === null ? profile.profile : writtenProfile.parse(document);
    return { profile, written };
  } catch (cause) {
    throw cause instanceof ProfileError ? new UsageError(cause.message, { cause }) : cause;
  }
}

function tell(
  { device, unit, framing, exchanges }: Recording,
  replayed: Replay,
  { json = false }: ReplayOptions,
  print: (text: string) => void,
): void {
  if (json) return print(JSON.stringify(replayed, null, 2));
  const { polls, skipped, changed, cut } = replayed;
  const silent = polls.filter(({ kind }) => kind === "silent").length;
  print(columns(["TIME", "POINT", "VALUE", "QUALITY", "REASON"], polls.flatMap(rowsOf)));
  print("");
  const line = framing === "tcp" ? "Modbus TCP" : "a serial line";
  print(`${device}, unit ${unit} on ${line}: ${exchanges.length} exchanges, ${polls.length} polls`);
  if (silent > 0) print(`${silent} polls had no answer that can be used: nothing of them is told`);
  for (const { number, asked } of skipped) print(`#${number} passed over: ${asked}`);
  for (const { exchange: { number, outcome: before }, outcome } of changed) {
    print(`#${number} came to "${before}" when it was recorded, and to "${outcome}" now`);
  }
  if (cut.length > 0) {
    print(`Not recorded, so a poll is not whole: ${[...new Set(cut)].join("; ")}`);
  }
}

/** The time stands at the first of its points. */
function rowsOf(poll: ReplayedPoll): string[][] {
  if (poll.kind === "silent") return [[poll.time, "", "", "", poll.reason]];
  return poll.readings.map(({ point, value, unit, quality, reason = "" }, index) => [
    index === 0 ? poll.time : "",
    point,
    value === null ? "" : `${value}${unit === "" || unit === "1" ? "" : ` ${unit}`}`,
    quality,
    reason,
  ]);
}

function differenceText({ wanted, found }: Difference): string {
  const textOf = (poll: ReplayedPoll | undefined) => {
    if (poll === undefined) return "no poll";
    return poll.kind === "silent"
      ? poll.reason
      : poll.readings.map(({ point, value, quality }) => `${point} ${value ?? quality}`).join(", ");
  };
  return `poll of ${(wanted ?? found)?.time}: ${textOf(found)}; it was ${textOf(wanted)}`;
}

function nothingText({ exchanges }: Recording, { cut }: Replay, name: string): string {
  const asked = [...new Set(exchanges.map((one) => one.asked))].slice(0, 5).join("; ");
  const lacks = cut.length === 0 ? "" : `; it lacks ${[...new Set(cut)].slice(0, 5).join("; ")}`;
  return `The recording has no poll of ${name}: it has ${asked}${lacks}`;
}
