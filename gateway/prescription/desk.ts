/** What the doors of a node hand prescriptions to: it stores them, and has them reviewed. */
import type { Problem } from "../../sync/problem.ts";
import type { Door, Receipt } from "./intake.ts";
import type { Prescription } from "./prescription.ts";
import type { Reviewed } from "./reviewed.ts";
import type { Finding } from "./verdict.ts";
import type { Feedback } from "./cds/feedback.ts";

export type Accepted = Receipt & { readonly kind: "accepted" };

/** A prescription as a door has read it. */
export interface Sent extends Accepted {
  /** The header `Idempotency-Key`, or `null`. */
  readonly key: string | null;
  readonly door: Door;
  /** The site that it is of, as its sender named it; `null`: not named. */
  readonly site: string | null;
  /** Whoever sent it, for the audit. */
  readonly who: string;
}

export type Recorded =
  | {
    readonly kind: "reviewed";
    /** It was stored before: this is what was answered then, or has come of it since. */
    readonly repeated: boolean;
    readonly reviewed: Reviewed;
  }
  | {
    readonly kind: "refused";
    readonly problem: Problem;
    /** It may be sent again after so long. */
    readonly retryAfterSeconds?: number;
  };

/** A draft that is checked, journalled as a check, and gets no token. */
export interface DraftSent {
  readonly prescription: Prescription;
  readonly hookInstance: string;
  readonly who: string;
}

export interface RecordDesk {
  /** Resolves when the prescription is on disk and there is a verdict (G1). */
  record(sent: Sent): Promise<Recorded>;
}

export interface Desk extends RecordDesk {
  /** Resolves when the check is on disk. */
  check(draft: DraftSent): Promise<readonly Finding[]>;
  /** Resolves when what was said of the cards is on disk. */
  feedback(feedback: Feedback, who: string): Promise<void>;
}
