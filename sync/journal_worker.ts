/** The journal's thread: its methods over libsql files. */
import { journalEnd } from "./journal_methods.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import { serveCalls } from "./worker_calls.ts";

const { methods, notice } = journalEnd({
  storage: ({ directory, encryptionKeys = [] }) =>
    new LibsqlSegments({ directory, encryptionKeys }),
  nowMs: () => performance.now(),
  nonce: () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
});
serveCalls(methods, notice);
