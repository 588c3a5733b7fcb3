/** `tributary device write`: one value to one point of a device of the running node. */
import { randomUUID } from "node:crypto";
import type { Config } from "../../config.ts";
import { writeView } from "../../writes/device_writes.ts";
import { valueText } from "../../writes/write_problems.ts";
import { askNode, CommandError, UsageError } from "../local_api.ts";

/** With a slow device and a line full of late answers: until it is read back, or given up. */
const TIMEOUT_MS = 10 * 60_000;

export interface WriteOptions {
  readonly reason: string;
  /** Of an earlier try: what became of it is told, and nothing is sent. */
  readonly id?: string;
}

export async function writePoint(
  config: Config,
  [device, point, text]: readonly [device: string, point: string, value: string],
  { reason, id = randomUUID() }: WriteOptions,
  tell: (line: string) => void,
): Promise<string> {
  if (config.role !== "site") {
    throw new CommandError(`"${config.node}" is a county: devices are written to at their site`);
  }
  const value = valueOf(text);
  tell(`write ${id}`);
  const path = `/api/devices/${encodeURIComponent(device)}/writes`;
  const answer = await askNode(config, path, { id, point, value, reason }, TIMEOUT_MS);
  const { from, to, unit } = writeView.parse(answer);
  return `${point} of ${device} is ${valueText(to, unit)}, read back; ` +
    `it was ${valueText(from, unit)}`;
}

function valueOf(text: string): number | boolean {
  if (text === "on" || text === "true") return true;
  if (text === "off" || text === "false") return false;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new UsageError(`"${text}" is no value: want a number, or on or off for a coil`);
}
