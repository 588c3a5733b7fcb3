/** Whether a journal takes anything, and what it says when it does not. */

/** Nothing can be stored now; what was stored is there. Nothing needs a restart: try again. */
export class JournalUnwritable extends Error {
  override name = "JournalUnwritable";
  /** Why not, as the disk says it. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Cannot write to the journal: ${reason}`, options);
    this.reason = reason;
  }
}

/** As the journal's thread says it. */
export type CoreHealth =
  | { readonly state: "writable" }
  | { readonly state: "unwritable"; readonly reason: string };

export type JournalHealth =
  | { readonly state: "writable" }
  /** `sinceMs` is on the clock of `performance.now()`, or of the journal's own timer. */
  | { readonly state: "unwritable"; readonly reason: string; readonly sinceMs: number };
