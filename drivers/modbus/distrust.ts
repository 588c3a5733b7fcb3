/** Values of which the device says, at another place, that they are worth nothing. */
import type { Reading } from "../driver.ts";
import { fault } from "./decode.ts";
import type { ModbusPoint, ModbusProfile } from "./profile.ts";

/**
 * The readings of one poll, with what its own switches say of them: a value is a fault when one
 * of its `faultIf` is on, and uncertain when one could not be read.
 */
export function distrusted(profile: ModbusProfile, readings: readonly Reading[]): Reading[] {
  if (!profile.points.some(({ register }) => register.faultIf.length > 0)) return [...readings];
  const points = new Map(profile.points.map((point) => [point.point, point]));
  const read = new Map(readings.map((reading) => [reading.point, reading]));
  return readings.map((reading) => {
    const point = points.get(reading.point);
    return point === undefined || reading.quality !== "good"
      ? reading
      : judged(point, reading, read);
  });
}

function judged(
  point: ModbusPoint,
  reading: Reading,
  read: ReadonlyMap<string, Reading>,
): Reading {
  const switches = point.register.faultIf.map((name) => ({ name, said: read.get(name) }));
  const on = switches.find(({ said }) => said?.value === true);
  if (on !== undefined) return fault(point, `the device says ${on.name}`);
  const unknown = switches.find(({ said }) => said?.quality === "fault");
  if (unknown === undefined) return reading;
  return { ...reading, quality: "uncertain", reason: `${unknown.name} could not be read` };
}
