/** What the benches ship: readings of a township's devices, as the collector writes them. */

/** Devices of the township, each telling two values at intervals around its own. */
export const DEVICES = 20;
const INTERVAL_MS = 3000;

/**
 * The generator: temperature and humidity of each device wander by small steps, as JSON the way
 * the collector writes it; times jitter by some milliseconds, as polls do.
 */
export function* readings(count: number): Generator<{ wallMs: number; body: string }> {
  const state = Array.from({ length: DEVICES }, () => ({ temperature: 4.5, humidity: 47 }));
  let wallMs = Date.now() - count * (INTERVAL_MS / DEVICES);
  for (let index = 0; index < count; index++) {
    wallMs += INTERVAL_MS / DEVICES + Math.round((Math.random() - 0.5) * 20);
    const number = index % DEVICES;
    const device = state[number];
    device.temperature += (Math.random() - 0.5) * 0.2;
    device.humidity += (Math.random() - 0.5) * 0.4;
    const reading = (point: string, value: number, unit: string) => ({
      point,
      value,
      unit,
      quality: "good",
    });
    const body = JSON.stringify({
      device: `sensor-${String(number).padStart(2, "0")}`,
      readings: [
        reading("temperature", Math.round(device.temperature * 10) / 10, "Cel"),
        reading("humidity", Math.round(device.humidity), "%"),
      ],
    });
    yield { wallMs: Math.round(wallMs), body };
  }
}
