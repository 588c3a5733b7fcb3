/**
 * A county's word of waste at sites that it does not hear (W5, W9): without power and line nobody
 * says there that a bag is past its limit. It goes by what is known here, and says so: the site may
 * have handed the bag on. Once the site is heard its own alarms stand, and this is over.
 */
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { pause } from "../../../sync/timer.ts";
import { presentFor } from "../../devices/present.ts";
import { HeardSites } from "../../heard_sites.ts";
import { isHomeFor, type OtherCentre } from "../../home_centre.ts";
import { alarmsOver, unheardAlarms } from "../alarm/due.ts";
import { type BagStanding, momentsOf } from "../life/bag.ts";
import { type OpenAlarm, openAlarmsNamed, unsettledSites } from "../record/waste_reads.ts";
import { openAlarmIds, WatchedBags } from "../record/watched.ts";
import type { WasteRules } from "../rules.ts";
import { appendAlarms, ended, raised } from "./alarm_entries.ts";
import { epidemicModes } from "./epidemic_read.ts";
import { rulesFor } from "./rules_read.ts";
import type { WasteNode } from "./waste_desk.ts";

/** Limits are hours, and who is silent is so for minutes. */
const LOOK_MS = 60_000;
const MINUTE_MS = 60_000;

export class UnheardDesk {
  readonly #node: WasteNode;
  readonly #rules: WasteRules;
  readonly #centres: OtherCentre;
  readonly #heard = new HeardSites();

  /** `rules`: the county's own, for how long a site is silent and for sites that told none. */
  constructor(node: WasteNode, rules: WasteRules, centres: OtherCentre) {
    this.#node = node;
    this.#rules = rules;
    this.#centres = centres;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { tables, journal } = this.#node;
    while (!signal.aborted) {
      await tables.caughtUp(journal, signal);
      if (!signal.aborted) await this.look();
      await pause(LOOK_MS, signal);
    }
  }

  /** Writes what is due now, and what is over. */
  async look(): Promise<void> {
    const { clock, journal, tables } = this.#node;
    const now: Stamp = clock.now();
    const open = Map.groupBy(await openAlarmsNamed(tables, "unheard"), ({ site }) => site);
    const sites = new Set([...(await unsettledSites(tables)).keys(), ...open.keys()]);
    const silentMs = this.#rules.silentMinutes.value * MINUTE_MS;
    for (const [site, hearing] of this.#heard.look(journal.positions(), sites, now)) {
      if (!isHomeFor(site, this.#node.name, this.#centres)) continue;
      const own = open.get(site) ?? [];
      const isSilent = hearing.silentMs >= silentMs;
      if (isSilent) await appendAlarms(this.#node, await this.#ofSilent(site, own));
      // At this node's start nobody knows whether the site is heard again.
      else if (hearing.isSign) await appendAlarms(this.#node, this.#ends(own));
    }
  }

  async #ofSilent(site: string, open: readonly OpenAlarm[]): Promise<(readonly NewEntry[])[]> {
    const { tables } = this.#node;
    const bags: BagStanding[] = [];
    for await (const page of new WatchedBags(tables, site).pages()) {
      bags.push(...page.map(({ standing }) => standing));
    }
    const ledger = {
      bags: new Map(bags.map((standing) => [standing.bag, standing])),
      ...{ loads: new Map(), faults: [], deliveries: [] },
    };
    const ruled = { node: this.#node, role: "county", rules: this.#rules } as const;
    const around = {
      present: await presentFor(this.#node, momentsOf(bags)),
      modeAt: await epidemicModes(tables),
      rules: (await rulesFor(ruled, [site]))(site),
    };
    const told = await openAlarmIds(tables, site);
    const { due, inDoubt } = unheardAlarms(ledger, around, told);
    const fresh = due.filter(({ id }) => !told.has(id));
    const entries = await raised(this.#node, placeOf(site), fresh);
    const [own, still] = [open, due].map((alarms) => alarms.map(({ id }) => id));
    const over = new Set(alarmsOver(own, new Set(still), new Set(inDoubt)));
    return [...entries, ...this.#ends(open.filter(({ id }) => over.has(id)))];
  }

  #ends(open: readonly OpenAlarm[]): (readonly NewEntry[])[] {
    return open.map((one) => ended(this.#node, placeOf(one.site), one));
  }
}

function placeOf(site: string) {
  return { zh: site, en: site };
}
