/** A judgement as the entry that tells of it. */
import { entryId } from "../../collected_entry.ts";
import type { Judgement } from "../judge.ts";
import type { Reason } from "../reason.ts";
import type { Load, Method } from "../rules.ts";
import type { BodyOf } from "./event.ts";
import { type Moment, REASON_TEXT_LENGTH_MAX, REASONS_MAX } from "./supply_body.ts";

/** Which cycle was judged, as what. */
export interface JudgedCycle {
  readonly site: string;
  readonly steriliser: string;
  readonly cycle: string;
  readonly number: string | null;
  readonly load: string | null;
  readonly loadType: Load | null;
  readonly program: string | null;
  readonly method: Method | null;
  readonly source: "samples" | "printed";
  readonly started: Moment;
  readonly ended: Moment | null;
  /** The last of the device's entries that it rests on. */
  readonly upTo: { readonly life: number; readonly seq: number };
  readonly rulesDay: string;
}

/**
 * Id of a cycle of a steriliser, made of its first entry: whoever cuts the stream alike gives it
 * the same.
 */
export function cycleId(
  site: string,
  steriliser: string,
  first: { readonly life: number; readonly seq: number },
): string {
  return entryId("sterile-cycle-of", site, steriliser, first.life, first.seq);
}

/** Made again, of the same entries and by the same rules, it is the same entry. */
export function cycleBodyOf(judged: JudgedCycle, judgement: Judgement): BodyOf<"sterile-cycle"> {
  const { site, cycle, load, loadType, upTo, rulesDay } = judged;
  const { verdict, hold, f0Minutes, offSaturation } = judgement;
  const reasons = judgement.reasons.slice(0, REASONS_MAX).map(shortened);
  const about = JSON.stringify([load, loadType, judged.program, verdict, reasons]);
  return {
    ...judged,
    id: entryId("sterile-cycle", site, cycle, upTo.life, upTo.seq, rulesDay, about),
    verdict,
    reasons,
    holdSeconds: hold?.seconds ?? null,
    lowestCel: hold?.lowestCel ?? null,
    highestCel: hold?.highestCel ?? null,
    f0Minutes,
    offSaturation: offSaturation?.kelvin ?? null,
  };
}

function shortened(reason: Reason): Reason {
  const { text } = reason;
  return text === undefined ? reason : { ...reason, text: text.slice(0, REASON_TEXT_LENGTH_MAX) };
}
