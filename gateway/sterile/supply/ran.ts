/**
 * When a cycle ran: by the place of its readings in the site's journal, which no clock moves, and
 * by clocks as far as they can be believed (T12).
 */
import { lifeOf, nodeOf } from "../../../sync/origin.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { type Age, ageOf, type WrittenMoment } from "../../age.ts";
import type { EventOf } from "./event.ts";
import type { Moment } from "./supply_body.ts";
import { originIn } from "./writing_order.ts";

export interface Ran {
  readonly life: number;
  readonly seq: number;
  /** Of its readings, where that is known: two lives of one number are of two boxes. */
  readonly origin: string | null;
  readonly started: Stamp;
  /** Whose clocks those are; `null`: of whoever asks. */
  readonly node: string | null;
}

/** At a site. */
export interface RanThere extends Ran {
  readonly node: string;
}

/** By a judgement of it. */
export function ranOf(told: EventOf<"sterile-cycle">): RanThere {
  const { site, upTo: { life, seq }, started } = told.body;
  const written = originIn(told);
  const isOf = written !== null && (lifeOf(written) === life || nodeOf(written) !== site);
  return {
    life,
    seq,
    origin: isOf ? written : null,
    started: stampOf(started, told.time),
    node: site,
  };
}

/** Behind all that is known. */
export function ranUntil(now: Stamp): Ran {
  return { life: Infinity, seq: Infinity, origin: null, started: now, node: null };
}

/**
 * The clock of whoever judged it, as that was then, says when it began; in another boot it says
 * nothing of the clock that was read.
 */
function stampOf(started: Moment, judged: Stamp): Stamp {
  if (started.bootId !== judged.bootId) return { ...started, clock: "untrusted" };
  const wallMs = Math.round(judged.wallMs - (judged.bootMs - started.bootMs));
  return { ...started, wallMs, clock: judged.clock };
}

/** Below 0: the first ran before the other; 0: they are one; `null`: nobody knows. */
export function ranOrder(one: Ran, other: Ran): number | null {
  if (one.life !== other.life) return one.life - other.life;
  const isOther = one.origin !== null && other.origin !== null && one.origin !== other.origin;
  return isOther ? null : Math.sign(one.seq - other.seq) || 0;
}

/** Whether it is known that one ran before the other. */
export function ranBefore(one: Ran, other: Ran): boolean {
  return (ranOrder(one, other) ?? 0) < 0;
}

/** When it began, as its age is reckoned. */
export function beganAt({ started, node }: RanThere): Required<WrittenMoment> {
  return { ...started, node };
}

/** How much earlier one that ran before another began. */
export function ageAt(ran: RanThere, { started, node }: Ran): Age {
  const present = { now: started, corrections: [], ...node === null ? {} : { node } };
  return ageOf(beganAt(ran), present);
}
