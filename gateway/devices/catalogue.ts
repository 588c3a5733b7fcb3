/** What a site says of its devices: entry `catalogue`, so that the county knows their names. */
import { intervalSecondsOf } from "../../drivers/modbus/schedule.ts";
import type { Text } from "../../drivers/profile_parts.ts";
import { type Config, type DeviceConfig, devicesOf } from "../config.ts";
import type { Node } from "../node.ts";

/** A device as the site describes it. */
export interface CatalogueDevice {
  readonly device: string;
  readonly title: Text;
  readonly profile: string;
  readonly source: string;
  /** How often it tells its values. */
  readonly intervalSeconds: number;
  /** Of points that have an interval of their own: how often each is told. */
  readonly pointIntervals?: Readonly<Record<string, number>>;
  /** What people call its points, in the order in which they are shown. */
  readonly points: Readonly<Record<string, Text>>;
}

export interface Catalogue {
  readonly title: Text;
  readonly devices: readonly CatalogueDevice[];
}

export function catalogueOf(config: Config): Catalogue {
  const sources = config.role === "site" ? config.sources : [];
  const devices = sources.flatMap((source) =>
    devicesOf(source).map((device) => describe(source.name, device))
  );
  return { title: config.title, devices };
}

/** Appends the catalogue when it is not what was told last, unless the signal aborts before. */
export async function tellCatalogue(node: Node, signal: AbortSignal): Promise<void> {
  const { config, journal, tables, clock } = node;
  const body = JSON.stringify(catalogueOf(config));
  await tables.caughtUp(journal, signal);
  if (signal.aborted) return;
  const sql = "SELECT catalogue FROM nodes WHERE node = ?";
  const [told] = await tables.rows(sql, [config.node]);
  if (told?.text("catalogue") === body) return;
  const time = clock.now();
  await journal.append(
    [{ kind: "entry", stream: "reading", entryKind: "catalogue", time, body }],
    time,
  );
}

function describe(source: string, device: DeviceConfig): CatalogueDevice {
  const { profile } = device;
  const own = "intervalSeconds" in device ? device.intervalSeconds : undefined;
  const points = profile.protocol === "modbus"
    ? profile.points
    : profile.messages.flatMap((message) => message.points);
  const slowOrFast = ownIntervals(device);
  return {
    device: device.id,
    title: device.title ?? profile.title,
    profile: profile.profile,
    source,
    intervalSeconds: own ?? profile.intervalSeconds,
    ...(slowOrFast.length === 0 ? {} : { pointIntervals: Object.fromEntries(slowOrFast) }),
    points: Object.fromEntries(points.map(({ point, title }) => [point, title])),
  };
}

function ownIntervals(device: DeviceConfig): [string, number][] {
  const { profile } = device;
  if (profile.protocol !== "modbus") return [];
  const intervalSeconds = "intervalSeconds" in device ? device.intervalSeconds : undefined;
  const seconds = intervalSeconds ?? profile.intervalSeconds;
  return profile.points.flatMap(({ point, poll }): [string, number][] =>
    poll === "normal"
      ? []
      : [[point, intervalSecondsOf({ profile, intervalSeconds: seconds }, poll)]]
  );
}
