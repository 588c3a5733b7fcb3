/** `tributary device trace`: the last exchanges with a device, as bytes and in words. */
import * as z from "zod";
import {
  continued,
  RECORDED_MAX,
  recordedSchema,
  type Recording,
  recordingText,
} from "../../../drivers/modbus/recording.ts";
import { pause } from "../../../sync/timer.ts";
import { type Config, devicesOf } from "../../config.ts";
import { exchangeView } from "../../devices/trace_api.ts";
import { askNode, CommandError, UsageError } from "../local_api.ts";
import { newFile } from "./new_file.ts";

/** The node keeps the last 20 exchanges: so often is looked for new ones. */
const LOOK_MS = 1000;
const RECORD_SECONDS_MAX = 3600;

/** Of the running node; as text, or as JSON for programs. */
export async function traceOf(config: Config, device: string, json: boolean): Promise<string> {
  const exchanges = z.array(exchangeView).parse(await askOf(config, device, "trace"));
  if (json) return JSON.stringify(exchanges, null, 2);
  if (exchanges.length === 0) return `${device} was not asked yet; \`tributary status\` says why`;
  return exchanges.map(exchangeText).join("\n\n");
}

export interface RecordOptions {
  readonly file: string;
  /** How long is looked for more; 0: only what is there. */
  readonly seconds: number;
}

/** Records what the running node and a device say; returns what was done, as text. */
export async function recordTrace(
  config: Config,
  device: string,
  { file, seconds }: RecordOptions,
  { progress, signal }: { progress: (text: string) => void; signal: AbortSignal },
): Promise<string> {
  if (seconds > RECORD_SECONDS_MAX) {
    throw new UsageError(`--for ${seconds}: want seconds up to ${RECORD_SECONDS_MAX}`);
  }
  const look = async () => recordedSchema.parse(await askOf(config, device, "recording"));
  let recording: Recording = await look();
  const written = newFile("--record", file);
  const endMs = performance.now() + seconds * 1000;
  try {
    while (performance.now() < endMs && !signal.aborted) {
      if (recording.exchanges.length === RECORDED_MAX) break;
      progress(`${recording.exchanges.length} exchanges; Ctrl-C ends it`);
      await pause(Math.min(LOOK_MS, endMs - performance.now()), signal);
      recording = continued(recording, await look());
    }
  } finally {
    // Also where the node went away meanwhile: what was recorded is worth having.
    progress("");
    written.fill(recordingText(recording));
  }
  const { exchanges } = recording;
  const [first, last] = [exchanges.at(0), exchanges.at(-1)];
  const missing = (last?.number ?? 0) - (first?.number ?? 1) + 1 - exchanges.length;
  return [
    `${file}: ${exchanges.length} exchanges, from ${first?.time} to ${last?.time}`,
    ...(missing > 0 ? [`${missing} in between came too fast to be recorded`] : []),
    `Replay it: tributary device replay ${file} --profile ${profileOf(config, device)}`,
  ].join("\n");
}

function profileOf(config: Config, device: string): string {
  const sources = config.role === "site" ? config.sources : [];
  const found = sources.flatMap(devicesOf).find(({ id }) => id === device);
  return found?.profile.profile ?? "NAME";
}

function askOf(config: Config, device: string, what: "trace" | "recording"): Promise<unknown> {
  if (config.role !== "site") {
    throw new CommandError(`"${config.node}" is a county: devices are traced at their site`);
  }
  return askNode(config, `/api/devices/${encodeURIComponent(device)}/${what}`);
}

/** `>` is what was sent, `<` what came, `=` what it means. */
function exchangeText(exchange: z.infer<typeof exchangeView>): string {
  const { wallMs, sent, asked, received, answered, late } = exchange;
  const came = (one: { wallMs: number; bytes: string }) =>
    `${new Date(one.wallMs).toISOString()} < ${spaced(one.bytes)}`;
  return [
    `${new Date(wallMs).toISOString()} > ${spaced(sent)}`,
    `${" ".repeat(24)} = ${asked}`,
    ...received.map(came),
    `${" ".repeat(24)} = ${answered}`,
    ...late.map(came),
    ...(late.length === 0 ? [] : [`${" ".repeat(24)} = came too late to be used`]),
  ].join("\n");
}

function spaced(hex: string): string {
  return hex.replace(/(..)(?=.)/g, "$1 ");
}
