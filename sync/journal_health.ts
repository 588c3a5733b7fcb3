/** Whether a journal can write at the moment. */
export type JournalHealth =
  | { readonly state: "writable" }
  /** `sinceMs` is on the clock of `performance.now()`. */
  | { readonly state: "unwritable"; readonly reason: string; readonly sinceMs: number };

/** Nothing of what was given is stored, for want of room or of a disk that writes: try later. */
export class JournalUnwritable extends Error {
  override name = "JournalUnwritable";
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Cannot write to the journal: ${reason}`, options);
    this.reason = reason;
  }
}
