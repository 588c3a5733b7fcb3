/** What simulated devices have in common: where their values come from. */

/** Values of a device's points at one moment. */
export type Values = Readonly<Record<string, number | boolean | string>>;

/** Gives the values of a device at `ms` after its start, which so many restarts went before. */
export type Model = (ms: number, restarts?: number) => Values;

/** Points as the model needs them. */
interface Example {
  readonly point: string;
  readonly example: number | boolean | string;
  readonly unit?: string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** What its numbers mean, where they are none to calculate with. */
  readonly labels?: object | undefined;
  readonly values?: object | undefined;
}

/** What is computed of points, as profiles say it. */
interface Computed {
  readonly rule: string;
  readonly of: string;
}

/** Points of such a unit are counters, and so is what a `difference` is computed of. */
const ENERGY = /^[kM]?(W|var|VA)\.h$/;
/** A counter goes up by one in so long. */
const COUNT_MS = 60_000;

/**
 * Numbers wander slowly around their examples, counters go up from there and begin at zero after
 * a restart, everything else stays as it is.
 */
export function exampleModel(
  points: readonly Example[],
  computed: readonly Computed[] = [],
): Model {
  const counted = new Set(computed.flatMap(({ rule, of }) => rule === "difference" ? [of] : []));
  return (ms, restarts = 0) => {
    const at = (one: Example, index: number) => {
      const { example, labels, values, unit = "", min = -Infinity, max = Infinity } = one;
      if (typeof example !== "number" || labels !== undefined || values !== undefined) {
        return example;
      }
      const value = counted.has(one.point) || ENERGY.test(unit)
        ? (restarts === 0 ? example : 0) + ms / COUNT_MS
        : example + Math.sin(ms / 60_000 + index) * Math.abs(example) * 0.05;
      return Math.min(max, Math.max(min, value));
    };
    return Object.fromEntries(points.map((one, index) => [one.point, at(one, index)]));
  };
}
