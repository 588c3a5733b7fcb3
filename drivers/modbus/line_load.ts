/** How much of a line the polls of its devices take, before anything is asked. */
import { planBlocks } from "./plan.ts";
import { POLL_CLASSES } from "./profile.ts";
import { answerBytes } from "./request.ts";
import { intervalSecondsOf } from "./schedule.ts";
import { lineTiming, type ModbusDevice, type ModbusSettings } from "./settings.ts";

/**
 * Of the question: address, function, start, count, check. Of the answer, beside its values:
 * address, function, count of bytes, check (MODBUS over Serial Line V1.02, 2.3).
 */
const FRAME_BYTES = 8 + 5;

/**
 * The share of a serial line's time that polls take at least: bytes, and the silence around them,
 * with devices that answer at once. Above 1 some polls are left out. 0 where there is no such line.
 */
export function lineLoad({ connection, devices }: ModbusSettings): number {
  if (connection.type === "tcp") return 0;
  const timing = lineTiming(connection);
  return devices.reduce((sum, device) => sum + deviceLoad(device, timing), 0);
}

function deviceLoad(device: ModbusDevice, timing: ReturnType<typeof lineTiming>): number {
  const { profile } = device;
  const gapMs = Math.max(timing.gapMs, profile.gapMs);
  const beforeMs = Math.max(gapMs, profile.turnaroundMs);
  return POLL_CLASSES.reduce((sum, name) => {
    const points = profile.points.filter(({ poll }) => poll === name);
    const blocks = planBlocks(profile, points, { apart: true });
    const blocksMs = blocks.map((block) =>
      beforeMs + timing.gapMs + (FRAME_BYTES + answerBytes(block)) * timing.characterMs
    );
    const busyMs = blocksMs.reduce((all, ms) => all + ms, 0);
    return sum + busyMs / (intervalSecondsOf(device, name) * 1000);
  }, 0);
}
