/** Makes query tables anew from the journal, while the node works. */
import * as z from "zod";
import { problemResponse } from "../../sync/problem.ts";
import type { ApiRoute } from "../api_route.ts";
import { newEntry } from "../collected_entry.ts";
import type { Node } from "../node.ts";
import { RebuildRefused } from "../tables.ts";
import { goneEntries, goneText } from "./gone_entries.ts";

const rebuildOrder = z.strictObject({
  projection: z.string().optional().describe("One of them; none: all"),
  evenSo: z.boolean().default(false)
    .describe("Though the tables may know of entries that the journal does not hold any more"),
});

export const rebuildProgress = z.object({
  entries: z.number().describe("Read so far, of all streams together"),
  of: z.number(),
  changed: z.record(z.string(), z.number()).nullable()
    .describe("In the last line: by table, how many rows are other than before"),
});

/** The last line where it was left off; the tables are as they were. */
export const rebuildError = z.object({ error: z.string() });

export const REBUILD_ROUTE: ApiRoute = {
  method: "post",
  path: "/api/rebuild",
  right: "system.manage",
  summary: "Makes query tables anew from the journal and switches to them; a JSON document a " +
    "line, how far it is, and last what became other. Whoever goes leaves the tables as they are",
  body: rebuildOrder,
  answer: z.string(),
  contentType: "application/x-ndjson",
  handle: async ({ node }, { body, who }) => {
    const { projection, evenSo } = rebuildOrder.parse(body);
    const all = await node.tables.projections();
    const projections = all.filter((name) => projection === undefined || name === projection);
    if (projections.length === 0) {
      return problemResponse({
        status: 404,
        code: "no-such-projection",
        title: "This node has no such projection",
        hint: `it has ${all.join(", ")}`,
      });
    }
    const gone = await goneEntries(node);
    if (gone.length > 0 && !evenSo) {
      return problemResponse({
        status: 409,
        code: "entries-gone",
        title: "The journal does not hold all that the tables may know of",
        detail: goneText(gone),
        hint: "what the tables know of them would be lost here, and stays at the centres; " +
          "with --even-so (evenSo) they are made of what is here",
      });
    }
    const time = node.clock.now();
    const said = { projections, evenSo, who };
    await node.journal.append([newEntry("audit", "rebuild", time, said)], time);
    const lines = ReadableStream.from(linesOf(node, projections));
    return new Response(lines.pipeThrough(new TextEncoderStream()), {
      status: 201,
      headers: { "content-type": "application/x-ndjson" },
    });
  },
};

async function* linesOf(
  { tables, log }: Pick<Node, "tables" | "log">,
  projections: readonly string[],
): AsyncGenerator<string> {
  try {
    for await (const progress of tables.rebuild(projections)) {
      const { changed } = progress;
      if (changed !== null) {
        const rows = Object.values(changed).reduce((sum, count) => sum + count, 0);
        log({ kind: "tables-rebuilt", projections: projections.join(", "), changedRows: rows });
      }
      yield `${JSON.stringify(progress)}\n`;
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const stack = error instanceof RebuildRefused ? undefined : error.stack;
    log({ kind: "failed", error: `Cannot rebuild the tables: ${error.message}`, stack });
    yield `${JSON.stringify({ error: error.message })}\n`;
  }
}
