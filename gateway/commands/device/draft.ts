/** `tributary device probe --profile NAME`: a new profile from what a device just answered. */
import { join } from "node:path";
import {
  checkDraftedPoints,
  type Drafted,
  DraftError,
  draftProfile,
  parseDraftedPoint,
} from "../../../drivers/modbus/draft_profile.ts";
import { nameSchema } from "../../../drivers/profile_parts.ts";
import { parseProfile } from "../../../drivers/profile_library.ts";
import { CommandError, UsageError } from "../local_api.ts";
import { newFile } from "./new_file.ts";
import { probeOnce, type ProbeOptions, type ProbeRead } from "./probe.ts";

export interface DraftOptions {
  readonly profile?: string;
  readonly point?: readonly string[];
  readonly write?: string;
}

/** Whether a profile is wanted. */
export function isDraft({ profile, point, write }: DraftOptions): boolean {
  return [profile, point, write].some((option) => option !== undefined);
}

/** Reads the device and returns the profile's file, or what was written where. */
export async function draft(options: ProbeOptions & DraftOptions): Promise<string> {
  const { profile, point, write, table, address: start, count, timeout } = options;
  if (profile === undefined) {
    throw new UsageError("--point and --write are of a profile: give --profile NAME");
  }
  const isNamed = nameSchema.safeParse(profile);
  if (!isNamed.success) {
    throw new UsageError(`--profile "${profile}": ${isNamed.error.issues[0].message}`);
  }
  if (point === undefined) throw new UsageError("A profile needs points: give --point");
  const points = await pointsOf(point, options).catch(refusedAs(UsageError));
  const probed = await probeOnce({ ...options, table, address: start, count });
  const drafted = await Promise.try(draftProfile, {
    profile,
    table,
    start,
    points,
    read: probed.read,
    identity: probed.identity,
    place: probed.place,
    time: new Date().toISOString(),
    timeoutMs: Math.max(1000, Math.round(timeout * 1000)),
    ...serialOf(probed),
  }).catch(refusedAs(CommandError));
  // What was written is what the node will read.
  parseProfile(drafted.text, `${profile}.yaml`);
  return write === undefined ? drafted.text.trimEnd() : written(drafted, profile, write);
}

async function pointsOf(
  texts: readonly string[],
  { table, address: start, count }: ProbeOptions,
) {
  const points = texts.map(parseDraftedPoint);
  await checkDraftedPoints(points, { table, start, count });
  return points;
}

function refusedAs(Refusal: typeof UsageError | typeof CommandError): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof DraftError)) throw cause;
    throw new Refusal(`--point ${cause.message}`, { cause });
  };
}

function serialOf({ connection }: ProbeRead) {
  if (connection.type !== "serial") return {};
  const { baud, parity, stopBits } = connection;
  return { serial: { baud, parity, stopBits } };
}

function written({ text, example }: Drafted, profile: string, folder: string): string {
  const examples = join(folder, "examples");
  try {
    Deno.mkdirSync(examples, { recursive: true });
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`--write "${folder}" is no folder to write to: ${found}`, { cause });
  }
  const [file, beside] = [folder, examples].map((one) => join(one, `${profile}.yaml`));
  newFile("--write", file).fill(text);
  newFile("--write", beside).fill(example);
  return [
    `${file} is the profile, and ${beside} what it was read from`,
    `Look it through, then try it: tributary device simulate ${file} --tcp 5020`,
    `For a site: profilesDir: ${folder}, and profile: ${profile} at the device`,
  ].join("\n");
}
