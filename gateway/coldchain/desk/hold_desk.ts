/**
 * A county tells sites which lots are held back (C10): those that it holds itself, and those of
 * which another site found that doses, which came on to them, were out of range or unknown. The
 * home centre of a site tells it; the other one where that is away.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { streamTo } from "../../../sync/stream.ts";
import { pause } from "../../../sync/timer.ts";
import { newEntry, once } from "../../collected_entry.ts";
import { isHomeFor, type OtherCentre } from "../../home_centre.ts";
import { onceEach } from "../../once_each.ts";
import { exposureOf } from "../flow/exposure.ts";
import { endOf } from "../flow/held_back.ts";
import { formOf, nameOf, placeOf } from "../flow/place.ts";
import type { LotStep } from "../flow/stays.ts";
import { hereAt, stepsOf } from "../flow/trace.ts";
import { holdAt, untoldHolds } from "../life/lot_hold.ts";
import { type LotState, quarantinedLots } from "../life/quarantine.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import * as reads from "../record/cold_reads.ts";
import { eventsOf } from "../record/stored_events.ts";
import type { ColdNode } from "./cold_node.ts";

const LOOK_MS = 5000;
/** Entries of one look; what is left is told at the next. */
const ENTRIES_MAX = 100;

type HoldNode = Pick<ColdNode, "name" | "clock" | "disk" | "journal" | "tables">;

/** Ids of all that stands of lots of a whole site. */
type KnownAt = (site: string) => Promise<ReadonlySet<string>>;

interface Saying {
  readonly site: string;
  readonly kind: "cold-quarantine" | "cold-quarantine-decided";
  readonly body: { readonly id: string };
}

export class HoldDesk {
  readonly #node: HoldNode;
  readonly #centres: OtherCentre;
  /** What was looked at of a site's finding when nothing was to be told of it. */
  #settled = new Map<string, string>();

  constructor(node: HoldNode, centres: OtherCentre) {
    this.#node = node;
    this.#centres = centres;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#node;
    await tables.caughtUp(journal, signal);
    while (!signal.aborted) {
      await this.look();
      await pause(LOOK_MS, signal);
    }
  }

  /** Writes what is to be told now. */
  async look(): Promise<void> {
    const { disk, clock, tables, journal } = this.#node;
    const knownAt = onceEach((site: string) => this.#knownAt(site));
    const due = [...await this.#ofCounty(knownAt), ...await this.#ofSites(knownAt)];
    const ours = due.filter(({ site }) => isHomeFor(site, this.#node.name, this.#centres))
      .slice(0, ENTRIES_MAX);
    if (ours.length === 0 || disk.noRoomFor("record") !== null) return;
    const now = clock.now();
    const entries = ours.map(({ site, kind, body }): NewEntry =>
      once(newEntry(streamTo(site), kind, now, body), kind, body.id)
    );
    await disk.append(entries, now);
    await tables.caughtUp(journal);
  }

  async #ofCounty(knownAt: KnownAt): Promise<Saying[]> {
    const { name, tables: { near } } = this.#node;
    const { other } = this.#centres;
    const sayings: Saying[] = [];
    for (const centre of other === null ? [name] : [name, other]) {
      const subject = { site: centre, subject: `lots/${WHOLE_SITE}` };
      for (const held of quarantinedLots(await eventsOf(near, subject))) {
        const steps = await stepsOf(near, held.product, held.lot);
        for (const site of await this.#sitesOf(steps)) {
          const told = untoldHolds(site, held, await knownAt(site));
          sayings.push(
            ...told.quarantines.map((body) => ({ site, kind: "cold-quarantine", body } as const)),
            ...told.decided.map((body) => (
              { site, kind: "cold-quarantine-decided", body } as const
            )),
          );
        }
      }
    }
    return sayings;
  }

  /** Where a lot is or was, or to where it is on its way, of sites with units. */
  async #sitesOf(steps: readonly LotStep[]): Promise<string[]> {
    const { near } = this.#node.tables;
    const named = new Set(
      steps.flatMap(({ site, to }) => formOf(to) === "away" ? [site, nameOf(to)] : [site]),
    );
    const sites = [];
    for (const site of named) if (await reads.isWatched(near, site)) sites.push(site);
    return sites;
  }

  async #knownAt(site: string): Promise<ReadonlySet<string>> {
    const subject = { site, subject: `lots/${WHOLE_SITE}` };
    const events = await eventsOf(this.#node.tables.near, subject);
    return new Set(events.map(({ body }) => body.id));
  }

  /** What sites found of lots of which doses went on to other sites. */
  async #ofSites(knownAt: KnownAt): Promise<Saying[]> {
    const { near } = this.#node.tables;
    const settled = new Map<string, string>();
    const sayings: Saying[] = [];
    for (const one of await reads.heldLots(near, null)) {
      if (one.unit === WHOLE_SITE) continue;
      const { site, unit, product, lot } = one;
      const name = JSON.stringify([site, unit, product, lot]);
      const steps = await stepsOf(near, product, lot);
      const events = await eventsOf(near, { site, subject: `lots/${unit}` });
      const seen = JSON.stringify([steps.length, events.length]);
      settled.set(name, seen);
      if (this.#settled.get(name) === seen) continue;
      const state = quarantinedLots(events)
        .find((held) => held.product === product && held.lot === lot);
      const found = state === undefined ? [] : await this.#elsewhere(state, steps, knownAt);
      sayings.push(...found);
      if (found.length > 0) settled.delete(name);
    }
    this.#settled = settled;
    return sayings;
  }

  async #elsewhere(
    state: LotState,
    steps: readonly LotStep[],
    knownAt: KnownAt,
  ): Promise<Saying[]> {
    const { near } = this.#node.tables;
    const { site, unit, product, lot } = state;
    const others = [...new Set(steps.map((step) => step.site))].filter((one) => one !== site);
    const sayings: Saying[] = [];
    for (const { body } of others.length === 0 ? [] : state.open) {
      const place = placeOf("unit", unit);
      const toMs = await endOf(near, body);
      const exposure = exposureOf(steps, { site, place, fromMs: body.sinceMs, toMs });
      for (const other of others) {
        const here = await hereAt(near, product, lot, other);
        const atMs = Number.MAX_SAFE_INTEGER;
        if (!here.some((one) => exposure.includes({ ...one, code: null, atMs }))) continue;
        const told = holdAt(other, { product, lot }, body, "site");
        if ((await knownAt(other)).has(told.id)) continue;
        sayings.push({ site: other, kind: "cold-quarantine", body: told });
      }
    }
    return sayings;
  }
}
