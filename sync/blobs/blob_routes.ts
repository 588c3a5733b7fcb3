/** What a centre answers below `/sync/blobs`: offers of files, and pieces of them. */
import type { NodeKey } from "../identity.ts";
import { type Arrivals, type Arriving } from "./arrivals.ts";
import { blobReceiptStatement } from "./blob.ts";
import {
  decodeOffers,
  decodePiece,
  encodeOfferAnswer,
  encodeProgress,
  OFFERS_MAX,
  type Progress,
} from "./messages.ts";
import type { BlobStore } from "./store.ts";

export interface BlobEnd {
  readonly store: BlobStore;
  readonly arrivals: Arrivals;
  readonly key: NodeKey;
  /** `undefined` for whoever is no member. */
  readonly roleOf: (node: string) => "site" | "county" | undefined;
}

/** Answers the body of a member's signed request. Throws `OctetsError` on a bad one. */
export type BlobRoute = (sender: string, body: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>;

export const OFFERS_PATH = "/sync/blobs/offers";
export const PIECES_PATH = "/sync/blobs/pieces";

export function blobRoutes(end: BlobEnd): ReadonlyMap<string, BlobRoute> {
  return new Map<string, BlobRoute>([
    [OFFERS_PATH, (sender, body) => offers(end, sender, body)],
    [PIECES_PATH, (sender, body) => pieces(end, sender, body)],
  ]);
}

async function offers(
  end: BlobEnd,
  sender: string,
  body: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const { store, arrivals, roleOf } = end;
  const progress: Progress[] = [];
  for (const blob of decodeOffers(body)) {
    // A site has what it took in itself; only centres hand on what others did.
    if (roleOf(sender) === "site" && blob.owner !== sender) {
      const reason = `a site ships its own files, not those of "${blob.owner}"`;
      progress.push({ kind: "refused", reason });
      continue;
    }
    progress.push(receipted(end, blob.hash, await arrivals.offer(sender, blob)));
  }
  return encodeOfferAnswer({ progress, lost: store.lost(OFFERS_MAX) });
}

async function pieces(
  end: BlobEnd,
  sender: string,
  body: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const piece = decodePiece(body);
  return encodeProgress(receipted(end, piece.hash, await end.arrivals.take(sender, piece)));
}

/** Signs for what is whole and durable here. */
function receipted({ store, key }: BlobEnd, hash: string, arriving: Arriving): Progress {
  if (arriving.kind !== "complete") return arriving;
  const bytes = store.find(hash)?.bytes;
  // It proved damaged, and was set aside, between the two.
  if (bytes === undefined) return { kind: "busy", reason: "it was lost there just now" };
  return { kind: "complete", signature: key.sign(blobReceiptStatement(store.node, hash, bytes)) };
}
