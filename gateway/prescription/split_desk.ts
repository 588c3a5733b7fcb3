/**
 * Once two centres hear each other again, each examines anew what rules of its sites let pass
 * meanwhile, with the history that both had (P11): what comes out stricter stands until something
 * is dispensed, and then opens a contact case. What a person has decided stays as it is.
 */
import type { Concern } from "../concern.ts";
import { streamTo } from "../../sync/stream.ts";
import { examinedAgain, type Repeatable } from "./after_split.ts";
import type { CountyDesk, DeskParts } from "./county_desk.ts";
import type { Hearing } from "./hearing.ts";
import type { Homes } from "./homes.ts";
import { rulingOf } from "./life/decide.ts";
import { versionOf } from "./life/double_use.ts";
import type { LifeEvent } from "./life/event.ts";
import { standingOf } from "./life/standing.ts";
import { ofKind, toldOfVersion } from "./life/told.ts";
import type { VerdictBody } from "./life/verdict_body.ts";
import { verdictEntry } from "./record/entries.ts";
import { SetAside } from "./record/set_aside.ts";
import { eventsOf, type RecordKey } from "./record/stored_events.ts";
import { whenChanged } from "../when_changed.ts";

/** Of one statement; between two of them doors and pages are answered. */
const PAGE = 100;
/** Where something is left that cannot be done yet, it is looked at again after so long. */
const AGAIN_MS = 1000;

const OWED = "SELECT site, number, received FROM prescriptions WHERE owed = 'after-split' " +
  "AND (received, site, number) > (?, ?, ?) ORDER BY received, site, number LIMIT ?";

interface SplitParts {
  readonly home: Pick<Homes, "isHome">;
  readonly hearing: Pick<Hearing, "isWhole">;
  readonly desk: Pick<CountyDesk, "historyOf">;
}

export class SplitDesk {
  readonly #desk: DeskParts;
  readonly #parts: SplitParts;
  readonly #aside: SetAside;

  constructor(desk: DeskParts, parts: SplitParts) {
    this.#desk = desk;
    this.#parts = parts;
    this.#aside = new SetAside(desk.node, "after-split");
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

  /** All that is owed, page by page: what cannot be done holds up nothing behind it. */
  async #look(signal: AbortSignal): Promise<boolean | number> {
    const { tables } = this.#desk.node;
    const owed: RecordKey[] = [];
    let isLeft = false;
    let last: [number, string, string] = [-1, "", ""];
    while (!signal.aborted) {
      if (!this.#parts.hearing.isWhole) return AGAIN_MS;
      const rows = await tables.rows(OWED, [...last, PAGE]);
      const keys = rows.map((row) => {
        const [site, number] = [row.text("site"), row.text("number")];
        last = [row.number("received"), site, number];
        return { site, number };
      });
      const mine = keys.filter((key) => this.#parts.home.isHome(key.site) && !this.#aside.has(key));
      isLeft ||= mine.length < keys.length;
      owed.push(...keys);
      await this.#examineAll(mine);
      if (rows.length < PAGE) {
        this.#aside.keep(owed);
        break;
      }
    }
    return isLeft || this.#aside.size > 0 ? AGAIN_MS : false;
  }

  async #examineAll(keys: readonly RecordKey[]): Promise<void> {
    const found = await eventsOf(this.#desk.node.tables, keys);
    await Promise.all([...found.values()].map((events) => {
      const { site, prescription: id } = standingOf(events);
      return this.#aside.guard(() => this.#examine(events), { site, prescription: { id } });
    }));
  }

  async #examine(events: readonly LifeEvent[]): Promise<void> {
    const { site, prescription: number, version, due } = standingOf(events);
    if (!due.some((one) => one.do === "after-split" && one.version === version)) return;
    const own = events.filter((event) => versionOf(event) === version);
    const verdict = lastOf(rulingOf(toldOfVersion(version, own).verdicts).map(({ body }) => body));
    const received = ofKind(own, "prescription").at(0);
    if (verdict === null || received === undefined) return;
    const { prescription } = received.body;
    const history = await this.#parts.desk.historyOf({ site, number }, prescription);
    if (history === null) throw new Error(`Cannot examine "${number}" again: tables are behind`);
    const { sources, node: { clock, disk, counters } } = this.#desk;
    const body = examinedAgain(verdict, history, sources.now.shelf);
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
