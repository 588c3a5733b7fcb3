/**
 * Once two centres hear each other again, each examines anew what its sites were let give out
 * meanwhile, by rules or by a person, with the history that both had (P11): what comes out
 * stricter, and no person has seen, stands until something is dispensed, and then opens a contact
 * case.
 */
import type { Concern } from "../concern.ts";
import { streamTo } from "../../sync/stream.ts";
import { examinedAgain, historyAgain, type Look, lookOf, type Repeatable } from "./after_split.ts";
import type { CountyDesk, DeskParts } from "./county_desk.ts";
import type { HistoryLine } from "./facts.ts";
import type { Hearing } from "./hearing.ts";
import type { Homes } from "./homes.ts";
import { rulingOf } from "./life/decide.ts";
import { versionOf } from "./life/double_use.ts";
import type { LifeEvent } from "./life/event.ts";
import { standingOf } from "./life/standing.ts";
import { ofKind, toldOfVersion } from "./life/told.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import { verdictEntry } from "./record/entries.ts";
import { OwedPages } from "./record/owed_pages.ts";
import { SetAside } from "./record/set_aside.ts";
import { chunksOf, eventsOf, nameOf, type RecordKey } from "./record/stored_events.ts";
import type { Rows } from "../sql/sql.ts";
import { onceEach } from "../once_each.ts";
import { whenChanged } from "../when_changed.ts";

/** Where what is left cannot be done yet, it is looked at again after so long. */
const AGAIN_MS = 1000;

/** What is owed, and as many as wait for the other centre's word together. */
const OWED = {
  sql: "SELECT site, number FROM prescriptions WHERE owed = 'after-split' " +
    "ORDER BY received, site, number",
  values: [],
  max: 1000,
};

/** Looked at in one go: between two of them doors and pages are answered. */
const TOGETHER = 100;

/** Whether what is owed at a site is this centre's to do. */
type IsHome = (site: string) => boolean;

interface SplitParts {
  readonly home: Pick<Homes, "isHome">;
  readonly hearing: Pick<Hearing, "heardAllOf">;
  readonly desk: Pick<CountyDesk, "historyOf">;
}

export class SplitDesk {
  readonly #desk: DeskParts;
  readonly #parts: SplitParts;
  readonly #aside: SetAside;
  readonly #owed: OwedPages;

  constructor(desk: DeskParts, parts: SplitParts) {
    this.#desk = desk;
    this.#parts = parts;
    this.#aside = new SetAside(desk.node, "after-split");
    this.#owed = new OwedPages(desk.node.tables, OWED);
  }

  /** What somebody has to look into. */
  get concerns(): readonly Concern[] {
    return this.#aside.concerns;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { node: { tables, journal }, sources } = this.#desk;
    await tables.caughtUp(journal, signal);
    await sources.ready;
    await this.#aside.recall(signal);
    await whenChanged(tables, signal, () => this.#look(signal));
  }

  async #look(signal: AbortSignal): Promise<boolean | number> {
    const { tables, journal } = this.#desk.node;
    const page = await this.#owed.next((key) =>
      this.#parts.home.isHome(key.site) && !this.#aside.has(key)
    );
    if (page.ready.length > 0) {
      // What the other had when these were here: else each of two might be examined without the
      // other one, which would be on its way.
      await this.#parts.hearing.heardAllOf(performance.now(), signal);
      // Who is at home where is asked once, after that wait: by a link that came up meanwhile the
      // other centre examines what is its own, and not this one too.
      const isHome: IsHome = onceEach((site) => this.#parts.home.isHome(site));
      const ready = page.ready.filter(({ site }) => isHome(site));
      for (const keys of chunksOf(ready, TOGETHER)) {
        if (signal.aborted) return false;
        await this.#examineAll(keys, isHome);
      }
      // What has been examined is not owed when the next page is asked for.
      await tables.caughtUp(journal, signal);
    }
    const left = this.#aside.after(page);
    // What is left to the other centre, or rests, is no hurry.
    return left === true && page.round !== null && page.ready.length === 0 ? AGAIN_MS : left;
  }

  async #examineAll(keys: readonly RecordKey[], isHome: IsHome): Promise<void> {
    const found = await eventsOf(this.#desk.node.tables, keys);
    await Promise.all([...found.values()].map((events) => {
      const { site, prescription: id } = standingOf(events);
      return this.#aside.guard(() => this.#examine(events, isHome), { site, prescription: { id } });
    }));
  }

  async #examine(events: readonly LifeEvent[], isHome: IsHome): Promise<void> {
    const { site, prescription: number, version, due } = standingOf(events);
    if (!due.some((one) => one.do === "after-split" && one.version === version)) return;
    const own = events.filter((event) => versionOf(event) === version);
    const verdict = lastOf(rulingOf(toldOfVersion(version, own).verdicts).map(({ body }) => body));
    const received = ofKind(own, "prescription").at(0);
    if (verdict === null || received === undefined) return;
    const { prescription } = received.body;
    const history = await this.#parts.desk.historyOf({ site, number }, prescription);
    if (history === null) throw new Error(`Cannot examine "${number}" again: tables are behind`);
    const { sources, node: { clock, disk, counters, tables } } = this.#desk;
    const counting = historyAgain(verdict, history, await looksAt(history, tables, isHome));
    const body = examinedAgain(verdict, counting, sources.now.shelf);
    const time = clock.now();
    const [{ kind }] = await disk.append([verdictEntry(streamTo(site), time, body)], time);
    const { mode, outcome } = body;
    if (kind === "stored") counters.add("tributary_verdicts_total", { mode, outcome });
  }
}

/** The last that was given, by which the others' histories were no larger. */
function lastOf(verdicts: readonly VerdictBody[]): Repeatable | null {
  return verdicts.reduce<Repeatable | null>((last, { facts, ...verdict }) => {
    if (facts === undefined || (last?.atMs ?? -Infinity) > (verdict.atMs ?? 0)) return last;
    return { ...verdict, facts };
  }, null);
}

/** At the other prescriptions of a history, by `nameOf`. */
async function looksAt(
  history: readonly HistoryLine[],
  rows: Rows,
  isHome: IsHome,
): Promise<Map<string, Look>> {
  const keys = history.map(({ site, prescription: number }) => ({ site, number }));
  const others = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  const found = await eventsOf(rows, others);
  return new Map(others.flatMap((key) => {
    const events = found.get(nameOf(key));
    return events === undefined ? [] : [[nameOf(key), lookOf(events, isHome(key.site))]];
  }));
}
