/** The rules at work: raises what is due at this site, and says when it is over (W5, W6, W9). */
import type { Text } from "../../../drivers/profile_parts.ts";
import { pause } from "../../../sync/timer.ts";
import { entryId } from "../../collected_entry.ts";
import { presentFor } from "../../devices/present.ts";
import type { AlarmBody } from "../alarm/alarm_body.ts";
import {
  alarmsDue,
  alarmsInDoubt,
  alarmsOver,
  type Circumstances,
  epidemicAlarms,
  manifestAlarms,
  storeAlarms,
} from "../alarm/due.ts";
import { momentsOf } from "../life/bag.ts";
import { closureOf } from "../life/closure.ts";
import { type Ledger, ledgerOf } from "../life/ledger.ts";
import { Deliveries } from "../record/deliveries.ts";
import { StoredWords } from "../record/stored_words.ts";
import { alarmsCalled, type KnownBag, openAlarmsAbout } from "../record/waste_reads.ts";
import { faultyManifests, heldIn, openAlarmIds, WatchedBags } from "../record/watched.ts";
import { holdingOf } from "../store/plan_stored.ts";
import { appendAlarms, ended, raised } from "./alarm_entries.ts";
import { epidemicModes } from "./epidemic_read.ts";
import type { WasteDesk } from "./waste_desk.ts";

/** A clock is looked at so often; its limits are hours. */
const LOOK_MS = 5_000;

export class AlarmDesk {
  readonly #desk: WasteDesk;
  readonly #place: Text;
  readonly #bags: WatchedBags;

  /** `place`: what people call the site. */
  constructor(desk: WasteDesk, place: Text) {
    this.#desk = desk;
    this.#place = place;
    this.#bags = new WatchedBags(desk.node.tables, desk.node.name);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal);
      await pause(LOOK_MS, signal);
    }
  }

  /** Writes what is due now, and what is over; people are told in the same commit. */
  async look(signal?: AbortSignal): Promise<void> {
    await this.#desk.alone(async () => {
      if (signal?.aborted) return;
      const { node } = this.#desk;
      const { tables, name: site } = node;
      const open = await openAlarmIds(tables, site);
      const modeAt = await epidemicModes(tables);
      const due = new Set<string>();
      for await (const alarms of this.#due(modeAt)) {
        const fresh = alarms.filter(({ id }) => !open.has(id) && !due.has(id));
        const once = [...new Map(fresh.map((alarm) => [alarm.id, alarm])).values()];
        await appendAlarms(node, await raised(node, this.#place, once));
        alarms.forEach(({ id }) => due.add(id));
        // Of half a look it cannot be said what is over.
        if (signal?.aborted) return;
      }
      const left = alarmsOver([...open], due);
      if (left.length === 0) return;
      const over = alarmsOver(left, due, await this.#inDoubt(modeAt));
      const ends = [...(await alarmsCalled(tables, over)).values()];
      await appendAlarms(node, ends.map((one) => ended(node, this.#place, one)));
    }, signal);
  }

  /** All that is due, some at a time. */
  async *#due(modeAt: Circumstances["modeAt"]): AsyncGenerator<readonly AlarmBody[]> {
    const { node, config: { rules } } = this.#desk;
    const { tables, name: site } = node;
    yield [...epidemicAlarms(site, modeAt(site), rules), ...await this.#storeAlarms()];
    for await (const some of faultyManifests(tables, site)) {
      const moments = some.flatMap(({ faults }) => faults)
        .map(({ time, node }) => ({ ...time, node }));
      const around = { present: await presentFor(node, moments), rules };
      yield manifestAlarms(some.map((manifest) => ({ ...manifest, site })), around);
    }
    for await (const { ledger, around } of this.#watched(modeAt)) {
      yield alarmsDue(ledger, around).filter((alarm) => alarm.site === site);
    }
  }

  /** What is not due by clocks that cannot be believed. */
  async #inDoubt(modeAt: Circumstances["modeAt"]): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const { ledger, around } of this.#watched(modeAt)) {
      alarmsInDoubt(ledger, around).forEach((id) => ids.add(id));
    }
    return ids;
  }

  /** All that somebody has to look after, some at a time. */
  async *#watched(
    modeAt: Circumstances["modeAt"],
  ): AsyncGenerator<{ readonly ledger: Ledger; readonly around: Circumstances }> {
    const { node, config: { rules } } = this.#desk;
    for await (const page of this.#bags.pages()) {
      const ledger = await this.#ledgerOf(page);
      const present = await presentFor(node, momentsOf(page.map(({ standing }) => standing)));
      yield { ledger, around: { present, modeAt, rules } };
    }
  }

  /** As far as alarms ask for it. */
  async #ledgerOf(page: readonly KnownBag[]): Promise<Ledger> {
    const { node: { tables }, config: { rules } } = this.#desk;
    const bags = new Map(page.map(({ standing }) => [standing.bag, standing]));
    const stored = new StoredWords(tables);
    const faulty = page.filter(({ faults }) => faults > 0).map(({ standing }) => standing.bag);
    const events = await closureOf({ bags: faulty }, stored.events);
    const { faults } = ledgerOf(events, rules);
    const deliveries = await new Deliveries(tables, stored).thatMissed([...bags.values()]);
    return { bags, loads: new Map(), faults, deliveries };
  }

  async #storeAlarms(): Promise<AlarmBody[]> {
    const { node: { tables, name: site }, config: { stores, rules } } = this.#desk;
    const due: AlarmBody[] = [];
    for (const { id: store, capacityGrams } of stores) {
      const held = await heldIn(tables, { kind: "store", id: store });
      const holding = holdingOf(held, capacityGrams, rules);
      if (!holding.isWarning) continue;
      const before = (await openAlarmsAbout(tables, site, store))
        .find(({ alarm }) => alarm === "store-full");
      const since = before?.basis ?? entryId("filling", store, ...held.map(({ bag }) => bag));
      due.push(...storeAlarms({ site, store, since }, holding, rules));
    }
    return due;
  }
}
