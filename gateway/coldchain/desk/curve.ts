/** A curve of as many points as a screen has columns, which hides no extreme and no gap. */
import type { ReadValue } from "../record/packed_samples.ts";

/** Milliseconds since 1970 UTC, and °C; `null`: the sensor was at fault. */
export type CurvePoint = readonly [wallMs: number, celsius: number | null];

/** `pointsMax`: of each column the coldest and the warmest are kept, in their order. */
export function downsampled(
  samples: readonly ReadValue[],
  fromMs: number,
  toMs: number,
  pointsMax: number,
): CurvePoint[] {
  const points = samples.map(({ wallMs, celsius }): CurvePoint => [wallMs, celsius])
    .sort(([one], [other]) => one - other);
  if (points.length <= pointsMax) return points;
  // Coldest, warmest and a fault.
  const columnMs = (toMs - fromMs) / Math.floor(pointsMax / 3);
  const columns = Map.groupBy(points, ([ms]) => Math.floor((ms - fromMs) / columnMs));
  return [...columns.values()].flatMap((column) => {
    const known = column.filter(([, celsius]) => celsius !== null);
    const fault = column.find(([, celsius]) => celsius === null);
    const by = (way: 1 | -1) =>
      known.reduce<CurvePoint | null>(
        (best, one) => best === null || ((one[1] ?? 0) - (best[1] ?? 0)) * way > 0 ? one : best,
        null,
      );
    const kept = new Set([by(-1), by(1), fault ?? null].filter((one) => one !== null));
    return [...kept].sort(([one], [other]) => one - other);
  });
}
