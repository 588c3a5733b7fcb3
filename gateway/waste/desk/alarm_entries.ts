/** Entries by which an alarm is raised, and is over; people are told in the same commit (W9). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { NewEntry } from "../../../sync/append.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { notificationEntry } from "../../notifications/notification.ts";
import type { AlarmBody, AlarmOverBody } from "../alarm/alarm_body.ts";
import { noticeOf } from "../alarm/alarm_notice.ts";
import { WASTE_ALARM, WASTE_ALARM_OVER } from "../record/waste_entry.ts";
import { type OpenAlarm, timesRaised } from "../record/waste_reads.ts";
import type { WasteNode } from "./waste_desk.ts";

/** Alarms of one commit, each with what people are told of it. */
const ALARMS_MAX = 100;

/** `place`: what people call the site. */
export async function raised(
  { tables, clock }: Pick<WasteNode, "tables" | "clock">,
  place: Text,
  body: AlarmBody,
): Promise<readonly NewEntry[]> {
  const time = clock.now();
  const entry = newEntry("alarm", WASTE_ALARM, time, body);
  // What was over may come again: each time is one.
  const before = await timesRaised(tables, body.id);
  const notice = noticeOf({ alarm: body, before, isOver: false, sinceMs: time.wallMs, place });
  return [once(entry, WASTE_ALARM, `${body.id}/${before}`), notificationEntry(time, notice)];
}

export function ended(
  { clock }: Pick<WasteNode, "clock">,
  place: Text,
  open: OpenAlarm,
): readonly NewEntry[] {
  const { id: alarm, site, raised, sinceMs } = open;
  const time = clock.now();
  const body: AlarmOverBody = { id: entryId(WASTE_ALARM_OVER, alarm, raised), site, alarm };
  const entry = newEntry("alarm", WASTE_ALARM_OVER, time, body);
  const notice = noticeOf({ alarm: open, before: raised - 1, isOver: true, sinceMs, place });
  return [once(entry, WASTE_ALARM_OVER, body.id), notificationEntry(time, notice)];
}

/** Each alarm whole in one commit. */
export async function appendAlarms(
  { disk, clock }: Pick<WasteNode, "disk" | "clock">,
  alarms: readonly (readonly NewEntry[])[],
): Promise<void> {
  for (let at = 0; at < alarms.length; at += ALARMS_MAX) {
    await disk.append(alarms.slice(at, at + ALARMS_MAX).flat(), clock.now());
  }
}
