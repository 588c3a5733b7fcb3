/**
 * What is due of a county by itself: a token that no verdict or decision could bear, a patient to
 * be called (P11), goods that left twice (P9). Ids are made of what it is about, so that both
 * centres, and one that comes back from a crash, tell the same.
 */
import type { Concern } from "../concern.ts";
import type { NewEntry } from "../../sync/append.ts";
import { streamTo } from "../../sync/stream.ts";
import { entryId, newEntry, once } from "../collected_entry.ts";
import type { DeskParts } from "./county_desk.ts";
import type { Homes } from "./homes.ts";
import type { LifeEvent } from "./life/event.ts";
import { isTodo, type Todo } from "./life/owed.ts";
import type { PassTokenBody } from "./life/pass.ts";
import { type Standing, standingOf } from "./life/standing.ts";
import { validityOf } from "./life/token.ts";
import { ofKind } from "./life/told.ts";
import { OwedPages } from "./record/owed_pages.ts";
import { SetAside } from "./record/set_aside.ts";
import { eventsOf } from "./record/stored_events.ts";
import { whenChanged } from "../when_changed.ts";

/** What is due, and as many as are looked at in one go. */
const TODO = {
  sql: "SELECT site, number FROM prescriptions WHERE todo = 1 ORDER BY received, site, number",
  values: [],
  max: 200,
};

export class TodoDesk {
  readonly #parts: DeskParts;
  readonly #homes: Homes;
  readonly #aside: SetAside;
  readonly #due: OwedPages;

  constructor(parts: DeskParts, homes: Homes) {
    this.#parts = parts;
    this.#homes = homes;
    this.#aside = new SetAside(parts.node, "todo");
    this.#due = new OwedPages(parts.node.tables, TODO);
  }

  /** What somebody has to look into. */
  get concerns(): readonly Concern[] {
    return this.#aside.concerns;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#parts.node;
    await tables.caughtUp(journal, signal);
    await this.#aside.recall(signal);
    await whenChanged(tables, signal, () => this.#look());
  }

  async #look(): Promise<boolean | number> {
    const { tables } = this.#parts.node;
    const page = await this.#due.next((key) =>
      !this.#aside.has(key) && this.#homes.isOurs(key, performance.now())
    );
    if (page.round !== null) this.#homes.keep(page.round);
    for (const [, events] of await eventsOf(tables, page.ready)) {
      const standing = standingOf(events);
      const { site, prescription: id } = standing;
      const work = () => this.#tell(standing, events);
      await this.#aside.guard(work, { site, prescription: { id } });
    }
    return this.#aside.after(page);
  }

  async #tell(standing: Standing, events: readonly LifeEvent[]): Promise<void> {
    const { clock, disk } = this.#parts.node;
    const entries: NewEntry[] = [];
    for (const due of standing.due.filter(isTodo)) {
      const entry = this.#entryFor(due, standing, events);
      if (entry !== null) entries.push(entry);
    }
    if (entries.length > 0) await disk.append(entries, clock.now());
  }

  #entryFor(
    due: Todo,
    standing: Standing,
    events: readonly LifeEvent[],
  ): NewEntry | null {
    const { site } = standing;
    switch (due.do) {
      case "open-contact-case":
        return this.#once(streamTo(site), "contact-case", due.body);
      case "alarm-double-use":
        return this.#once("alarm", "prescription-double-use", due.body);
      case "issue-token": {
        const body = this.#token(due.outcome, standing, events);
        return body === null ? null : this.#once(streamTo(site), "pass-token", body);
      }
    }
  }

  #token(
    outcome: PassTokenBody["outcome"],
    { site, prescription, version }: Standing,
    events: readonly LifeEvent[],
  ): PassTokenBody | null {
    const received = ofKind(events, "prescription").find(({ body }) =>
      body.prescription.version === version
    );
    if (received === undefined) return null;
    const { hash, prescription: content } = received.body;
    const id = entryId("pass-token", site, prescription, version, hash, outcome);
    const subject = { site, prescription, version, hash, id, outcome };
    const token = this.#parts.sign({ ...subject, ...validityOf(content) });
    return { ...subject, token };
  }

  #once(stream: NewEntry["stream"], kind: string, body: { readonly id: string }): NewEntry {
    return once(newEntry(stream, kind, this.#parts.node.clock.now(), body), kind, body.id);
  }
}
