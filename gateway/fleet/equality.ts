/** Whether both centres hold the same: by position and hash of every stream of every node. */
import * as z from "zod";
import { readContent } from "../../sync/entry.ts";
import type { Journal } from "../../sync/journal.ts";
import type { Standing } from "../../sync/answers.ts";
import { OctetReader } from "../../sync/octets.ts";
import { lifeOf, parseOrigin } from "../../sync/origin.ts";
import { streamKey, type StreamState } from "../../sync/segments.ts";

const standing = z.object({ seq: z.number(), hash: z.string().describe("Hexadecimal") });

export const equalityView = z.object({
  node: z.string().describe("Whose entries"),
  origin: z.string(),
  stream: z.string(),
  here: standing,
  there: standing.nullable().describe("The other centre, as it last said; null: not asked yet"),
  state: z.enum(["equal", "behind", "ahead", "fork", "unknown"])
    .describe("What the other centre is; equal means the same number and the same hash"),
  lagEntries: z.number()
    .describe("Entries that the one lacks which is behind: behind: the other; ahead: this centre"),
  lagSeconds: z.number().describe(
    "behind: age of the oldest entry that the other centre lacks; ahead: at most so old is the " +
      "oldest that this one lacks, the age of its own last",
  ),
});
export type EqualityView = z.infer<typeof equalityView>;

/** Where the other centre is known to stand, by (origin, stream). */
interface OtherCentre {
  readonly positions: ReadonlyMap<string, Standing>;
}

/**
 * Every stream that this centre holds, compared with where the other stands. A centre asks for
 * the positions of streams that it knows: one that only the other holds is not in this list, and
 * shows at the other alone, as what this one is behind by.
 */
export async function compare(
  journal: Journal,
  other: OtherCentre | null,
  nowMs: number,
): Promise<EqualityView[]> {
  const views = await Promise.all(
    journal.positions().map((state) => compareStream(journal, state, other, nowMs)),
  );
  return views.sort((a, b) => sortKey(a) < sortKey(b) ? -1 : 1);
}

async function compareStream(
  journal: Journal,
  state: StreamState,
  other: OtherCentre | null,
  nowMs: number,
): Promise<EqualityView> {
  const { origin, stream, seq } = state;
  const there = other?.positions.get(streamKey(origin, stream));
  const base = {
    node: parseOrigin(origin)?.node ?? origin,
    origin,
    stream,
    here: { seq, hash: state.hash.toHex() },
  };
  if (there === undefined) {
    return { ...base, there: null, state: "unknown", lagEntries: 0, lagSeconds: 0 };
  }
  const view = { ...base, there: { seq: there.seq, hash: there.hash.toHex() } };
  if (there.seq > seq) {
    const lagSeconds = await ageSeconds(journal, state, seq - 1, nowMs);
    return { ...view, state: "ahead", lagEntries: there.seq - seq, lagSeconds };
  }
  const own = await journal.hashAt(origin, stream, there.seq);
  if (own !== null && own.toHex() !== there.hash.toHex()) {
    return { ...view, state: "fork", lagEntries: 0, lagSeconds: 0 };
  }
  if (there.seq === seq) return { ...view, state: "equal", lagEntries: 0, lagSeconds: 0 };
  const lagSeconds = await ageSeconds(journal, state, there.seq, nowMs);
  return { ...view, state: "behind", lagEntries: seq - there.seq, lagSeconds };
}

/** How old the entry behind this number is; 0 where it cannot be read. */
async function ageSeconds(
  journal: Journal,
  { origin, stream }: StreamState,
  after: number,
  nowMs: number,
): Promise<number> {
  const found = await journal.read(origin, stream, after, { entriesMax: 1, bytesMax: 1 });
  const wallMs = found.kind === "run"
    ? readContent(new OctetReader(found.run.contents)).time.wallMs
    : nowMs;
  return Math.max(0, Math.round((nowMs - wallMs) / 1000));
}

/** By node, newest life first, then stream. */
function sortKey({ node, origin, stream }: EqualityView): string {
  const life = 1e15 - lifeOf(origin);
  return `${node} ${String(life).padStart(16, "0")} ${stream}`;
}
