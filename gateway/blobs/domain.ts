/** Files that travel with the entries. */
import * as z from "zod";
import type { Domain } from "../domain.ts";

export const blobs: Domain = {
  name: "blobs",
  kinds: [{
    kind: "file",
    streams: ["record"],
    about: "A file is here, by the hash of its content",
    body: z.object({ hash: z.string(), bytes: z.number(), mediaType: z.string() }),
  }],
  projections: () => [],
  desk: async () => (await import("./desk.ts")).openBlobDesk,
};
