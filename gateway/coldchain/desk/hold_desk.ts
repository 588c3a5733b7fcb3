/**
 * A county tells sites which lots are held back (C10): those that it holds itself, and those of
 * which another site found that doses, which came on to them, were out of range or unknown. The
 * home centre of a site tells it; the other one where that is away.
 */
import type { NewEntry } from "../../../sync/append.ts";
import { streamTo } from "../../../sync/stream.ts";
import { pause } from "../../../sync/timer.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { isHomeFor, type OtherCentre } from "../../home_centre.ts";
import type { Rows } from "../../sql/sql.ts";
import { type Exposure, exposureOf } from "../flow/exposure.ts";
import { heldAbout } from "../flow/held_back.ts";
import { formOf, nameOf } from "../flow/place.ts";
import type { LotStep } from "../flow/stays.ts";
import { hereAt, stepsOf } from "../flow/trace.ts";
import { holdAt, untoldHolds } from "../life/lot_hold.ts";
import type { Barring } from "../life/quarantine.ts";
import type { LotKey, QuarantineBody } from "../life/quarantine_body.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import type { HeldLot } from "../record/cold_reads.ts";
import * as reads from "../record/cold_reads.ts";
import { barredAt, lotState, NO_LOT } from "../record/lot_reads.ts";
import type { ColdNode } from "./cold_node.ts";

const LOOK_MS = 5000;
/** Entries of one look; what is left is told at the next. */
const ENTRIES_MAX = 100;
/** Lots of a centre that one look is about; the next is about those behind them, and so around. */
const BARRED_MAX = 2000;
/** What is to be destroyed or sent back is looked after for a quarter from its finding on. */
const BACK_MS = 92 * 86_400_000;
/** The latest of them. */
const LOST_MAX = 500;

type HoldNode = Pick<ColdNode, "name" | "clock" | "disk" | "journal"> & {
  readonly tables: Pick<ColdNode["tables"], "caughtUp"> & { readonly near: Rows };
};

/** What stands of a lot of a whole site. */
interface Known {
  readonly ids: ReadonlySet<string>;
  readonly barring: readonly Barring[];
}

/** Where doses of a finding are, by all that was seen of them. */
interface Seen {
  readonly seen: string;
  readonly exposure: Exposure;
}

interface Saying {
  readonly site: string;
  readonly kind: "cold-quarantine" | "cold-quarantine-decided";
  readonly body: { readonly id: string };
}

export class HoldDesk {
  readonly #node: HoldNode;
  readonly #centres: OtherCentre;
  /** Of each finding of a site at the last look. */
  #exposures: ReadonlyMap<string, Seen> = new Map();
  readonly #barredMax: number;
  /** Of each centre, the lot up to which nothing was to be told. */
  readonly #behind = new Map<string, LotKey>();

