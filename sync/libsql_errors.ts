/** What libsql and the file system throw, sorted by what may be done next. */
import { OctetsError } from "./octets.ts";
import { ColumnError } from "./database.ts";
import { CommitRefused, DamagedSegment, StorageFailed } from "./segments.ts";

/** The disk is full, or another process holds a lock: nothing was written. */
const REFUSED = /^SQLITE_(FULL|BUSY|LOCKED)/;
/** The file is not what was written, or a part of it cannot be read any more. */
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB|IOERR_READ|IOERR_SHORT_READ)/;
const FAILED = /^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|NOMEM|PROTOCOL|AUTH|NOLFS)/;
/** SQLite's extended result codes behind SQLITE_IOERR that say that a read failed. */
const READ_CODES = new Set([266, 522]);

/** The error as a storage has to throw it; a mistake of ours stays what it is. */
export function storageError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message } = error;
  const code: unknown = Reflect.get(error, "code");
  const rawCode: unknown = Reflect.get(error, "rawCode");
  if (error instanceof ColumnError || error instanceof OctetsError) {
    return new DamagedSegment(message, { cause: error });
  }
  if (typeof code === "string" && code.startsWith("SQLITE_")) {
    if (REFUSED.test(code)) return new CommitRefused(message, { cause: error });
    if (DAMAGED.test(code) || (typeof rawCode === "number" && READ_CODES.has(rawCode))) {
      return new DamagedSegment(message, { cause: error });
    }
    return FAILED.test(code) ? new StorageFailed(message, { cause: error }) : error;
  }
  // libsql tells of a file that it cannot open in its own words; Deno's errors have a code.
  const isOfDisk = message.startsWith("ConnectionFailed") || typeof code === "string" ||
    Object.values(Deno.errors).some((kind) => error instanceof kind);
  return isOfDisk ? new StorageFailed(message, { cause: error }) : error;
}

/** Does something with files; throws as a storage has to. */
export function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageError(error);
  }
}
