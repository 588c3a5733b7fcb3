/** Devices of a configuration, as far as a steriliser's map of points asks for them. */
import { toldPoints } from "../../../drivers/profile.ts";
import { type Config, devicesOf } from "../../config.ts";
import type { KnownDevice } from "./setup.ts";

export function knownDevices(config: Config): KnownDevice[] {
  if (config.role !== "site") return [];
  return config.sources.flatMap(devicesOf).map(({ id, profile }) => ({
    id,
    points: toldPoints(profile).map(({ point }) => point),
  }));
}
