/** What a failed statement means for the one who asked. */
import postgres from "postgres";

/**
 * - `lost`: the connection is gone, and with it the word whether a commit went through;
 * - `unavailable`: nothing was written; the database cannot do it now, and may later;
 * - `raced`: nothing was written; another transaction was first, so look again and repeat;
 * - `aborted`: said of a statement behind the one that failed;
 * - `wrong`: the statement or the tables are not what this program expects.
 */
export type DatabaseTrouble = "lost" | "unavailable" | "raced" | "aborted" | "wrong";

export class DatabaseError extends Error {
  override name = "DatabaseError";
  readonly kind: DatabaseTrouble;
  readonly reason: string;
  readonly hint: string | null;

  constructor(kind: DatabaseTrouble, reason: string, cause?: unknown, hints: string[] = []) {
    const hint = hints.length === 0 ? null : hints.join("; ");
    const told = hint === null ? reason : `${reason}; ${hint}`;
    super(`Cannot use the database: ${told}`, cause === undefined ? {} : { cause });
    this.kind = kind;
    this.reason = told;
    this.hint = hint;
  }
}

/** By SQLSTATE (PostgreSQL, appendix A): whole codes first, then classes. */
const BY_STATE: readonly (readonly [state: string, kind: DatabaseTrouble])[] = [
  ["25P02", "aborted"],
  // Read-only: the primary has become a standby under this connection.
  ["25006", "lost"],
  ["23505", "raced"],
  // Of two that make the same schema or table at once, one is told that it exists.
  ["42710", "raced"],
  ["42P06", "raced"],
  ["42P07", "raced"],
  ["55P03", "raced"],
  ["40", "raced"],
  ["08", "lost"],
  ["57", "lost"],
  ["25P03", "lost"],
  ["53", "unavailable"],
  ["58", "unavailable"],
  ["28", "unavailable"],
  ["3D", "unavailable"],
];

/** Any error that came out of a statement. */
export function explained(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (error instanceof postgres.PostgresError) {
    const kind = BY_STATE.find(([state]) => error.code.startsWith(state))?.[1] ?? "wrong";
    return new DatabaseError(kind, `${error.message} (${error.code})`, error);
  }
  // Whatever is not the server's word is the line's or the client library's.
  const message = error instanceof Error ? error.message : String(error);
  return new DatabaseError("lost", message === "" ? "the line failed" : message, error);
}
