/** A recording as a test case: what its replay comes to, beside what it has to come to. */
import { builtInProfiles, ProfileLibrary } from "../profile_library.ts";
import { modbusInStoredUnits } from "../units.ts";
import type { ModbusProfile } from "./profile.ts";
import { type Recording, RecordingError, type ReplayedPoll } from "./recording.ts";
import { type Replay, replay } from "./replay.ts";

/** A poll that is not what it has to be; one of the two is missing where there is one too many. */
export interface Difference {
  readonly wanted: ReplayedPoll | undefined;
  readonly found: ReplayedPoll | undefined;
}

export interface ReplayedCase {
  readonly replay: Replay;
  /** The driver asks now for what it did not, or no longer for what it did. */
  readonly asksOther: boolean;
  readonly differences: readonly Difference[];
}

/** Replays a test case; throws a {@link RecordingError} where it is none. */
export async function replayCase(recording: Recording, file: string): Promise<ReplayedCase> {
  const { wanted } = recording;
  if (wanted === undefined) {
    throw new RecordingError(
      `"${file}" does not say what it has to come to: give a profile to replay it with`,
    );
  }
  const profile = typeof wanted.profile === "string"
    ? builtInModbus(wanted.profile, file)
    : wanted.profile;
  const found = await replay(recording, await modbusInStoredUnits(profile));
  return {
    replay: found,
    asksOther: skippedOf(found).join() !== wanted.skipped.join(),
    differences: differences(wanted.polls, found.polls),
  };
}

/** Numbers of the exchanges that were passed over. */
export function skippedOf({ skipped }: Replay): number[] {
  return skipped.map(({ number }) => number);
}

function builtInModbus(name: string, file: string): ModbusProfile {
  const profile = new ProfileLibrary(builtInProfiles()).get(name);
  if (profile?.protocol === "modbus") return profile;
  throw new RecordingError(`"${file}" names "${name}", which is no built-in Modbus profile`);
}

function differences(
  wanted: readonly ReplayedPoll[],
  found: readonly ReplayedPoll[],
): Difference[] {
  const longest = wanted.length > found.length ? wanted : found;
  return longest.map((_, index) => ({ wanted: wanted[index], found: found[index] }))
    .filter((one) => contentOf(one.wanted) !== contentOf(one.found));
}

/** All that is told of a poll, in one order. */
function contentOf(poll: ReplayedPoll | undefined): string {
  if (poll === undefined) return "";
  if (poll.kind === "silent") return JSON.stringify([poll.time, poll.reason]);
  const readings = poll.readings.map((
    { point, value, unit, quality, reason },
  ) => [point, value, unit, quality, reason]);
  return JSON.stringify([poll.time, poll.trouble, readings]);
}
