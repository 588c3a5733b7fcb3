/** What a role adds to a node: the parts that run, and what they answer to other nodes. */
import type { SyncHandler } from "../../sync/routes.ts";
import type { BlobCourier } from "../blobs/courier.ts";
import type { CentreLink } from "../centre_link.ts";
import type { Collector } from "../collector.ts";
import type { Replication } from "../replication.ts";
import type { Source, Supervisor } from "../supervise.ts";
import type { SilenceAlarms } from "../values/silence_alarms.ts";
import type { DeviceWriter } from "../writes/device_writer.ts";

export interface Role {
  /** Lines to devices, and what runs each; a county has none. */
  readonly sources: readonly Source[];
  readonly supervisors: readonly Supervisor[];
  readonly links: readonly CentreLink[];
  readonly replication: Replication;
  /** What writes to devices, where there are any. */
  readonly writer: DeviceWriter | null;
  /** What ships files, one for each centre. */
  readonly couriers: readonly BlobCourier[];
  readonly collector: Collector | null;
  /** Takes up what was computed before this process, where there are devices. */
  readonly recallComputed: ((signal: AbortSignal) => Promise<void>) | null;
  /** What tells of silent devices, where there are devices. */
  readonly silence: SilenceAlarms | null;
  /** Answers below `/sync/`, or `null` where nobody is answered. */
  readonly sync: SyncHandler | null;
}
