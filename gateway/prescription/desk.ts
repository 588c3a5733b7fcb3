/** What the doors of a node hand prescriptions to: it stores them, and has them reviewed. */
import type { Problem } from "../../sync/problem.ts";
import type { HistoryReach } from "./facts.ts";
import type { Door, Receipt } from "./intake.ts";
import type { Unheard } from "./life/verdict_body.ts";
import type { Prescription } from "./prescription.ts";
import type { Reviewed } from "./reviewed.ts";
import type { Finding } from "./verdict.ts";
import type { Feedback } from "./cds/feedback.ts";
import type { ServiceId } from "./cds/services.ts";

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
  /** What it will be called when it is signed, so that it is no medicine beside itself. */
  readonly number: string;
  readonly hookInstance: string;
  readonly service: ServiceId;
  readonly from: DraftSender;
}

/** A HIS that asks before an order is signed. */
export interface DraftSender {
  /** The site that it is of; `null`: nobody said. */
  readonly site: string | null;
  /** For the audit. */
  readonly who: string;
}

export type Refused = Recorded & { readonly kind: "refused" };

export type Checked =
  | {
    readonly kind: "checked";
    readonly findings: readonly Finding[];
    /** By a site alone, which does not know what other sites have given the patient. */
    readonly degraded: boolean;
    readonly historyReach: HistoryReach;
    /** Of whom that history may lack what was told lately. */
    readonly unheard: readonly Unheard[];
  }
  | Refused;

export interface RecordDesk {
  /** Resolves when the prescription is on disk and there is a verdict (G1). */
  record(sent: Sent): Promise<Recorded>;
}

export interface DraftDesk {
  /** Resolves when the check is on disk. */
  check(draft: DraftSent): Promise<Checked>;
  /** Resolves when what was said of the cards is on disk; what is refused is not. */
  feedback(feedback: Feedback, from: DraftSender): Promise<Refused | { readonly kind: "told" }>;
}

export interface Desk extends RecordDesk, DraftDesk {}
