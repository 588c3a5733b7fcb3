/** Entries by which an alarm is raised, and is over; people are told in the same commit (W9). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { NewEntry } from "../../../sync/append.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { notificationEntry } from "../../notifications/notification.ts";
import type { AlarmBody, AlarmOverBody } from "../alarm/alarm_body.ts";
import { noticeOf } from "../alarm/alarm_notice.ts";
import { WASTE_ALARM, WASTE_ALARM_OVER } from "../record/waste_entry.ts";
import { alarmsCalled, type OpenAlarm } from "../record/waste_reads.ts";
import type { WasteNode } from "./waste_desk.ts";

/** Alarms of one commit, each with what people are told of it. */
const ALARMS_MAX = 100;

/** Each as often as it was before, and once more; `place`: what people call the site. */
export async function raised(
  { tables, clock }: Pick<WasteNode, "tables" | "clock">,
  place: Text,
  alarms: readonly AlarmBody[],
): Promise<(readonly NewEntry[])[]> {
  const known = await alarmsCalled(tables, alarms.map(({ id }) => id));
  const time = clock.now();
  return alarms.map((alarm) => {
    const before = known.get(alarm.id)?.raised ?? 0;
    const entry = newEntry("alarm", WASTE_ALARM, time, alarm);
    const notice = noticeOf({ alarm, before, isOver: false, sinceMs: time.wallMs, place });
    return [once(entry, WASTE_ALARM, `${alarm.id}/${before}`), notificationEntry(time, notice)];
  });
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
