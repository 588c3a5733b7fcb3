/** What a site says of its devices: entry `catalogue`, so that the county knows their names. */
import { toldPoints } from "../../drivers/profile.ts";
import type { Text } from "../../drivers/profile_parts.ts";
import {
  type Config,
  type DeviceConfig,
  devicesOf,
  intervalSecondsOf,
  pointIntervalSeconds,
} from "../config.ts";
import type { Node } from "../node.ts";

/** A device as the site describes it. */
export interface CatalogueDevice {
  readonly device: string;
  readonly title: Text;
  readonly profile: string;
  /** What its profile's source leaves open. */
  readonly doubt?: Text;
  readonly source: string;
  /** How often it tells its values. */
  readonly intervalSeconds: number;
  /** Of points that have an interval of their own: how often each is told. */
  readonly pointIntervals?: Readonly<Record<string, number>>;
  /** What people call its points, in the order in which they are shown. */
  readonly points: Readonly<Record<string, Text>>;
  /** What values of an enumeration mean, by point and value. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, Text>>>>;
  /** Points of which changes are stored: an unchanged value comes again after so many seconds. */
  readonly heartbeats?: Readonly<Record<string, number>>;
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
  const points = toldPoints(profile);
  const labels = points.flatMap(({ point, labels }) =>
    labels === undefined ? [] : [[point, labels] as const]
  );
  const intervalSeconds = intervalSecondsOf(device);
  const pointIntervals = points
    .map(({ point }) => [point, pointIntervalSeconds(device, point)] as const)
    .filter(([, seconds]) => seconds !== intervalSeconds);
  const heartbeats = points.flatMap(({ point, keep }) =>
    keep?.on === "change" ? [[point, keep.heartbeatSeconds] as const] : []
  );
  return {
    device: device.id,
    title: device.title ?? profile.title,
    profile: profile.profile,
    ...(profile.doubt === undefined ? {} : { doubt: profile.doubt }),
    source,
    intervalSeconds,
    points: Object.fromEntries(
      [...points, ...profile.computed].map(({ point, title }) => [point, title]),
    ),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    ...(pointIntervals.length === 0 ? {} : { pointIntervals: Object.fromEntries(pointIntervals) }),
    ...(heartbeats.length === 0 ? {} : { heartbeats: Object.fromEntries(heartbeats) }),
  };
}
