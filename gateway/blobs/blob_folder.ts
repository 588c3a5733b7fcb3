/** The store of files of a node, in `blobs/` of its data folder. */
import { join } from "node:path";
import { BlobStore } from "../../sync/blobs/store.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Keystore } from "../keystore.ts";
import type { Log } from "../log.ts";

const MIB = 1 << 20;
const GIB = 2 ** 30;

export function openBlobs(
  config: Config,
  { keystore, clock, log }: { keystore: Keystore; clock: Clock; log: Log },
): Promise<BlobStore> {
  const { fileMiB, totalGiB, diskPercent } = config.blobs;
  const centres = config.role === "site"
    ? config.counties
    : config.peer === undefined
    ? []
    : [config.peer];
  return BlobStore.open({
    directory: join(config.dataDir, "blobs"),
    keys: keystore.storage.keys,
    hashName: config.journal.hash,
    node: config.node,
    destinations: centres.map(({ node }) => node),
    wallMs: () => clock.now().wallMs,
    limits: {
      blobBytesMax: fileMiB * MIB,
      totalBytesMax: totalGiB === undefined ? null : totalGiB * GIB,
      diskShareMax: diskPercent / 100,
    },
    onEvent: (event) => {
      if (event.kind === "blob-lost") log(event);
    },
  });
}
