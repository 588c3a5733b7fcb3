/** The journal's thread: its methods over libsql files. */
import { journalEnd } from "./journal_methods.ts";
import { LibsqlSegments } from "./libsql_segments.ts";
import { serveCalls } from "./worker_calls.ts";

const { methods, moved } = journalEnd(({ directory, encryptionKey }) =>
  new LibsqlSegments({ directory, ...(encryptionKey === undefined ? {} : { encryptionKey }) })
);
serveCalls(methods, moved);
