/** A vial of several doses, once it is open: told anew of all that names its code, in any order. */
import type { LotStep } from "./stays.ts";

export interface VialOpening {
  readonly id: string;
  readonly atMs: number;
  readonly place: string;
  /** That were in it. */
  readonly doses: number;
  readonly useByMs: number;
}

export interface Vial {
  /** Of its opening. */
  readonly id: string;
  readonly openedMs: number;
  readonly useByMs: number;
  /** Where it is, or was used up. */
  readonly place: string;
  readonly doses: number;
  readonly given: number;
  readonly discarded: number;
  /** Never less than none: {@link doses} without those given and discarded. */
  readonly left: number;
  /** More were given and discarded than were in it: something was written wrong. */
  readonly isShort: boolean;
}

/** `steps`: of its lot at its site; `null`: nobody opened it. Of two openings the first counts. */
export function vialOf(
  code: string,
  openings: readonly VialOpening[],
  given: number,
  steps: readonly LotStep[],
): Vial | null {
  const [opening] = openings.toSorted(byTime);
  if (opening === undefined) return null;
  const { id, atMs, useByMs, doses } = opening;
  const own = steps.filter(({ codes }) => codes.includes(code)).toSorted(byTime);
  const wastes = own.filter(({ to }) => to.startsWith("waste/"));
  const alone = wastes.filter(({ codes }) => codes.length === 1)
    .reduce((sum, step) => sum + step.doses, 0);
  // Thrown away among other packs it was so with all that it still had.
  const isGone = wastes.some(({ codes }) => codes.length > 1);
  const discarded = isGone ? Math.max(alone, doses - given) : alone;
  const place = own.findLast((step) => step.atMs > atMs && !step.to.startsWith("waste/"))?.to ??
    opening.place;
  return {
    ...{ id, openedMs: atMs, useByMs, place, doses, given, discarded },
    left: Math.max(0, doses - given - discarded),
    isShort: given + discarded > doses,
  };
}

function byTime(
  one: Pick<LotStep, "atMs" | "id">,
  other: Pick<LotStep, "atMs" | "id">,
): number {
  return one.atMs - other.atMs || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

/** Doses of vials of a lot, and what became of them. */
export interface VialSums extends Pick<Vial, "doses" | "given" | "discarded" | "left"> {
  readonly product: string;
  readonly lot: string;
  readonly vials: number;
}

/** Of each lot, by its name. */
export function vialSums(vials: readonly Omit<VialSums, "vials">[]): VialSums[] {
  const lots = Map.groupBy(vials, ({ product, lot }) => JSON.stringify([product, lot]));
  return [...lots.values()].map((own) => {
    const sum = (of: "doses" | "given" | "discarded" | "left") =>
      own.reduce((total, one) => total + one[of], 0);
    return {
      ...{ product: own[0].product, lot: own[0].lot, vials: own.length },
      ...{ doses: sum("doses"), given: sum("given") },
      ...{ discarded: sum("discarded"), left: sum("left") },
    };
  }).sort((one, other) => one.lot < other.lot ? -1 : 1);
}
