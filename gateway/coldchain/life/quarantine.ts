/** Which stock is set apart, and what was decided of it (C10). */
import { entryId } from "../../collected_entry.ts";
import type { Episode } from "./episode.ts";
import { type ColdEvent, type EventOf, ofKind } from "./event.ts";
import {
  type LotKey,
  LOTS_MAX,
  QUARANTINE_DECISIONS,
  type QuarantineBody,
  type QuarantineCause,
  type QuarantineDecision,
} from "./quarantine_body.ts";

/** A quarantine for which nobody gets what it is about. */
export interface Barring {
  readonly event: EventOf<"cold-quarantine">;
  /** The strictest of what was decided; `null`: nobody decided yet. */
  readonly decision: Exclude<QuarantineDecision, "released"> | null;
  /** When the last of that was written, milliseconds since 1970 UTC; `null` as above. */
  readonly decidedMs: number | null;
  /** From then on another one of the same episode is about what lies there; `null`: none is. */
  readonly untilMs: number | null;
}

export interface LotState extends LotKey {
  readonly site: string;
  readonly unit: string;
  /** `quarantined` while any of its quarantines is undecided; else the strictest decision. */
  readonly state: "quarantined" | QuarantineDecision;
  readonly quarantines: readonly EventOf<"cold-quarantine">[];
  /** Those that nobody decided yet. */
  readonly open: readonly EventOf<"cold-quarantine">[];
  /** Those that are undecided, and those of what is not to be used, for good. */
  readonly barring: readonly Barring[];
  readonly decisions: readonly EventOf<"cold-quarantine-decided">[];
  /** Two decided otherwise: somebody has to look at it. */
  readonly isDisputed: boolean;
}

/** Each lot of each unit that ever was in quarantine. */
export function quarantinedLots(events: readonly ColdEvent[]): LotState[] {
  const decided = Map.groupBy(
    ofKind(events, "cold-quarantine-decided").flatMap((event) =>
      event.body.lots.map((lot) => ({
        key: JSON.stringify([event.body.quarantine, lot.product, lot.lot]),
        event,
      }))
    ),
    ({ key }) => key,
  );
  const byLot = Map.groupBy(
    ofKind(events, "cold-quarantine").flatMap((event) =>
      event.body.lots.map((lot) => ({
        key: JSON.stringify([event.body.site, event.body.unit, lot.product, lot.lot]),
        lot,
        event,
      }))
    ),
    ({ key }) => key,
  );
  return [...byLot].sort(([one], [other]) => one < other ? -1 : 1).map(([, told]) => {
    const [{ lot: { product, lot }, event: { body: { site, unit } } }] = told;
    const of = told.map(({ event }) =>
      (decided.get(JSON.stringify([event.body.id, product, lot])) ?? []).map(({ event }) => event)
    );
    const decisions = of.flat();
    const quarantines = told.map(({ event }) => event);
    const open = quarantines.filter((_, at) => of[at].length === 0);
    const barring = quarantines.flatMap((event, at): Barring[] => {
      const decision = strictestOf(of[at]);
      const untilMs = nextOf(event, quarantines);
      if (decision === undefined) return [{ event, decision: null, decidedMs: null, untilMs }];
      if (decision === "released") return [];
      return [{ event, decision, decidedMs: lastOf(of[at]), untilMs }];
    });
    const strictest = strictestOf(decisions);
    return {
      site,
      unit,
      product,
      lot,
      state: strictest === undefined || open.length > 0 ? "quarantined" : strictest,
      quarantines,
      open,
      barring,
      decisions,
      isDisputed: of.some((some) => new Set(some.map(({ body }) => body.decision)).size > 1),
    };
  });
}

type Decided = EventOf<"cold-quarantine-decided">;

function strictestOf(some: readonly Decided[]): QuarantineDecision | undefined {
  return [...QUARANTINE_DECISIONS].reverse()
    .find((one) => some.some(({ body }) => body.decision === one));
}

function lastOf(some: readonly Decided[]): number {
  return Math.max(...some.map(({ timeMs }) => timeMs));
}

