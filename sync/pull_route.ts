/** `/sync/pull`: gives entries that the asker wants, and waits a while for those of its stream. */
import { encodePulled, type Pulled } from "./answers.ts";
import { type Answer, type Asker, type Desk, noteLife, octets } from "./desk.ts";
import { withinRanges } from "./life_sums.ts";
import { parseOrigin } from "./origin.ts";
import { PROBLEM_TYPE, problemBody } from "./problem.ts";
import { decodePullAsked, type PullAsked } from "./questions.ts";
import { streamKey } from "./segments.ts";
import { gather, lacking, type PeerPositions } from "./ship.ts";
import { streamTo } from "./stream.ts";

/** A question waits at most so long for its answer: below the silence that ends connections. */
export const PULL_WAIT_MAX_MS = 25_000;
/** What one answer brings: about a second of a slow line. */
const PULL_LIMITS = { entriesMax: 1000, bytesMax: 256 << 10 };

export async function pull(desk: Desk, asker: Asker, body: Uint8Array): Promise<Answer> {
  const asked = decodePullAsked(body);
  const { end, timer } = desk;
  // A site that ships all the time is seen here, since it never has to ask where it stands.
  noteLife(desk, asker, asked.self);
  const reason = notTheirs(desk, asker, asked);
  if (reason !== null) {
    end.onEvent({ kind: "refused", node: asker.node, code: "not-yours" });
    const problem = { status: 403, code: "not-yours", title: "Not for this node", detail: reason };
    return { status: 403, type: PROBLEM_TYPE, body: problemBody(problem) };
  }
  const first = await find(desk, asked);
  if (!first.agreed || first.runs.length > 0 || asked.follow === null) {
    return octets(encodePulled(first));
  }
  using poll = desk.polls.open(asked.follow);
  const endMs = timer.nowMs() + Math.min(asked.waitMs, PULL_WAIT_MAX_MS);
  for (;;) {
    // Looked at once more behind the opening: what came between the two woke nobody.
    const found = await find(desk, asked);
    const leftMs = endMs - timer.nowMs();
    const over = poll === null || leftMs <= 0 || desk.signal.aborted;
    if (!found.agreed || found.runs.length > 0 || over) return octets(encodePulled(found));
    await poll.moved(leftMs, desk.signal);
  }
}

/** A site is given its own entries and what is for it; a county all. */
function notTheirs({ end }: Desk, { node }: Asker, asked: PullAsked): string | null {
  if (end.member(node)?.role === "county") return null;
  const own = streamTo(node);
  if (asked.follow !== null && asked.follow !== own) return `it follows "${asked.follow}"`;
  for (const { origin, stream } of asked.places) {
    if (stream !== own && parseOrigin(origin)?.node !== node) return `it wants "${origin}"`;
  }
  const other = asked.ranges.find(({ stream }) => stream !== own);
  if (other !== undefined) return `it compares "${other.stream}" of "${other.first}"`;
  return null;
}

/** What follows; nothing where it is not certain what the asker has of lives that are over. */
async function find({ end, sums }: Desk, { follow, ranges, places }: PullAsked): Promise<Pulled> {
  const { journal, key } = end;
  const held = journal.positions();
  if (sums.agree(held, ranges).includes(false)) return { agreed: false, runs: [] };
  const at: PeerPositions = new Map();
  for (const { origin, stream, after } of places) {
    at.set(streamKey(origin, stream), { seq: after, hash: new Uint8Array() });
  }
  const isSame = withinRanges(ranges, follow ?? "");
  const wanted = held.filter(({ origin, stream }) =>
    at.has(streamKey(origin, stream)) || stream === follow && !isSame(origin)
  );
  const { runs } = await gather(journal, lacking(wanted, at), at, key, PULL_LIMITS);
  return { agreed: true, runs };
}
