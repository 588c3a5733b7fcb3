/**
 * Which sites a county hears, and for how long it has heard nothing of one. What its journal takes
 * of a site, over whichever centre, is a sign of life; time is that of the boot-time clock, from
 * this node's start on.
 */
import type { Stamp } from "../sync/entry.ts";
import { nodeOf } from "../sync/origin.ts";

/** What is here of one stream of a node. */
interface Position {
  readonly origin: string;
  readonly seq: number;
}

interface Heard {
  /** So many entries of the site were here. */
  readonly entries: number;
  readonly bootMs: number;
  readonly wallMs: number;
  readonly isSign: boolean;
}

export interface Hearing {
  /** Nothing came for so long, as far as this node can tell. */
  readonly silentMs: number;
  /** Since this moment by the wall clock. */
  readonly sinceMs: number;
  /** Something came then; else it is when this node began to listen. */
  readonly isSign: boolean;
}

export class HeardSites {
  readonly #heard = new Map<string, Heard>();

  /** To be asked again and again: a site is known from the first time on that it is asked for. */
  look(
    positions: readonly Position[],
    sites: Iterable<string>,
    { bootMs, wallMs }: Pick<Stamp, "bootMs" | "wallMs">,
  ): Map<string, Hearing> {
    const held = new Map<string, number>();
    for (const { origin, seq } of positions) {
      const site = nodeOf(origin);
      held.set(site, (held.get(site) ?? 0) + seq);
    }
    const hearings = new Map<string, Hearing>();
    for (const site of sites) {
      const entries = held.get(site) ?? 0;
      const before = this.#heard.get(site);
      const isNew = before === undefined || before.entries !== entries;
      const heard = isNew ? { entries, bootMs, wallMs, isSign: before !== undefined } : before;
      this.#heard.set(site, heard);
      const { wallMs: sinceMs, isSign } = heard;
      hearings.set(site, { silentMs: bootMs - heard.bootMs, sinceMs, isSign });
    }
    return hearings;
  }
}
