/** Makes two nodes that differ ask each other again, and fills what is missing here. */
import { keysOf } from "../../sync/desk.ts";
import { DigestQuestions } from "../../sync/digest_questions.ts";
import type { Journal } from "../../sync/journal.ts";
import { nodeOf } from "../../sync/origin.ts";
import type { Peer } from "../../sync/peer.ts";
import type { CentreLink } from "../centre_link.ts";
import type { Node } from "../node.ts";
import type { StreamComparison } from "./comparison.ts";

export interface Repaired {
  /** Entries that were missing here and came from the other node. */
  readonly filled: number;
  /** Streams that both hold with other entries: asking again cannot mend a fork. */
  readonly forks: number;
}

/** Entries looked through at a time. */
const LIMITS = { entriesMax: 4096, bytesMax: 1 << 20 };

/**
 * Forgets what each believes that the other holds, so that positions are asked anew and what is
 * lacking is shipped; and pulls what the journal here has lost in the streams that differ.
 */
export async function repair(
  node: Pick<Node, "config" | "journal" | "tables" | "registry" | "keystore">,
  link: Pick<CentreLink, "askAgain">,
  peer: Peer,
  compared: readonly StreamComparison[],
  signal: AbortSignal,
): Promise<Repaired> {
  const { config, journal, tables } = node;
  let filled = 0;
  let forks = 0;
  for (const view of compared) {
    if (view.state !== "different") continue;
    const { origin, stream, here, firstDifference: from } = view;
    if (here === null) continue;
    // What was counted may be of before something was lost, or came back.
    if (view.differing.length > 0) await tables.mend({ origin, stream, seq: here.seq });
    if (from === null) continue;
    const isHole = await nextHole(journal, origin, stream, from - 1) === from;
    if (!isHole && here.hash !== view.there?.hash) forks++;
    filled += await fill(node, peer, { origin, stream, from }, signal);
  }
  link.askAgain();
  // Nobody ships to a site: only the other centre has something to ask.
  if (config.role === "county") await new DigestQuestions(peer, signal).again();
  return { filled, forks };
}

interface Place {
  readonly origin: string;
  readonly stream: string;
  readonly from: number;
}

/** Pulls what is missing behind a place; returns how many entries came. */
async function fill(
  { journal, registry, keystore, config }: Parameters<typeof repair>[0],
  peer: Peer,
  { origin, stream, from }: Place,
  signal: AbortSignal,
): Promise<number> {
  const member = registry.member(nodeOf(origin));
  const own = nodeOf(origin) === config.node ? [keystore.key.publicKey] : [];
  const publicKeys = [...own, ...(member === undefined ? [] : keysOf(member))];
  let filled = 0;
  for (let hole = await nextHole(journal, origin, stream, from - 1); hole !== null;) {
    const places = [{ origin, stream, after: hole - 1 }];
    const asked = { self: journal.origin, follow: null, waitMs: 0, ranges: [], places };
    const { runs } = await peer.pull(asked, signal);
    await journal.receive(runs.map((run) => ({ run, publicKeys })));
    const next = await nextHole(journal, origin, stream, hole - 1);
    // Nobody has what is missing, or the chain here does not take it.
    if (next === hole) return filled;
    filled += filledUpTo(runs.at(-1)?.last ?? hole, next, hole);
    hole = next;
  }
  return filled;
}

function filledUpTo(pulled: number, next: number | null, hole: number): number {
  return Math.min(pulled + 1, next ?? Infinity) - hole;
}

/** The first entry behind a place that is missing in the middle of a stream. */
async function nextHole(
  journal: Journal,
  origin: string,
  stream: string,
  behind: number,
): Promise<number | null> {
  for (let after = behind;;) {
    const result = await journal.read(origin, stream, after, LIMITS);
    if (result.kind === "missing") return result.seq;
    if (result.kind !== "run") return null;
    after = result.run.last;
  }
}
