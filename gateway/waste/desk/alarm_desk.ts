/** The rules at work: raises what is due at this site, and says when it is over (W5, W6, W9). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { NewEntry } from "../../../sync/append.ts";
import { pause } from "../../../sync/timer.ts";
import { entryId } from "../../collected_entry.ts";
import { presentFor } from "../../devices/present.ts";
import type { AlarmBody } from "../alarm/alarm_body.ts";
import {
  alarmsDue,
  alarmsInDoubt,
  alarmsOver,
  epidemicAlarms,
  manifestAlarms,
  storeAlarms,
} from "../alarm/due.ts";
import { type Custodian, custodianKey } from "../entry/subject.ts";
import { type BagStanding, momentsOf } from "../life/bag.ts";
import { closureOf } from "../life/closure.ts";
import { type Ledger, ledgerOf } from "../life/ledger.ts";
import { StoredWords } from "../record/stored_words.ts";
import { deliveryKey } from "../record/waste_entry.ts";
import {
  bagsHeldBy,
  faultyManifests,
  type OpenAlarm,
  openAlarms,
  unsettledBags,
} from "../record/waste_reads.ts";
import { holdingOf } from "../store/plan_stored.ts";
import { appendAlarms, ended, raised } from "./alarm_entries.ts";
import { epidemicModes } from "./epidemic_read.ts";
import type { WasteDesk } from "./waste_desk.ts";

/** A clock is looked at so often; its limits are hours. */
const LOOK_MS = 5_000;

export class AlarmDesk {
  readonly #desk: WasteDesk;
  readonly #place: Text;

  /** `place`: what people call the site. */
  constructor(desk: WasteDesk, place: Text) {
    this.#desk = desk;
    this.#place = place;
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
      await appendAlarms(this.#desk.node, await this.#alarms());
    }, signal);
  }

  async #alarms(): Promise<(readonly NewEntry[])[]> {
    const { node, config: { rules } } = this.#desk;
    const { tables, name: site } = node;
    const open = await openAlarms(tables, site);
    const modes = await epidemicModes(tables);
    const ledger = await this.#ledger();
    const present = await presentFor(node, momentsOf([...ledger.bags.values()]));
    const around = { present, modeAt: modes, rules };
    const manifests = await faultyManifests(tables, site);
    const due = [
      ...new Map([
        ...alarmsDue(ledger, around).filter((alarm) => alarm.site === site),
        ...manifestAlarms(manifests.map((one) => ({ ...one.standing, site })), around),
        ...epidemicAlarms(site, modes(site), rules),
        ...await this.#storeAlarms(open),
      ].map((alarm) => [alarm.id, alarm])).values(),
    ];
    const known = new Set(open.map(({ id }) => id));
    const entries: (readonly NewEntry[])[] = [];
    for (const body of due) {
      if (!known.has(body.id)) entries.push(await raised(node, this.#place, body));
    }
    const over = new Set(
      alarmsOver(open, due).length === 0
        ? []
        : alarmsOver(open, due, alarmsInDoubt(ledger, around)),
    );
    const ends = open.filter(({ id }) => over.has(id));
    return [...entries, ...ends.map((one) => ended(node, this.#place, one))];
  }

  /** Of all that somebody has to look after, as far as alarms ask for it. */
  async #ledger(): Promise<Ledger> {
    const { node: { tables, name }, config: { rules } } = this.#desk;
    const unsettled = await unsettledBags(tables, name);
    const bags = new Map(unsettled.map(({ standing }) => [standing.bag, standing]));
    const stored = new StoredWords(tables);
    const faulty = unsettled.filter(({ faults }) => faults > 0).map(({ standing }) => standing.bag);
    const events = await closureOf({ bags: faulty }, stored.events);
    const { faults } = ledgerOf(events, rules);
    const holders = new Set([...bags.values()].flatMap(collectorOf));
    const deliveries = (await stored.events([...holders].map(deliveryKey))).flatMap((event) =>
      event.kind === "waste-stored" ? [event] : []
    );
    return { bags, loads: new Map(), faults, deliveries };
  }

  async #storeAlarms(open: readonly OpenAlarm[]): Promise<AlarmBody[]> {
    const { node: { tables, name: site }, config: { stores, rules } } = this.#desk;
    const due: AlarmBody[] = [];
    for (const { id: store, capacityGrams } of stores) {
      const custodian: Custodian = { kind: "store", id: store };
      const held = await bagsHeldBy(tables, custodianKey(custodian));
      const bags = new Map(held.map(({ standing }) => [standing.bag, standing]));
      const ledger: Ledger = { bags, loads: new Map(), faults: [], deliveries: [] };
      const holding = holdingOf(ledger, custodian, capacityGrams, rules);
      const before = open.find(({ alarm, subject }) => alarm === "store-full" && subject === store);
      const since = before?.basis ?? entryId("filling", store, ...[...bags.keys()].sort());
      due.push(...storeAlarms({ site, store, since }, holding, rules));
    }
    return due;
  }
}

function collectorOf({ state, custodian }: BagStanding): string[] {
  return state === "handed-over" && custodian !== null ? [custodianKey(custodian)] : [];
}
