/** Files of a node beside its journal, of which all that counts can be made anew from that. */
import { removeDatabase } from "../sync/rekey_database.ts";

/** As SQLite says it of a file under another key, or of a damaged one. */
const UNREADABLE = /not a database|malformed|hmac/i;

/**
 * Opens a libsql file; one that cannot be read, after a rotation of keys or a damage, is removed
 * and opened as a new one. What else `open` throws is thrown on.
 */
export function openOwnFile<T>(
  path: string,
  open: (path: string) => T,
  onRemoved: (reason: string) => void = () => {},
): T {
  try {
    return open(path);
  } catch (error) {
    if (!UNREADABLE.test(String(error))) throw error;
    onRemoved(String(error));
    removeDatabase(path);
    return open(path);
  }
}
