/** Entries that are events of the cold chain, and whose word counts on them. */
import type { Entry } from "../../../sync/entry.ts";
import { nodeOf } from "../../../sync/origin.ts";
import { bodyOf } from "../../projection.ts";
import { isStorable } from "../../sql/sql.ts";
import { sayOf } from "../../site_say.ts";
import { COLD_KINDS } from "../cold_kinds.ts";
import { type ColdEvent, coldEventOf } from "../life/event.ts";

const KINDS: ReadonlySet<string> = new Set(COLD_KINDS.map(({ kind }) => kind));

/**
 * The event that an entry tells, or `null`: of what cannot be read, and of what its writer has no
 * say in.
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
  const { site, id } = event.body;
  if (sayOf(entry, site, authorities) === null) return null;
  // Not a name that the tables would keep as another: nothing of ours has such.
  return isStorable(site, id, subjectOf(event).subject) ? event : null;
}

/** What is told anew of all events that share it. */
export interface Subject {
  readonly site: string;
  /**
   * `unit/…`, `watch/…`, `reading/…`, `lots/…`, `episode/…`, `receipt/…`, `probe/…`, `logger/…` or
   * `loggerrows/…`.
   */
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
    case "cold-logger":
      return { site, subject: `logger/${event.body.unit}` };
    case "cold-logger-rows":
      return { site, subject: `loggerrows/${event.body.unit}` };
  }
}
