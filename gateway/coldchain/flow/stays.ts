/** From when until when a lot was where: told anew of all its steps, in any order. */

/** A lot's part of one step. */
export interface LotStep {
  readonly id: string;
  readonly site: string;
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly doses: number;
  /** Packs that are known by name; where they hold all the doses it is these alone. */
  readonly codes: readonly string[];
  /** Of a pack that is whole. */
  readonly packDoses: number;
}

export interface Stay {
  readonly site: string;
  readonly place: string;
  readonly fromMs: number;
  /** When the last dose left by a step; `null`: not all have. Doses given do not count. */
  readonly toMs: number | null;
  /** By the steps: those that came less those that left. */
  readonly doses: number;
  /** More left than had come: something was not written, or written wrong. */
  readonly isShort: boolean;
}

/** Stays in units and sessions, by site, place and time. `steps` are of one lot. */
export function staysOf(steps: readonly LotStep[]): Stay[] {
  const changes = steps.flatMap(({ site, atMs, from, to, doses }) => [
    { site, place: from, atMs, doses: -doses },
    { site, place: to, atMs, doses },
  ]).filter(({ place }) => isKept(place));
  const byPlace = Map.groupBy(changes, ({ site, place }) => JSON.stringify([site, place]));
  return [...byPlace].sort(([one], [other]) => one < other ? -1 : 1)
    .flatMap(([, some]) => staysAt(some));
}

export function isKept(place: string): boolean {
  return place.startsWith("unit/") || place.startsWith("session/");
}

interface Change {
  readonly site: string;
  readonly place: string;
  readonly atMs: number;
  readonly doses: number;
}

function staysAt(changes: readonly Change[]): Stay[] {
  const [{ site, place }] = changes;
  const moments = [...Map.groupBy(changes, ({ atMs }) => atMs)].sort(([one], [other]) =>
    one - other
  );
  const stays: Stay[] = [];
  let open: { readonly fromMs: number; doses: number; isShort: boolean } | null = null;
  for (const [atMs, some] of moments) {
    open ??= { fromMs: atMs, doses: 0, isShort: false };
    // Of one moment what comes is there before what leaves.
    open.doses += some.reduce((sum, { doses }) => sum + doses, 0);
    if (open.doses < 0) open.isShort = true;
    if (open.doses > 0) continue;
    stays.push({ site, place, ...open, doses: 0, toMs: atMs });
    open = null;
  }
  if (open !== null) stays.push({ site, place, ...open, toMs: null });
  return stays;
}
