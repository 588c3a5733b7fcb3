/**
 * What is written about sterile supply at its site, by persons and by rules: one thing after the
 * other, each on all that the tables hold, with all that follows from it in one commit.
 */
import * as z from "zod";
import { dayText } from "../../china_calendar.ts";
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import type { Problem } from "../../../sync/problem.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { noRoomProblem } from "../../no_room.ts";
import { issueLines } from "../../schema_faults.ts";
import { eventsAround } from "../record/around.ts";
import type { CurveBody } from "../record/curve_body.ts";
import { ALARM_CLOSED, CURVE, keyOf, STERILISER } from "../record/sterile_entry.ts";
import { alarmLine, SELECTS } from "../record/sterile_reads.ts";
import type { SteriliserBody } from "../record/steriliser_body.ts";
import { StoredWords } from "../record/stored_words.ts";
import { type RuleBook, type RulesInForce, rulesOn } from "../rules.ts";
import { type SupplyEvent, supplyEventOf, type SupplyKind, TO_COME } from "../supply/event.ts";
import type { Moment, Person } from "../supply/supply_body.ts";
import { alarmEntries, type Around, closingEntries } from "./alarm_entries.ts";
import { alarmsBy, recallEvents, useAlarms } from "./consequences.ts";
import { curveBodies, type CycleRecordOf, judgementOf, recordIn } from "./cycle_record.ts";
import type { SterileNode } from "./desk_node.ts";
import { loadFor, previousNumber } from "./load_for.ts";
import type { Setup } from "./setup.ts";
import { touchedLoads, touchedUses } from "./touched_loads.ts";

export type Done =
  /** `entry`: id of the entry; the same act again tells the same. */
  | {
    readonly kind: "done";
    readonly entry: string;
    readonly subject: string;
    /** What whoever asked should know of it all the same, in both languages. */
    readonly warning?: string;
  }
  | { readonly kind: "refused"; readonly problem: Problem };

/** One act of a person. */
export interface Act {
  readonly kind: SupplyKind;
  /** Names it: sent again, it is the same. */
  readonly id: string;
  /** Load, pack or cycle, for whoever asked. */
  readonly subject: string;
  /** Body without `id` and `site`. */
  readonly body: object;
  /** Why it may not be, by what the tables hold; `null`: it may. */
  readonly against?: (stored: StoredWords, desk: SterileDesk) => Promise<Problem | null>;
  /** What is to be said of it though it may be; `null`: nothing. */
  readonly warning?: (desk: SterileDesk) => string | null;
  /** A cycle that is to be judged anew with it. */
  readonly judges?: string;
}

export class SterileDesk {
  readonly node: SterileNode;
  readonly book: RuleBook;
  readonly setups: ReadonlyMap<string, Setup>;
  /** When the cycle began that runs in a steriliser now; none: none is known. */
  running: ReadonlyMap<string, Moment> = new Map();
  #last: Promise<unknown> = Promise.resolve();

  constructor(node: SterileNode, setups: readonly Setup[], book: RuleBook) {
    this.node = node;
    this.book = book;
    this.setups = new Map(setups.map((setup) => [setup.settings.id, setup]));
  }

  /** The rules of today. */
  get rules(): RulesInForce {
    return rulesOn(this.book, dayText(this.node.clock.now().wallMs));
  }

  /** What people call this site, and its sterilisers. */
  get around(): Around {
    return { place: this.node.title, setups: this.setups };
  }

  stored(): StoredWords {
    return new StoredWords(this.node.tables, this.node.name);
  }

  async write(act: Act): Promise<Done> {
    return await this.alone(async () => {
      try {
        return await this.#write(act);
      } catch (error) {
        if (error instanceof z.ZodError) return { kind: "refused", problem: misfit(error) };
        throw error;
      }
    });
  }

  /** Judges cycles that are over; what was judged already is the same entry, and not doubled. */
  async record(records: readonly CycleRecordOf[]): Promise<void> {
    await this.alone(async () => {
      for (const record of records) {
        const judged = await this.#judged(record, this.stored(), []);
        if (judged === null) continue;
        await this.#commit([judged], curveBodies(record));
      }
    });
  }

  /** Says by what each steriliser is judged, where that has changed. */
  async announce(): Promise<void> {
    await this.alone(async () => {
      const { name: site, clock, disk, tables } = this.node;
      const time = clock.now();
      const entries: NewEntry[] = [];
      for (const { settings, title, device, source } of this.setups.values()) {
        const about = { site, steriliser: settings.id, title, device, source: source.kind };
        const [row] = await tables.rows(SELECTS.steriliser, [site, settings.id]);
        const text = JSON.stringify({ ...about, settings });
        const id = entryId(STERILISER, site, text);
        const held: { readonly id: string } | null = row === undefined
          ? null
          : JSON.parse(row.text("body"));
        if (held?.id === id) continue;
        const body: SteriliserBody = { id, ...about, settings };
        entries.push(newEntry("record", STERILISER, time, body));
      }
      if (entries.length > 0) await disk.append(entries, time);
    });
  }

