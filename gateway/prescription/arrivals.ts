/**
 * Prescriptions as they arrive at their home from sites, heard in the journal: the tables, by which
 * whatever is owed is found, follow a tenth of a second later.
 */
import type { Entry } from "../../sync/entry.ts";
import { nodeOf } from "../../sync/origin.ts";
import type { Node } from "../node.ts";
import { eventIn } from "./record/life_entry.ts";
import { hearNew } from "../new_entries.ts";
import { nameOf } from "./record/stored_events.ts";
import type { Reviewable } from "./review.ts";

export interface ArrivalParts {
  readonly node: Pick<Node, "journal" | "clock" | "counters">;
  /** Nobody waits at a site for longer: what is older was decided there, or will be (P12). */
  readonly waitMs: number;
  /** Whether this centre is to decide it. */
  readonly isOurs: (site: string) => boolean;
  readonly decide: (one: Reviewable) => Promise<void>;
}

/** Decided at one time: more are found by the tables. */
const DECIDING_MAX = 500;

const LEFT = "tributary_arrivals_left_total";

const KINDS: ReadonlySet<string> = new Set(["prescription", "verdict"]);

export class Arrivals {
  readonly #parts: ArrivalParts;
  #deciding = 0;

  constructor(parts: ArrivalParts) {
    this.#parts = parts;
  }

  run(signal: AbortSignal): Promise<void> {
    const { journal } = this.#parts.node;
    const isRecord = ({ stream }: { readonly stream: string }) => stream === "record";
    return hearNew(journal, isRecord, (entries) => this.#hear(entries), signal);
  }

  #hear(entries: readonly Entry[]): void {
    const { waitMs, isOurs, decide, node } = this.#parts;
    const nowMs = node.clock.now().wallMs;
    const arrived = new Map<string, Reviewable>();
    for (const entry of entries) {
      if (!KINDS.has(entry.kind)) continue;
      if (Math.abs(nowMs - entry.time.wallMs) >= waitMs) {
        if (entry.kind === "prescription") node.counters.add(LEFT, { reason: "late" });
        continue;
      }
      const event = eventIn(entry, []);
      if (event?.kind === "prescription") {
        const { site, hash, prescription } = event.body;
        if (nodeOf(entry.origin) !== site || !isOurs(site)) continue;
        const { id, version } = prescription;
        arrived.set(nameOfVersion(site, id, version), { site, hash, prescription });
      } else if (event?.kind === "verdict") {
        // The site has decided alone: a county looks at it afterwards.
        const { site, prescription, version } = event.body;
        arrived.delete(nameOfVersion(site, prescription, version));
      }
    }
    const room = DECIDING_MAX - this.#deciding;
    if (arrived.size > room) node.counters.add(LEFT, { reason: "busy" }, arrived.size - room);
    for (const one of [...arrived.values()].slice(0, room)) {
      this.#deciding++;
      void decide(one).finally(() => this.#deciding--);
    }
  }
}

function nameOfVersion(site: string, number: string, version: number): string {
  return `${version}/${nameOf({ site, number })}`;
}
