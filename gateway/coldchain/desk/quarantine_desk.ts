/**
 * Sets stock apart that lay in a unit while it was out of range, or while nobody knew (C10, C7):
 * every lot of every such alarm, by the site's own tables of what was where. Nobody has to think
 * of it; what becomes of the stock a person decides.
 */
import { pause } from "../../../sync/timer.ts";
import { CAUSES_APART, dueQuarantine, type Lasting, type StoredLot } from "../life/quarantine.ts";
import type { QuarantineBody } from "../life/quarantine_body.ts";
import { eventsOf } from "../record/stored_events.ts";
import { coldEntry, type ColdNode } from "./cold_node.ts";

/** A nurse may take a dose at any moment: as often as alarms are looked for. */
const LOOK_MS = 1000;
/** Alarms that are over began so long ago at most: a quarter, as loggers are read. */
const BACK_MS = 92 * 86_400_000;
/** Lots of episodes of one look, the latest first. */
const LAIN_MAX = 20_000;
/** Entries of one commit; what is left is due at the next look. */
const ENTRIES_MAX = 100;

const APART = [...CAUSES_APART.keys()].map((cause) => `'${cause}'`).join(", ");

/**
 * Each column of an index is asked for, also where every value will do: of two indexes that begin
 * alike the store else goes through all that the site has.
 */
const lain = (which: string) =>
  "SELECT e.episode AS episode, e.unit AS unit, e.cause AS cause, e.since AS began, " +
  "e.ended AS ended, s.product AS product, s.lot AS lot, s.since AS came, s.until AS gone, " +
  "l.said AS said " +
  "FROM coldepisodes e JOIN coldstays s ON s.site = e.site AND s.place = 'unit/' || e.unit " +
  `AND s.since < COALESCE(e.ended, ${Number.MAX_SAFE_INTEGER}) ` +
  "AND (s.until IS NULL OR s.until > e.since) " +
  "LEFT JOIN coldlots l ON l.site = e.site AND l.unit = e.unit AND l.product = s.product " +
  "AND l.lot = s.lot " +
  `WHERE ${which} AND e.cause IN (${APART}) ` +
  `ORDER BY e.since DESC LIMIT ${LAIN_MAX}`;

export const LAIN = {
  going: lain("e.goes IS NOT NULL AND e.site = ? AND e.unit > ''"),
  recent: lain("e.since >= ? AND e.site || '' = ?"),
} as const;

interface Lain {
  readonly episode: Lasting;
  readonly lot: StoredLot;
  /** Ids of its quarantines there and of what was decided of them, as JSON; `null`: none yet. */
  readonly said: string | null;
}

export class QuarantineDesk {
  readonly #node: ColdNode;
  /** What had lain in units, and was said of it, when nothing was due. */
  #settled = "";

  constructor(node: ColdNode) {
    this.#node = node;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#node;
    await tables.caughtUp(journal, signal);
    while (!signal.aborted) {
      await this.look();
      await pause(LOOK_MS, signal);
    }
  }

  /** Writes what is due now. */
  async look(): Promise<void> {
    const { disk, clock, tables, journal } = this.#node;
    const found = await this.#lain();
    const known = JSON.stringify(found);
    if (known === this.#settled) return;
    const due = await this.#due(found);
    if (due.length === 0) {
      this.#settled = known;
      return;
    }
    // Without room it is due until there is some.
    if (disk.noRoomFor("record") !== null) return;
    const bodies = due.slice(0, ENTRIES_MAX);
    const entries = bodies.map((body) => coldEntry(this.#node, "record", "cold-quarantine", body));
    await disk.append(entries, clock.now());
    await tables.caughtUp(journal);
  }

  async #due(found: readonly Lain[]): Promise<QuarantineBody[]> {
    const { name: site, tables } = this.#node;
    const due: QuarantineBody[] = [];
    for (const [unit, ofUnit] of Map.groupBy(found, ({ episode }) => episode.unit)) {
      const events = await eventsOf(tables.near, { site, subject: `lots/${unit}` });
      for (const some of Map.groupBy(ofUnit, ({ episode }) => episode.episode).values()) {
        const body = dueQuarantine(some[0].episode, some.map(({ lot }) => lot), events);
        if (body !== null) due.push(body);
      }
    }
    return due;
  }

  async #lain(): Promise<Lain[]> {
    const { name: site, clock, tables } = this.#node;
    const rows = [
      ...await tables.near.rows(LAIN.going, [site]),
      ...await tables.near.rows(LAIN.recent, [clock.now().wallMs - BACK_MS, site]),
    ];
    return rows.map((row) => {
      const unit = row.text("unit");
      return {
        episode: {
          ...{ episode: row.text("episode"), site, unit, cause: row.text("cause") },
          ...{ sinceMs: row.number("began"), endedMs: row.numberOrNull("ended") },
        },
        lot: {
          ...{ site, unit, product: row.text("product"), lot: row.text("lot") },
          ...{ fromMs: row.number("came"), toMs: row.numberOrNull("gone") },
        },
        said: row.textOrNull("said"),
      };
    });
  }
}