function nextOf(
  { body }: EventOf<"cold-quarantine">,
  others: readonly EventOf<"cold-quarantine">[],
): number | null {
  const later = others.map((other) => other.body).filter(({ because, sinceMs }) =>
    sinceMs > body.sinceMs && because.some((one) => body.because.includes(one))
  );
  return later.length === 0 ? null : Math.min(...later.map(({ sinceMs }) => sinceMs));
}

/** A lot that was in a unit from a moment on, and until another; `null`: it still is. */
export interface StoredLot extends LotKey {
  readonly site: string;
  readonly unit: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** What a quarantine asks of an episode. */
export interface Lasting extends Pick<Episode, "episode" | "site" | "unit"> {
  readonly cause: string;
  readonly sinceMs: number;
  readonly endedMs: number | null;
}

/** What an episode of a cause makes of stock that lay there; of others it is known what it was. */
export const CAUSES_APART: ReadonlyMap<string, QuarantineCause> = new Map<string, QuarantineCause>([
  ["high", "out-of-range"],
  ["low", "out-of-range"],
  ["no-data", "temperature-unknown"],
  ["sensor-fault", "temperature-unknown"],
]);

/**
 * The quarantine that an episode asks for, of lots that were there while it lasted, too warm, too
 * cold, or at a temperature that nobody knows (C7); `null` where all of them are in it already.
 * What was decided is about what had happened by then: a lot that lies there longer, or once more,
 * is set apart anew. Of more lots than one entry takes, and of those since another moment, it is
 * the first: what is left is asked for once that one is written.
 */
export function dueQuarantine(
  { episode, site, unit, cause, sinceMs, endedMs }: Lasting,
  stock: readonly StoredLot[],
  events: readonly ColdEvent[],
): QuarantineBody | null {
  const apart = CAUSES_APART.get(cause);
  if (apart === undefined) return null;
  const known = Map.groupBy(
    quarantinedLots(events).flatMap(({ product, lot, quarantines, decisions }) =>
      quarantines.filter(({ body }) => body.because.includes(episode)).map(({ body: { id } }) => ({
        key: keyOf({ product, lot }),
        decided: decisions.filter(({ body }) => body.quarantine === id),
      }))
    ),
    ({ key }) => key,
  );
  const due = stock.filter((one) =>
    one.site === site && one.unit === unit && one.fromMs < (endedMs ?? Infinity) &&
    (one.toMs ?? Infinity) > sinceMs
  ).flatMap((one) => {
    const of = (known.get(keyOf(one)) ?? []).map(({ decided }) => decided);
    const exposed = {
      fromMs: one.fromMs,
      toMs: Math.min(one.toMs ?? Infinity, endedMs ?? Infinity),
    };
    if (of.some((decided) => isCovered(exposed, decided))) return [];
    // What left as it was decided is of that.
    return [{ ...one, sinceMs: Math.max(sinceMs, ...of.map((some) => lastOf(some) + 1)) }];
  });
  const fromMs = Math.min(...due.map((one) => one.sinceMs));
  const lots = [
    ...new Map(
      due.filter((one) => one.sinceMs === fromMs)
        .map(({ product, lot }) => [keyOf({ product, lot }), { product, lot }]),
    ),
  ]
    .sort(([one], [other]) => one < other ? -1 : 1)
    .map(([, lot]) => lot)
    .slice(0, LOTS_MAX);
  if (lots.length === 0) return null;
  const anew = fromMs === sinceMs ? [] : [fromMs];
  const id = entryId("cold-quarantine", episode, ...anew, ...lots.map(keyOf));
  return { id, site, unit, lots, sinceMs: fromMs, because: [episode], cause: apart, by: null };
}

/**
 * Whether a quarantine is about a time in the unit. What is not to be used stays so, however long
 * it goes on to lie there.
 */
function isCovered(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  decided: readonly Decided[],
): boolean {
  if (decided.length === 0) return true;
  return (strictestOf(decided) === "released" ? toMs : fromMs) <= lastOf(decided);
}

function keyOf({ product, lot }: LotKey): string {
  return JSON.stringify([product, lot]);
}
