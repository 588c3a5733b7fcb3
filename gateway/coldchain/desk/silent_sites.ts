/**
 * A county's own alarm of a site of which nothing comes any more (C4): power and line fail
 * together, so that the site cannot tell of it.
 */
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { pause } from "../../../sync/timer.ts";
import { entryId } from "../../collected_entry.ts";
import { HeardSites } from "../../heard_sites.ts";
import type { Node } from "../../node.ts";
import { notificationEntry } from "../../notifications/notification.ts";
import { COLD_ROLE } from "../coldchain_config.ts";
import { episodesOf } from "../life/episode.ts";
import { dueLevels, episodeStart, type Message, planAlarms } from "../life/escalation.ts";
import type { ColdEvent, EventOf } from "../life/event.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import * as reads from "../record/cold_reads.ts";
import { eventsOf } from "../record/stored_events.ts";
import { SILENT_SITE_PLAN } from "../rules/plans.ts";
import { coldEntry } from "./cold_node.ts";
import { noticesOf } from "./cold_notice.ts";

/** Six looks in the shortest time that may be configured. */
const LOOK_MS = 10_000;

export interface CountyCold extends Pick<Node, "journal" | "tables"> {
  readonly name: string;
  readonly clock: Pick<Node["clock"], "now">;
  readonly disk: Pick<Node["disk"], "append">;
  readonly silentSiteMinutes: number;
}

export class SilentSites {
  readonly #node: CountyCold;
  readonly #heard = new HeardSites();

  constructor(node: CountyCold) {
    this.#node = node;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#node.tables.caughtUp(this.#node.journal, signal);
      await this.look();
      await pause(LOOK_MS, signal);
    }
  }

  /** Writes what is due now. */
  async look(): Promise<void> {
    const { clock, journal, silentSiteMinutes, tables } = this.#node;
    const now = clock.now();
    const watched = (await reads.watchedBySite(tables)).map(({ site }) => site);
    const rows = await reads.goingOfCause(tables.near, WHOLE_SITE, "offline");
    const going = new Map(rows.map((row) => [row.site, row]));
    const plan = { ...SILENT_SITE_PLAN, minutes: [silentSiteMinutes] };
    const hearings = this.#heard.look(journal.positions(), watched, now);
    for (const [site, { silentMs, sinceMs, isSign }] of hearings) {
      const levels = dueLevels(plan, silentMs, []);
      const episode = going.get(site);
      if (episode !== undefined) {
        // At this node's start nobody knows since when the site is heard again.
        if (isSign && levels.length === 0) await this.#end(episode, now);
        continue;
      }
      if (levels.length === 0) continue;
      const start = episodeStart({ site, unit: WHOLE_SITE }, "offline", sinceMs);
      await this.#write(start.site, start.episode, now, {
        told: planAlarms(start, plan, levels).map((body) => ({
          kind: "cold-alarm" as const,
          body,
        })),
        what: "alarm",
      });
    }
  }

  async #end({ site, episode }: reads.EpisodeRow, now: Stamp): Promise<void> {
    const body = {
      id: entryId("cold-alarm-ended", episode, "heard"),
      ...{ site, unit: WHOLE_SITE, episode, cause: "offline" as const },
      ...{ endedMs: now.wallMs, worstCelsius: null },
    };
    await this.#write(site, episode, now, {
      told: [{ kind: "cold-alarm-ended", body }],
      what: "recovered",
    });
  }

  /** Alarm and message in one commit; both have the same ids wherever they are made again. */
  async #write(site: string, episode: string, now: Stamp, { told, what }: Saying): Promise<void> {
    const { disk, name, tables } = this.#node;
    const written = await eventsOf(tables.near, { site, subject: `episode/${episode}` });
    const place = { place: "due", node: name, timeMs: now.wallMs };
    const [stands] = episodesOf([
      ...written,
      ...told.map((event): ColdEvent => ({ ...place, ...event })),
    ]);
    const message: Message = {
      ...{ id: entryId("cold-message", episode, what), what, level: 1, to: [] },
    };
    const noticed = {
      ...{ episode: stands, name: site, place: { zh: site, en: site }, roles: [COLD_ROLE] },
    };
    const entries: NewEntry[] = [
      ...told.map(({ kind, body }) => coldEntry(this.#node, "alarm", kind, body)),
      ...noticesOf(noticed, message).map((notice) => notificationEntry(now, notice)),
    ];
    await disk.append(entries, now);
  }
}

type Told = {
  [kind in "cold-alarm" | "cold-alarm-ended"]: {
    readonly kind: kind;
    readonly body: EventOf<kind>["body"];
  };
}["cold-alarm" | "cold-alarm-ended"];

interface Saying {
  readonly told: readonly Told[];
  readonly what: "alarm" | "recovered";
}
