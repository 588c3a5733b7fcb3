/** Where else what a site wrote is, and up to when: copies that outlive its box (G2, G6, C11). */
import { readContent } from "../sync/entry.ts";
import type { Journal } from "../sync/journal.ts";
import type { Link } from "../sync/link.ts";
import { OctetReader } from "../sync/octets.ts";
import { lifeOf, parseOrigin } from "../sync/origin.ts";
import { streamKey, type StreamState } from "../sync/segments.ts";
import { centresOf } from "./config.ts";
import type { Node } from "./node.ts";

/** What one centre holds of a site, as this node knows it. */
export interface CentreCopy {
  readonly centre: string;
  /**
   * All that the site wrote before this moment is there, milliseconds since 1970 UTC; a county
   * knows of nothing behind the last that it was sent. `null`: nobody here knows.
   */
  readonly untilMs: number | null;
}

export interface SiteCopies {
  /** Of each centre that is configured and not declared lost. */
  readonly centres: readonly CentreCopy[];
  readonly nowMs: number;
}

interface Asked {
  readonly node: Pick<Node, "config" | "journal"> & {
    readonly clock: Pick<Node["clock"], "now">;
    readonly losses: Pick<Node["losses"], "lost">;
  };
  /** Those that are up or were, by centre. */
  readonly links: ReadonlyMap<string, Pick<Link, "peerPositions">>;
}

/** A site goes by receipts: a centre signs them after its own fsync, and they outlast a restart. */
export async function siteCopies({ node, links }: Asked, site: string): Promise<SiteCopies> {
  const { clock, config, journal, losses } = node;
  const nowMs = clock.now().wallMs;
  const isSite = config.role === "site";
  const names = config.role === "site"
    ? config.counties.map((centre) => centre.node)
    : centresOf(config);
  const states = journal.positions().filter(({ origin }) => parseOrigin(origin)?.node === site);
  const completeMs = isSite ? nowMs : await lastMs(journal, states);
  const centres: CentreCopy[] = [];
  for (const centre of names.filter((name) => !losses.lost.has(name))) {
    const receipts = new Map(
      journal.receipts().filter((one) => one.centre === centre)
        .map(({ origin, stream, seq }) => [streamKey(origin, stream), seq]),
    );
    const link = links.get(centre);
    const held = ({ origin, stream, seq }: StreamState): number | null => {
      if (centre === config.node) return seq;
      const key = streamKey(origin, stream);
      if (isSite) return receipts.get(key) ?? 0;
      return link?.peerPositions.get(key)?.seq ?? null;
    };
    centres.push({ centre, untilMs: await untilMs(journal, states, held, completeMs) });
  }
  return { centres, nowMs };
}

async function untilMs(
  journal: Journal,
  states: readonly StreamState[],
  held: (state: StreamState) => number | null,
  completeMs: number | null,
): Promise<number | null> {
  let until = completeMs;
  for (const state of states) {
    const seq = held(state);
    if (seq === null) return null;
    if (seq >= state.seq) continue;
    const missing = await timeMs(journal, state, Math.max(seq, state.floor - 1));
    if (missing !== null) until = Math.min(missing, until ?? missing);
  }
  return until;
}

/** Of the last entry of the newest life; `null`: there is none. */
async function lastMs(journal: Journal, states: readonly StreamState[]): Promise<number | null> {
  const newest = Math.max(0, ...states.map(({ origin }) => lifeOf(origin)));
  let last: number | null = null;
  for (const state of states) {
    if (lifeOf(state.origin) !== newest) continue;
    const time = await timeMs(journal, state, state.seq - 1);
    if (time !== null) last = Math.max(time, last ?? time);
  }
  return last;
}

/** Wall clock of the entry behind this number; `null`: it cannot be read here. */
async function timeMs(
  journal: Journal,
  { origin, stream }: StreamState,
  after: number,
): Promise<number | null> {
  const found = await journal.read(origin, stream, after, { entriesMax: 1, bytesMax: 1 });
  if (found.kind !== "run") return null;
  return readContent(new OctetReader(found.run.contents)).time.wallMs;
}
