/** What people are told of an alarm, and that it is over (rule W9): codes and neutral names. */
import type { Text } from "../../../drivers/profile_parts.ts";
import { entryId } from "../../collected_entry.ts";
import { type Notification, notificationBody } from "../../notifications/notification.ts";
import { type AlarmBody, type AlarmName, type Level, LEVELS } from "./alarm_body.ts";

/** The role by which contacts say that they want to hear of waste. */
export const WASTE_ROLE = "waste";

/** Of one line that a message takes, characters. */
const LINE_LENGTH_MAX = 80;

const SEVERITY: Readonly<Record<AlarmName, Notification["severity"]>> = {
  "warning": "warning",
  "breach": "critical",
  "missing-bag": "critical",
  "conflict": "warning",
  "store-full": "warning",
  "not-received": "critical",
  "receipt": "critical",
  "receipt-overdue": "critical",
  "receipt-weight": "warning",
  "epidemic": "warning",
  "unheard": "critical",
};

const WHAT: Readonly<Record<AlarmName, Text>> = {
  "warning": { zh: "医疗废物贮存时间将到上限", en: "Medical waste nears its time limit" },
  "breach": { zh: "医疗废物贮存超过时限", en: "Medical waste is past its time limit" },
  "missing-bag": {
    zh: "已收集的医疗废物未入库",
    en: "A collected waste bag did not reach the store",
  },
  "conflict": { zh: "医疗废物记录相互矛盾", en: "Entries about medical waste disagree" },
  "store-full": { zh: "医疗废物暂存间即将装满", en: "The waste store is nearly full" },
  "not-received": {
    zh: "已交运的医疗废物未见接收",
    en: "A waste bag that left was not received",
  },
  "receipt": {
    zh: "医疗废物接收记录与交运不符",
    en: "A receipt of medical waste does not fit what left",
  },
  "receipt-overdue": {
    zh: "已交运的医疗废物逾期未接收",
    en: "Medical waste that left was not received in time",
  },
  "receipt-weight": {
    zh: "医疗废物接收重量不符",
    en: "The weight of received medical waste differs",
  },
  "epidemic": { zh: "医疗废物疫情模式", en: "Epidemic mode of medical waste" },
  "unheard": {
    zh: "据本中心所知医疗废物超过时限，站点无音讯",
    en: "By what is known here waste is overdue; its site is silent",
  },
};

const LEVEL: Readonly<Record<Level, Notification["level"]>> = {
  site: 1,
  institution: 2,
  regulator: 3,
};

export interface Notice {
  readonly alarm: AlarmBody;
  /** How often it was raised before this time. */
  readonly before: number;
  readonly isOver: boolean;
  readonly sinceMs: number;
  /** What people call the site. */
  readonly place: Text;
}

/**
 * One telling: each level hears of the alarm that is raised for it, and of its end. A code that
 * looks like a person's number is left out: the console has it.
 */
export function noticeOf(notice: Notice): Notification {
  const { alarm, before, isOver, sinceMs, place } = notice;
  const { id, level, site, rule, hours, isCertain } = alarm;
  const doubt = isCertain ? { zh: "", en: "" } : { zh: "（时钟存疑）", en: " (clocks in doubt)" };
  const what = WHAT[alarm.alarm];
  const told = {
    id: entryId("waste-notice", id, before, isOver ? "over" : "raised"),
    subject: id,
    number: 2 * before + (isOver ? 1 : 0),
    event: isOver ? "recovered" : level === LEVELS[0] ? "raised" : "escalated",
    severity: SEVERITY[alarm.alarm],
    level: LEVEL[level],
    roles: [WASTE_ROLE],
    rule,
    site,
    place: { zh: lineOf(place.zh), en: lineOf(place.en) },
    what: { code: `waste-${alarm.alarm}`, zh: what.zh + doubt.zh, en: what.en + doubt.en },
    where: whereOf(alarm, alarm.subject),
    value: hours === undefined ? null : { number: hours, unit: "h" },
    sinceMs: Math.max(0, sinceMs),
  } as const;
  const read = notificationBody.safeParse(told);
  if (read.success) return read.data;
  const neutral = { zh: site, en: site };
  return notificationBody.parse({ ...told, place: neutral, where: whereOf(alarm, "-") });
}

const WHERE: Readonly<Record<AlarmName, Text>> = {
  "warning": { zh: "包装袋", en: "Bag" },
  "breach": { zh: "包装袋", en: "Bag" },
  "missing-bag": { zh: "包装袋", en: "Bag" },
  "conflict": { zh: "包装袋", en: "Bag" },
  "store-full": { zh: "暂存间", en: "Store" },
  "not-received": { zh: "包装袋", en: "Bag" },
  "receipt": { zh: "联单", en: "Manifest" },
  "receipt-overdue": { zh: "联单", en: "Manifest" },
  "receipt-weight": { zh: "联单", en: "Manifest" },
  "epidemic": { zh: "站点", en: "Site" },
  "unheard": { zh: "包装袋", en: "Bag" },
};

function whereOf({ alarm }: AlarmBody, code: string) {
  const subject = code === "-" ? "" : ` ${code}`;
  const { zh, en } = WHERE[alarm];
  return { code, zh: `${zh}${subject}`, en: `${en}${subject}` };
}

function lineOf(text: string): string {
  return [...text.replaceAll(/\p{C}/gu, " ")].slice(0, LINE_LENGTH_MAX).join("").trim() || "-";
}
