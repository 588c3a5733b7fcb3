/** What simulated devices have in common: where their values come from. */

/** Values of a device's points at one moment. */
export type Values = Readonly<Record<string, number | boolean | string>>;

/** Gives the values of a device at `ms` after its start. */
export type Model = (ms: number) => Values;

/** Points as the model needs them. */
interface Example {
  readonly point: string;
  readonly example: number | boolean | string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** Numbers wander slowly around their examples, everything else stays as it is. */
export function exampleModel(points: readonly Example[]): Model {
  return (ms) =>
    Object.fromEntries(points.map(({ point, example, min = -Infinity, max = Infinity }, index) => {
      if (typeof example !== "number") return [point, example];
      const swing = Math.sin(ms / 60_000 + index) * Math.abs(example) * 0.05;
      return [point, Math.min(max, Math.max(min, example + swing))];
    }));
}
