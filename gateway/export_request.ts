/** What is asked to be exported, as ranges of what this node holds. */
import * as z from "zod";
import { parseDay } from "../sync/day.ts";
import { ExportError, exportFile, type ExportRange } from "../sync/export.ts";
import { lifeOf, NODE_NAME, nodeOf, parseOrigin } from "../sync/origin.ts";
import { keysOf } from "../sync/desk.ts";
import { streamRank } from "../sync/stream.ts";
import { numbersOfDays } from "./fleet/day_tables.ts";
import type { Node } from "./node.ts";

const NUMBER = /^[1-9]\d{0,14}$/;

const edge = z.string()
  .refine((text) => NUMBER.test(text) || parseDay(text) !== null, "want a number or YYYY-MM-DD")
  .describe("Number of an entry, with one origin and stream; or a day, as in 2026-11-24");

export const exportQuery = z.strictObject({
  node: z.string().regex(NODE_NAME).optional().describe("Entries of this node, all its lives"),
  origin: z.string().refine((text) => parseOrigin(text) !== null, "want NODE.LIFE-NONCE")
    .optional().describe("Entries of this origin, as in /api/positions"),
  stream: z.string().min(1).optional().describe("One stream; none: all"),
  from: edge.optional(),
  to: edge.optional(),
}).superRefine(({ node, origin, stream, from, to }, { addIssue }) => {
  const wrong = (path: string, message: string) =>
    addIssue({ code: "custom", path: [path], message });
  if ((node === undefined) === (origin === undefined)) wrong("node", "want node or origin");
  for (const [path, text] of [["from", from], ["to", to]] as const) {
    const numbered = text !== undefined && NUMBER.test(text);
    if (numbered && (origin === undefined || stream === undefined)) {
      wrong(path, "a number needs origin and stream");
    }
  }
});
export type ExportQuery = z.infer<typeof exportQuery>;

/** What this node holds of what is asked, older lives first. */
export async function exportRanges(
  { journal, tables }: Pick<Node, "journal" | "tables">,
  query: ExportQuery,
): Promise<ExportRange[]> {
  await tables.caughtUp(journal);
  const held = journal.positions().filter(({ origin, stream }) =>
    (query.origin === undefined ? nodeOf(origin) === query.node : origin === query.origin) &&
    (query.stream === undefined || stream === query.stream)
  );
  held.sort((a, b) =>
    lifeOf(a.origin) - lifeOf(b.origin) || streamRank(a.stream) - streamRank(b.stream)
  );
  const ranges: ExportRange[] = [];
  for (const { origin, stream, seq } of held) {
    const first = await edgeOf(tables, { origin, stream }, query.from, "first");
    const last = await edgeOf(tables, { origin, stream }, query.to, "last");
    if (first === null || last === null) continue;
    const range = { origin, stream, after: (first ?? 1) - 1, to: Math.min(last ?? seq, seq) };
    if (range.after < range.to) ranges.push(range);
  }
  return ranges;
}

/** The number at one end; `undefined`: as far as it goes, `null`: nothing is on that side. */
async function edgeOf(
  tables: Node["tables"],
  stream: Pick<ExportRange, "origin" | "stream">,
  asked: string | undefined,
  end: "first" | "last",
): Promise<number | null | undefined> {
  if (asked === undefined) return undefined;
  if (NUMBER.test(asked)) return Number(asked);
  const day = parseDay(asked);
  if (day === null) return null;
  const [from, to] = end === "first"
    ? [day, Number.MAX_SAFE_INTEGER]
    : [Number.MIN_SAFE_INTEGER, day];
  return (await numbersOfDays(tables, stream, from, to))?.[end] ?? null;
}

/** The file; where it cannot go on, its last line is `{"error": …}`, and no signature follows. */
export async function* exportParts(
  node: Pick<Node, "config" | "journal" | "keystore" | "registry" | "clock">,
  ranges: readonly ExportRange[],
): AsyncGenerator<Uint8Array> {
  const { config, journal, keystore, registry, clock } = node;
  const { publicKey } = keystore.key;
  try {
    yield* exportFile({
      journal,
      exporter: config.node,
      key: keystore.key,
      isCentre: config.role === "county",
      keysOf: (name) => {
        const member = registry.member(name);
        return member === undefined ? (name === config.node ? [publicKey] : []) : keysOf(member);
      },
      ranges,
      madeMs: clock.now().wallMs,
    });
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    yield new TextEncoder().encode(`${JSON.stringify({ error: error.message })}\n`);
  }
}

/** Says in `audit` what leaves this node: whoever took it may hold personal data (X5). */
export async function tellExport(
  { journal, clock }: Pick<Node, "journal" | "clock">,
  query: ExportQuery,
  who: string,
): Promise<void> {
  const time = clock.now();
  const body = JSON.stringify({ ...query, who });
  await journal.append(
    [{ kind: "entry", stream: "audit", entryKind: "export", time, body }],
    time,
  );
}
