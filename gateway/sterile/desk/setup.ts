/** Sterilisers as configured, joined with what their points or their print-outs mean. */
import type { Text } from "../../../drivers/profile_parts.ts";
import { DeviceLibrary, LibraryError } from "../device_library.ts";
import type { Grammar } from "../grammar.ts";
import type { Steriliser } from "../program.ts";
import type { PointMap } from "../reading_sample.ts";
import type { ConfiguredSteriliser, SterileConfig } from "../sterile_config.ts";

export interface Setup {
  readonly title: Text;
  readonly device: string;
  readonly settings: Steriliser;
  readonly source:
    | { readonly kind: "samples"; readonly map: PointMap }
    | { readonly kind: "printed"; readonly grammar: Grammar };
}

export interface SetupFault {
  /** Below `sterile`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What of a configured device matters here. */
export interface KnownDevice {
  readonly id: string;
  /** Points that it tells; none: lines, or whatever its payloads bring. */
  readonly points: readonly string[] | null;
}

/** By id, or all that is wrong with them, each with its field and what is wanted. */
export function setupsOf(
  config: SterileConfig,
  devices: readonly KnownDevice[],
): { readonly setups: readonly Setup[]; readonly faults: readonly SetupFault[] } {
  const library = new DeviceLibrary(config.folder);
  const faults: SetupFault[] = [];
  const setups = config.sterilisers.flatMap((one, index): Setup[] => {
    const fault = (field: string, message: string) =>
      void faults.push({ path: ["sterilisers", index, field], message });
    const others = config.sterilisers.slice(0, index);
    if (others.some(({ id }) => id === one.id)) fault("id", `another one is "${one.id}" already`);
    if (others.some(({ device }) => device === one.device)) {
      fault("device", `another steriliser has the device "${one.device}" already`);
    }
    if (one.serial !== undefined && others.some(({ serial }) => serial === one.serial)) {
      fault("serial", `another one is the device "${one.serial}" already; join it once`);
    }
    const device = devices.find(({ id }) => id === one.device);
    if (device === undefined) {
      fault("device", `there is no device "${one.device}"; want one of the sources' devices`);
    }
    const source = sourceOf(one, library, device ?? null, fault);
    if (source === null) return [];
    const { title, device: id, points: _points, grammar: _grammar, ...settings } = one;
    return [{ title, device: id, settings, source }];
  });
  return { setups, faults };
}

function sourceOf(
  { points, grammar, temperatures }: ConfiguredSteriliser,
  library: DeviceLibrary,
  device: KnownDevice | null,
  fault: (field: string, message: string) => void,
): Setup["source"] | null {
  if ((points === undefined) === (grammar === undefined)) {
    fault("points", "want either points, of a device with registers, or grammar, of a printer");
    return null;
  }
  try {
    if (grammar !== undefined) return { kind: "printed", grammar: library.grammar(grammar) };
    if (points === undefined) return null;
    const map = library.pointMap(points);
    if (map.phase === undefined) {
      fault("points", `"${points}" has no phase: a device that tells none cannot be judged`);
    }
    const strange = temperatures.filter((name) => !Object.hasOwn(map.temperatures, name));
    if (strange.length > 0) {
      const known = Object.keys(map.temperatures).join(", ");
      fault("temperatures", `"${points}" has no ${strange.join(", ")}; want of ${known}`);
    }
    const told = device?.points ?? null;
    const missing = told === null ? [] : pointsOf(map).filter((point) => !told.includes(point));
    if (missing.length > 0) {
      fault("points", `the device "${device?.id}" has no point ${missing.join(", ")}`);
    }
    return { kind: "samples", map };
  } catch (error) {
    if (!(error instanceof LibraryError)) throw error;
    fault(grammar === undefined ? "points" : "grammar", error.message);
    return null;
  }
}

function pointsOf({ temperatures, pressure, barometer, phase, program }: PointMap): string[] {
  const others = [pressure?.point, barometer?.point, phase?.point, program];
  return [...Object.values(temperatures), ...others].flatMap((point) => point ?? []);
}
