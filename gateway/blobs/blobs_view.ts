/** How a node's files are doing, for the command, the API, the console and the metrics alike. */
import type { BlobLinkStatus } from "../../sync/blobs/blob_link.ts";
import type { BlobStore } from "../../sync/blobs/store.ts";
import type { BlobCourier } from "./courier.ts";

/** What waits for one centre (rule T8). */
export interface BlobLinkView {
  readonly destination: string;
  readonly state: "connecting" | "up" | "down";
  readonly reason: string | null;
  readonly hint: string | null;
  readonly attempts: number;
  readonly nextTrySeconds: number | null;
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly oldestWaitingSeconds: number | null;
  readonly sentBytes: number;
  readonly setAside: readonly {
    readonly hash: string;
    readonly reason: string;
    readonly attempts: number;
    readonly nextTrySeconds: number;
  }[];
}

export interface BlobsView {
  readonly count: number;
  readonly bytes: number;
  /** Files that should be here and are not, or not whole. */
  readonly lost: number;
  readonly links: readonly BlobLinkView[];
}

export function blobsView(
  store: BlobStore,
  couriers: readonly Pick<BlobCourier, "centre" | "status">[],
  now: { readonly nowMs: number; readonly wallMs: number },
): BlobsView {
  const links = couriers.map((courier) => {
    const status = courier.status() ?? notYet(store, courier.centre);
    const { oldestWaitingMs, nextTryMs, receivedBytes: _, setAside, ...rest } = status;
    return {
      ...rest,
      nextTrySeconds: nextTryMs === null ? null : seconds(nextTryMs - now.nowMs),
      oldestWaitingSeconds: oldestWaitingMs === null ? null : seconds(now.wallMs - oldestWaitingMs),
      setAside: setAside.map(({ nextTryMs, ...one }) => ({
        ...one,
        nextTrySeconds: seconds(nextTryMs - now.nowMs),
      })),
    };
  });
  return { ...store.held, links };
}

/** Before a node is enrolled all of it waits. */
function notYet(store: BlobStore, destination: string): BlobLinkStatus {
  const { count, bytes, oldestMs } = store.waitingFor(destination);
  return {
    destination,
    state: "connecting",
    reason: null,
    hint: null,
    attempts: 0,
    nextTryMs: null,
    waiting: count,
    waitingBytes: bytes,
    oldestWaitingMs: oldestMs,
    sentBytes: 0,
    receivedBytes: 0,
    setAside: [],
  };
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}