  constructor(node: HoldNode, centres: OtherCentre, barredMax = BARRED_MAX) {
    this.#node = node;
    this.#centres = centres;
    this.#barredMax = barredMax;
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
    const waiting = await reads.heldLots(tables.near, null);
    const due = [...await this.#ofCounty(waiting), ...await this.#ofSites(waiting)];
    const ours = due.filter(({ site }) => this.#isOurs(site)).slice(0, ENTRIES_MAX);
    if (ours.length === 0 || disk.noRoomFor("record") !== null) return;
    const now = clock.now();
    const entries = ours.map(({ site, kind, body }): NewEntry =>
      once(newEntry(streamTo(site), kind, now, body), kind, body.id)
    );
    await disk.append(entries, now);
    await tables.caughtUp(journal);
  }

  /**
   * Of lots that a centre has not let go, and of those that wait at a site still, so that it hears
   * of it: not of all that were ever held.
   */
  async #ofCounty(waiting: readonly HeldLot[]): Promise<Saying[]> {
    const { name, tables: { near } } = this.#node;
    const { other } = this.#centres;
    const atSites = waiting.filter(({ unit }) => unit === WHOLE_SITE);
    const sayings: Saying[] = [];
    for (const centre of other === null ? [name] : [name, other]) {
      const behind = this.#behind.get(centre) ?? NO_LOT;
      const barred = await barredAt(near, centre, behind, this.#barredMax);
      const lots = [...barred, ...atSites];
      const each = new Map(lots.map((one) => [JSON.stringify([one.product, one.lot]), one]));
      const told: Saying[] = [];
      for (const lot of each.values()) told.push(...await this.#untold(centre, lot));
      sayings.push(...told);
      // What is beyond the entries of this look is told at the next.
      if (told.length === 0) this.#behind.set(centre, barred.at(this.#barredMax - 1) ?? NO_LOT);
    }
    return sayings;
  }

  /** Of a lot of a centre, to the sites that are ours. */
  async #untold(centre: string, { product, lot }: LotKey): Promise<Saying[]> {
    const { near } = this.#node.tables;
    const held = await lotState(near, { site: centre, unit: WHOLE_SITE, product, lot });
    if (held === null) return [];
    const sayings: Saying[] = [];
    for (const site of await this.#sitesOf(await stepsOf(near, product, lot))) {
      if (!this.#isOurs(site)) continue;
      const told = untoldHolds(site, held, (await this.#knownAt(site, held)).ids);
      sayings.push(
        ...told.quarantines.map((body) => ({ site, kind: "cold-quarantine", body } as const)),
        ...told.decided.map((body) => ({ site, kind: "cold-quarantine-decided", body } as const)),
      );
    }
    return sayings;
  }

  #isOurs(site: string): boolean {
    return isHomeFor(site, this.#node.name, this.#centres);
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

  async #knownAt(site: string, { product, lot }: LotKey): Promise<Known> {
    const { near } = this.#node.tables;
    const stands = await lotState(near, { site, unit: WHOLE_SITE, product, lot });
    if (stands === null) return { ids: new Set(), barring: [] };
    const { quarantines, decisions, barring } = stands;
    return { ids: new Set([...quarantines, ...decisions].map(({ body }) => body.id)), barring };
  }

  /** What sites found of lots of which doses went on to other sites. */
  async #ofSites(waiting: readonly HeldLot[]): Promise<Saying[]> {
    const { clock, tables: { near } } = this.#node;
    const lost = await reads.lostLots(near, null, clock.now().wallMs - BACK_MS, LOST_MAX);
    const exposures = new Map<string, Seen>();
    const sayings: Saying[] = [];
    for (const { site, unit, product, lot } of [...waiting, ...lost]) {
      if (unit === WHOLE_SITE) continue;
      const steps = await stepsOf(near, product, lot);
      const others = [...new Set(steps.map((step) => step.site))].filter((one) => one !== site);
      if (others.length === 0) continue;
      const known = await Promise.all(
        others.map((other) => this.#knownAt(other, { product, lot })),
      );
      const state = await lotState(near, { site, unit, product, lot });
      for (const barring of state?.barring ?? []) {
        const { body } = barring.event;
        const name = JSON.stringify([site, body.id, product, lot]);
        const found = await this.#exposureOf(name, barring, steps);
        exposures.set(name, found);
        for (const [at, other] of others.entries()) {
          sayings.push(
            ...(await this.#elsewhere(other, { product, lot }, body, steps, found, known[at])),
          );
        }
      }
    }
    this.#exposures = exposures;
    return sayings;
  }

  /** Told anew of all that it hangs on, which is a third of a second for thousands of packs. */
  async #exposureOf(
    name: string,
    barring: Barring,
    steps: readonly LotStep[],
  ): Promise<Seen> {
    const about = await heldAbout(this.#node.tables.near, barring, steps);
    const told = "steps" in about ? [...about.steps] : about;
    const seen = entryId("exposure", JSON.stringify([told, steps]));
    const before = this.#exposures.get(name);
    return before?.seen === seen ? before : { seen, exposure: exposureOf(steps, about) };
  }

  /** Of one finding at another site: where such doses are, and each time that more have come. */
  async #elsewhere(
    other: string,
    lot: LotKey,
    body: QuarantineBody,
    steps: readonly LotStep[],
    { exposure }: Seen,
    { ids, barring }: Known,
  ): Promise<Saying[]> {
    const told = holdAt(other, lot, body, "site");
    const isOf = (place: string, atMs: number) =>
      exposure.includes({ site: other, place, code: null, atMs });
    const saying = (body: QuarantineBody) =>
      ids.has(body.id) ? [] : [{ site: other, kind: "cold-quarantine", body } as const];
    if (!ids.has(told.id)) {
      const here = await hereAt(this.#node.tables.near, lot.product, lot.lot, other);
      return here.some(({ place }) => isOf(place, Number.MAX_SAFE_INTEGER)) ? saying(told) : [];
    }
    const decidedMs = barring.find(({ event }) => event.body.id === told.id)?.decidedMs ?? null;
    if (decidedMs === null) return [];
    // What was decided there is about what had come by then.
    return steps.filter(({ site, from, to, atMs }) =>
      site === other && formOf(from) === "away" && atMs > decidedMs && isOf(to, atMs)
    ).flatMap(({ id }) => saying(holdAt(other, lot, body, "site", id)));
  }
}
