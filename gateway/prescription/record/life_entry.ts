/** Entries that are events in a prescription's life, and whose word counts on them. */
import type { Entry } from "../../../sync/entry.ts";
import { nodeOf } from "../../../sync/origin.ts";
import { bodyOf } from "../../projection.ts";
import { sayOf } from "../../site_say.ts";
import { LIFE_KINDS, type LifeEvent, lifeEventOf, numberOf } from "../life/event.ts";

/**
 * The event that an entry tells, or `null`: of what cannot be read, and of what its writer has no
 * say in. A site gives its prescriptions no verdict but its own.
 */
export function eventIn(entry: Entry, authorities: readonly string[]): LifeEvent | null {
  if (!LIFE_KINDS.has(entry.kind)) return null;
  // Two projections are made of it, and reading a verdict is most of what they do.
  const before = READ.get(entry);
  if (before !== undefined && before.authorities === authorities) return before.event;
  const event = readIn(entry, authorities);
  READ.set(entry, { authorities, event });
  return event;
}

interface Read {
  readonly authorities: readonly string[];
  readonly event: LifeEvent | null;
}

const READ = new WeakMap<Entry, Read>();

function readIn(entry: Entry, authorities: readonly string[]): LifeEvent | null {
  const { origin, stream, seq } = entry;
  const node = nodeOf(origin);
  let event: LifeEvent;
  try {
    const place = { place: `${origin}/${stream}/${seq}`, node, timeMs: entry.time.wallMs };
    event = lifeEventOf(entry.kind, bodyOf(entry), place);
  } catch {
    return null;
  }
  const say = sayOf(entry, numberOf(event).site, authorities);
  const isOthers = say === "site" && event.kind === "verdict" && event.body.mode !== "degraded";
  return say === null || isOthers ? null : event;
}