  /** A person says what came of an alarm. */
  async close(alarm: string, comment: string, by: Person): Promise<Done> {
    return await this.alone(async () => {
      const { name: site, clock, disk, tables, journal } = this.node;
      const [row] = await tables.rows(SELECTS.alarm, [site, alarm]);
      const line = row === undefined ? null : alarmLine(row);
      if (line === null || !line.isOpen) {
        return { kind: "refused", problem: { ...NOTHING_OPEN, detail: `alarm ${alarm}` } };
      }
      const time = clock.now();
      await disk.append(closingEntries(line, { comment, by }, time, this.around), time);
      await tables.caughtUp(journal);
      return { kind: "done", entry: entryId(ALARM_CLOSED, alarm), subject: alarm };
    });
  }

  async #write(act: Act): Promise<Done> {
    const { kind, id: name, subject, body, against, judges } = act;
    const { name: site, clock, disk } = this.node;
    const id = entryId(kind, site, name);
    const stored = this.stored();
    const warning = act.warning?.(this) ?? null;
    const warned = warning === null ? {} : { warning };
    const done = { kind: "done", entry: id, subject, ...warned } as const;
    if ((await stored.under([keyOf.id(id)])).length > 0) return done;
    const none = noRoomProblem(disk);
    if (none !== null) return { kind: "refused", problem: none };
    const problem = await against?.(stored, this) ?? null;
    if (problem !== null) return { kind: "refused", problem };
    const place = { place: TO_COME, time: clock.now() };
    const event = supplyEventOf(kind, { ...body, id, site }, place);
    const events = [event];
    if (judges !== undefined) {
      const record = await storedRecord(stored, judges);
      const judged = record === null ? null : await this.#judged(record, stored, events);
      if (judged !== null) events.push(judged);
    }
    await this.#commit(events, []);
    return done;
  }

  async #judged(
    record: CycleRecordOf,
    stored: StoredWords,
    more: readonly SupplyEvent[],
  ): Promise<SupplyEvent | null> {
    const setup = this.setups.get(record.steriliser);
    if (setup === undefined) return null;
    const { tables } = this.node;
    const { book, node: { clock } } = this;
    const time = clock.now();
    const load = await loadFor(tables, stored, { record, setup, more, bootId: time.bootId });
    const previousCycle = await previousNumber(tables, record);
    const body = judgementOf(record, { setup, book, load, previousCycle });
    if (body === null) return null;
    const known = await stored.under([keyOf.id(body.id)]);
    if (known.length > 0) return null;
    return supplyEventOf("sterile-cycle", body, { place: TO_COME, time });
  }

  /** Events with all that follows from them: a crash leaves all of it, or nothing. */
  async #commit(events: readonly SupplyEvent[], curves: readonly CurveBody[]): Promise<void> {
    const { node: { name: site, clock, disk, journal, tables }, rules } = this;
    const time = clock.now();
    const stored = this.stored();
    const touched = { rows: tables, stored, site, rules };
    const loads = await touchedLoads(touched, events);
    const around = await eventsAround(stored, loads, events);
    const all = [...events, ...recallEvents(site, around, rules, time)];
    const used = (await touchedUses(stored, events))
      .flatMap((pack) => [keyOf.pack(pack), keyOf.recalled(pack)]);
    const bearing = [...new Set([...around, ...await stored.events(used)])];
    const alarms = [
      ...all.flatMap((event) => alarmsBy(event, time.wallMs)),
      ...useAlarms(events, bearing, rules),
    ];
    const entries = [
      ...curves.map((body) => recorded(CURVE, body, time)),
      ...all.map(({ kind, body }) => recorded(kind, body, time)),
      ...alarms.flatMap((body) => alarmEntries(body, time, this.around)),
    ];
    await disk.append(entries, time);
    await tables.caughtUp(journal);
  }

  /** After all that came before, with tables that have it. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    try {
      await before;
      await this.node.tables.caughtUp(this.node.journal);
      return await work();
    } finally {
      resolve();
    }
  }
}

function recorded(kind: string, body: { readonly id: string }, time: Stamp): NewEntry {
  return once(newEntry("record", kind, time, body), kind, body.id);
}

/** What was seen of a cycle, as its entries have it. */
export async function storedRecord(
  stored: StoredWords,
  cycle: string,
): Promise<CycleRecordOf | null> {
  const words = await stored.under([keyOf.curve(cycle)]);
  return recordIn(words.flatMap((word) => word.about === "curve" ? [word.body] : []));
}

function misfit({ issues }: z.ZodError): Problem {
  return { ...MISFIT, detail: issueLines(issues, 1).join("; ") };
}

const MISFIT: Problem = {
  status: 400,
  code: "sterile-invalid",
  title: "This does not fit an entry about sterile supply",
};
const NOTHING_OPEN: Problem = {
  status: 409,
  code: "not-open",
  title: "There is no such open alarm here",
  hint: "look at the list of alarms again",
};
