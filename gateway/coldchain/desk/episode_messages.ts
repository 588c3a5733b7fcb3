/** What people are still to be told of an episode, where alarms are not switched off. */
import type { NewEntry } from "../../../sync/append.ts";
import { notificationEntry } from "../../notifications/notification.ts";
import type { AlarmBody } from "../life/alarm_body.ts";
import type { Episode } from "../life/episode.ts";
import { messagesDue } from "../life/escalation.ts";
import { ageOfEvent, type ColdEvent } from "../life/event.ts";
import { lasting } from "../life/suppression.ts";
import * as reads from "../record/cold_reads.ts";
import { eventsOf, presentOf } from "../record/stored_events.ts";
import { type ColdNode, rolesOf } from "./cold_node.ts";
import { noticesOf } from "./cold_notice.ts";

/** Whom a level reaches, contacts know: messages are addressed to roles. */
const LEVELS = [1, 2, 3].map((level) => ({ id: `level-${level}`, level }));

/** `told`: its events, written or due. `null`: alarms of the unit are switched off (C8). */
export async function messagesOf(
  node: ColdNode,
  episode: Episode,
  told: readonly ColdEvent[],
): Promise<NewEntry[] | null> {
  if (episode.levels.every(({ afterwards }) => afterwards === true)) return [];
  const { site, unit } = episode;
  const rows = node.tables.near;
  const watch = await eventsOf(rows, { site, subject: `watch/${unit}` });
  const present = await presentOf({ ...node, tables: rows }, [...watch, ...told]);
  const isSwitchedOff = (agoMs: number) =>
    lasting(watch, { site, unit }, present, agoMs).length > 0;
  if (isSwitchedOff(0)) return null;
  const alarmAgoMs = ({ id, alarmMs }: AlarmBody) => {
    const event = told.find(({ body }) => body.id === id);
    if (event === undefined) return 0;
    return ageOfEvent(event, present).ms + Math.max(0, event.timeMs - alarmMs);
  };
  const due = messagesDue(episode, {
    recipients: LEVELS,
    sent: await reads.sentOf(rows, site, episode.episode),
    wasSwitchedOff: (alarm) => isSwitchedOff(alarmAgoMs(alarm)),
  });
  if (due.length === 0) return [];
  const noticed = {
    episode,
    name: (await reads.unitOf(rows, site, unit))?.name ?? unit,
    place: node.title,
    roles: rolesOf(node, unit),
  };
  return due.flatMap((message) => noticesOf(noticed, message))
    .map((notice) => notificationEntry(present.now, notice));
}
