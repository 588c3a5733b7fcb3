/** An alarm as entries, with what people are told of it: raised, come to a level, over. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import { LEVELS, type Notification, notificationEntry } from "../../notifications/notification.ts";
import {
  ALARM_TEXTS,
  type AlarmName,
  ALARMS,
  SEVERITY,
  type SterileAlarmBody,
  type SterileAlarmClosedBody,
  type SterileAlarmLevelBody,
} from "../record/alarm_body.ts";
import { ALARM, ALARM_CLOSED, ALARM_LEVEL } from "../record/sterile_entry.ts";
import type { AlarmLine } from "../record/sterile_reads.ts";
import type { Setup } from "./setup.ts";

/** What people call the site, and its sterilisers. */
export interface Around {
  readonly place: Text;
  readonly setups: ReadonlyMap<string, Setup>;
}

/** The alarm, and what people are told of it: no pack, no patient, no person. */
export function alarmEntries(body: SterileAlarmBody, time: Stamp, around: Around): NewEntry[] {
  const told = { id: entryId("sterile-told", body.id), number: 0, level: 1 } as const;
  return [
    once(newEntry("alarm", ALARM, time, body), ALARM, body.id),
    notificationEntry(time, { ...noticeOf(body, told, around), event: "raised" }),
  ];
}

/** That an alarm has come to a level. */
export function levelEntries(
  line: AlarmLine,
  level: SterileAlarmLevelBody["level"],
  time: Stamp,
  around: Around,
): NewEntry[] {
  const { site, alarm } = line;
  const body: SterileAlarmLevelBody = {
    id: entryId(ALARM_LEVEL, alarm, level),
    site,
    alarm,
    level,
  };
  const told = { id: entryId("sterile-told", alarm, level), number: level, level };
  const raised = raisedOf(line);
  return [
    once(newEntry("alarm", ALARM_LEVEL, time, body), ALARM_LEVEL, body.id),
    ...raised === null
      ? []
      : [notificationEntry(time, { ...noticeOf(raised, told, around), event: "escalated" })],
  ];
}

/** What was found and done, by whom. */
export type Closing = Pick<SterileAlarmClosedBody, "comment" | "by">;
/** The end is behind all levels. */
const END_NUMBER = 10;

/** That an alarm is over, and that those hear of it who heard of the alarm, at each level. */
export function closingEntries(
  line: AlarmLine,
  closing: Closing,
  time: Stamp,
  around: Around,
): NewEntry[] {
  const { site, alarm } = line;
  const body: SterileAlarmClosedBody = {
    ...{ id: entryId(ALARM_CLOSED, alarm), site, alarm },
    ...closing,
  };
  const entry = once(newEntry("alarm", ALARM_CLOSED, time, body), ALARM_CLOSED, body.id);
  const raised = raisedOf(line);
  if (raised === null) return [entry];
  const notices = LEVELS.filter((level) => level <= line.level).map((level) => {
    const own = level === 1 ? [] : [level];
    const id = entryId("sterile-told", alarm, "over", ...own);
    const told = noticeOf(raised, { id, number: END_NUMBER + level, level }, around);
    return notificationEntry(time, { ...told, event: "recovered" });
  });
  return [entry, ...notices];
}

/** `null`: of a name that this version does not know. */
function raisedOf({ site, alarm: id, what, steriliser, subject, sinceMs, why }: AlarmLine) {
  const alarm = ALARMS.find((one) => one === what);
  return alarm === undefined ? null : { id, site, alarm, steriliser, subject, sinceMs, why };
}

/** What an alarm has where clocks that could not be believed say that it is due (T12). */
export function doubtOf(isCertain: boolean): Pick<SterileAlarmBody, "why"> {
  return isCertain ? {} : { why: ["clock-in-doubt"] };
}

/** Where no steriliser of the site is to blame. */
const AT_THE_BEDSIDE = { code: "use", zh: "临床使用", en: "At the bedside" };
const RECEIVED = { code: "received", zh: "外来灭菌包", en: "Packs of another supply" };

/** An alarm as its entry has it, or as the tables do. */
type Raised = Omit<SterileAlarmBody, "why"> & { readonly why?: readonly string[] | undefined };

function whatText(alarm: AlarmName, isInDoubt: boolean): Text {
  const { zh, en } = ALARM_TEXTS[alarm];
  return isInDoubt ? { zh: `${zh}（时钟存疑）`, en: `${en} (clock in doubt)` } : { zh, en };
}

function noticeOf(
  { id: subject, site, alarm, steriliser, sinceMs, why = [] }: Raised,
  told: Pick<Notification, "id" | "number" | "level">,
  { place, setups }: Around,
): Omit<Notification, "event"> {
  const title = steriliser === null ? undefined : setups.get(steriliser)?.title;
  return {
    ...told,
    subject,
    severity: SEVERITY[alarm],
    roles: ["sterile-technician"],
    rule: alarm === "cycle-failed" || alarm === "cycle-undetermined" ? "S1" : "S5",
    site,
    place,
    what: { code: alarm, ...whatText(alarm, why.includes("clock-in-doubt")) },
    where: steriliser === null
      ? alarm === "recall" ? RECEIVED : AT_THE_BEDSIDE
      : { code: steriliser, ...title ?? { zh: steriliser, en: steriliser } },
    value: null,
    sinceMs,
  };
}
