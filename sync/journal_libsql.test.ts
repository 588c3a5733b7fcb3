import { stampAt, TemporaryFolder } from "./fixtures.ts";
import { openJournal } from "./journal.ts";
import { describeJournal, NODE } from "./journal_conformance.ts";

describeJournal("libsql files", () => {
  const folder = new TemporaryFolder();
  return Promise.resolve({
    open: (options = {}) =>
      openJournal({
        directory: folder.path,
        node: NODE,
        hashName: "sha256",
        segmentBytesMax: 1 << 20,
        stamp: stampAt(0),
        ...options,
      }),
    [Symbol.asyncDispose]: () => Promise.resolve(folder[Symbol.dispose]()),
  });
});
