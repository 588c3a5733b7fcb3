/** What people are told of an episode: codes and neutral names, nothing personal. */
import type { Text } from "../../../drivers/profile_parts.ts";
import { entryId } from "../../collected_entry.ts";
import { type Notification, notificationBody } from "../../notifications/notification.ts";
import type { AlarmCause } from "../life/alarm_body.ts";
import type { Episode } from "../life/episode.ts";
import type { Message } from "../life/escalation.ts";
import { textOrOther } from "../other_text.ts";
import { COLD_CODE } from "../record/sent_message.ts";
import { LATE_VIAL_TOLD_MS } from "../rules/plans.ts";
import { RULES_CHANGED } from "../series/told.ts";

/** Of one line that a message takes, characters. */
const LINE_LENGTH_MAX = 80;
const RULE_LENGTH_MAX = 40;
/** Numbers of a subject's tellings: each level has two, then changed rules, and its end is last. */
const CHANGED_NUMBER = 40;
const SEEN_CHANGED_NUMBER = 60;
const END_NUMBER = 100;
/** A vial is known among those that are open by the end of its code. */
const CODE_SHOWN = 8;

export const CAUSE_TEXT: Readonly<Record<AlarmCause, Text>> = {
  "high": { zh: "温度过高", en: "Too warm" },
  "low": { zh: "温度过低", en: "Too cold" },
  "sensor-fault": { zh: "温度探头故障", en: "Temperature sensor at fault" },
  "no-data": { zh: "温度数据中断", en: "No temperature data" },
  "power-off": { zh: "断电", en: "Power is off" },
  "offline": { zh: "设备离线", en: "Unit is offline" },
  "late-vial": { zh: "开瓶疫苗超过使用时限", en: "Opened vial is beyond its time" },
};

/** Instead of those, once the rules are others (C8): nobody has measured that it is over. */
function changedText({ zh, en }: Text): Text {
  return {
    zh: `${zh}（报警规则已改，未见恢复）`,
    en: `${en} (alarm rules changed, not seen to be over)`,
  };
}

/** Of a vial that nobody wrote off for so long that nobody is called any more (C14). */
function forgottenText({ zh, en }: Text): Text {
  return {
    zh: `${zh}（一直未登记报损，不再提醒）`,
    en: `${en} (never written off, not told of any more)`,
  };
}

function isForgotten({ cause, endedMs, sinceMs }: Episode): boolean {
  return cause === "late-vial" && endedMs !== null && endedMs - sinceMs >= LATE_VIAL_TOLD_MS;
}

export interface Noticed {
  readonly episode: Episode;
  /** What people call the unit, and the site. */
  readonly name: string;
  readonly place: Text;
  readonly roles: readonly string[];
}

/** A level that was reached, or the end: the end is told to each level that heard. */
export function noticesOf(noticed: Noticed, message: Message): Notification[] {
  const { episode } = noticed;
  if (message.what === "recovered") {
    return heardLevels(episode, message.level).map((level) =>
      notice(noticed, "recovered", level, {
        // The highest one has the id by which it is known that the end was told.
        id: level === message.level ? message.id : entryId(message.id, level),
        number: END_NUMBER + level,
      })
    );
  }
  if (message.what === RULES_CHANGED) {
    return heardLevels(episode, message.level).map((level) =>
      notice(noticed, "escalated", level, {
        id: level === message.level ? message.id : entryId(message.id, level),
        number: CHANGED_NUMBER + level,
      })
    );
  }
  const { id, level } = message;
  const event = level === 1 ? "raised" : "escalated";
  return [notice(noticed, event, level, { id, number: 2 * level })];
}

/** Somebody looks after it: what sounds may be silent. */
export function acknowledgedNotices(noticed: Noticed, act: string, upTo: number): Notification[] {
  const { state } = noticed.episode;
  return heardLevels(noticed.episode, upTo).map((level) =>
    notice(noticed, "acknowledged", level, {
      id: entryId("cold-acknowledged", act, level),
      number: state === RULES_CHANGED ? SEEN_CHANGED_NUMBER + level : 2 * level + 1,
    })
  );
}

function heardLevels({ levels }: Episode, upTo: number): number[] {
  return levels.map(({ level }) => level).filter((level) => level <= upTo);
}

function notice(
  { episode, name, place, roles }: Noticed,
  event: Notification["event"],
  level: number,
  { id, number }: { readonly id: string; readonly number: number },
): Notification {
  const { cause, site, unit, sinceMs, worstCelsius, levels, state } = episode;
  const isGrave = cause === "high" || cause === "low" || level > 1;
  const rule = levels.find((one) => one.level === level)?.rule ?? levels[0].rule;
  const words = textOrOther(CAUSE_TEXT, cause);
  const vial = levels.find((one) => one.vial !== undefined)?.vial;
  const [code, called] = vial === undefined
    ? [unit, name]
    : [vial.code.slice(-CODE_SHOWN), `${vial.lot} · …${vial.code.slice(-CODE_SHOWN)}`];
  const told = {
    id,
    subject: episode.episode,
    number,
    event,
    severity: isGrave ? "critical" : "warning",
    level: level >= 3 ? 3 : level === 2 ? 2 : 1,
    roles: [...roles],
    rule: rule.slice(0, RULE_LENGTH_MAX),
    site,
    place: { zh: lineOf(place.zh), en: lineOf(place.en) },
    what: state === RULES_CHANGED
      ? { code: `${COLD_CODE}${RULES_CHANGED}`, ...changedText(words) }
      : {
        code: `${COLD_CODE}${cause}`,
        ...isForgotten(episode) ? forgottenText(words) : words,
      },
    where: { code, zh: lineOf(called), en: lineOf(called) },
    value: worstCelsius === null ? null : { number: worstCelsius, unit: "Cel" },
    sinceMs: Math.max(0, Math.round(sinceMs)),
  } as const;
  const read = notificationBody.safeParse(told);
  if (read.success) return read.data;
  // A name that looks like a person's number is left out: the console has it.
  const neutral = { zh: site, en: site };
  const where = { code, zh: code, en: code };
  return notificationBody.parse({ ...told, place: neutral, where });
}

function lineOf(text: string): string {
  return [...text.replaceAll(/\p{C}/gu, " ")].slice(0, LINE_LENGTH_MAX).join("").trim() || "-";
}
