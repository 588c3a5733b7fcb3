/** Entries that are events of the cold chain, and whose word counts on them. */
import type { Entry } from "../../../sync/entry.ts";
import { nodeOf } from "../../../sync/origin.ts";
import { siteOf } from "../../../sync/stream.ts";
import { bodyOf } from "../../projection.ts";
import { storable } from "../../sql/sql.ts";
import { COLD_KINDS } from "../cold_kinds.ts";
import { type ColdEvent, coldEventOf } from "../life/event.ts";

const KINDS: ReadonlySet<string> = new Set(COLD_KINDS.map(({ kind }) => kind));

/**
 * The event that an entry tells, or `null`: of what cannot be read, and of what its writer has no
 * say in. A site speaks of what is its own; a county in that site's stream, or in its own.
 */
export function coldEventIn(entry: Entry, authorities: readonly string[]): ColdEvent | null {
  if (!KINDS.has(entry.kind)) return null;
  const { origin, stream, seq, time } = entry;
  const node = nodeOf(origin);
  let event: ColdEvent;
  try {
    const place = { place: `${origin}/${stream}/${seq}`, node, timeMs: time.wallMs };
    event = coldEventOf(entry.kind, bodyOf(entry), place);
  } catch {
    return null;
  }
  const { site } = event.body;
  const to = siteOf(stream);
  const counts = to === null ? node === site || authorities.includes(node) : to === site;
  return counts && isKept(event) ? event : null;
}

/** Not a name that the tables would keep as another: nothing of ours has such. */
function isKept(event: ColdEvent): boolean {
  const names = [event.body.site, event.body.id, subjectOf(event).subject];
  return names.every((name) => storable(name) === name);
}

/** What is told anew of all events that share it. */
export interface Subject {
  readonly site: string;
  /** `unit/…`, `watch/…`, `reading/…`, `lots/…`, `episode/…`, `receipt/…` or `probe/…`. */
  readonly subject: string;
}

export function subjectOf(event: ColdEvent): Subject {
  const { site } = event.body;
  switch (event.kind) {
    case "cold-unit":
      return { site, subject: `unit/${event.body.unit}` };
    case "cold-alarm":
    case "cold-alarm-ended":
    case "cold-acknowledgement":
      return { site, subject: `episode/${event.body.episode}` };
    case "cold-suppression":
    case "cold-suppression-ended":
      return { site, subject: `watch/${event.body.unit}` };
    case "cold-reading":
      return { site, subject: `reading/${event.body.unit}` };
    case "cold-receipt":
      return { site, subject: `receipt/${event.body.id}` };
    case "cold-receipt-decided":
      return { site, subject: `receipt/${event.body.receipt}` };
    case "cold-quarantine":
    case "cold-quarantine-decided":
      return { site, subject: `lots/${event.body.unit}` };
    case "cold-calibration":
      return { site, subject: `probe/${event.body.probe}` };
  }
}
