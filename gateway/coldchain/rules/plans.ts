/** Numbers of the work around alarms, each with its source and date: data, as alarm rules are. */
import type { AlarmCause } from "../life/alarm_body.ts";
import { PLATFORM } from "./sources.ts";

/** After how many minutes since it began each level is told of. */
export interface EscalationPlan {
  readonly id: string;
  /** Of what the levels are. */
  readonly cause: AlarmCause;
  readonly minutes: readonly number[];
  readonly source: string;
  readonly effective: string;
  readonly unconfirmed: boolean;
}

/** Ours: what is late in an opened vial is thrown away at once, and nobody looks for an hour. */
export const LATE_VIAL_PLAN: EscalationPlan = {
  id: "late-vial",
  cause: "late-vial",
  minutes: [0, 60],
  source: "ours: after the last moment of use that vaccines.vials gives (C14); WHO/IVB/14.07",
  effective: "2026-01-01",
  unconfirmed: true,
};

/**
 * Ours: so long after its last moment a vial calls somebody. Whoever has written nothing off by
 * then never will because of a call; the session's page shows it until it is written off.
 */
export const LATE_VIAL_TOLD_MS = 24 * 3_600_000;

/** Of a whole platform (C4). Temperatures come to their levels by alarm rules, not by these. */
export const PLATFORM_PLANS: readonly EscalationPlan[] = [
  { id: "platform-power-off", cause: "power-off", minutes: [0, 60, 60], ...PLATFORM },
  { id: "platform-offline", cause: "offline", minutes: [60], ...PLATFORM },
  // Ours: whoever knows no temperature has to look at once, as when power is off.
  { id: "platform-no-data", cause: "no-data", minutes: [0, 60, 60], ...PLATFORM },
  { id: "platform-sensor-fault", cause: "sensor-fault", minutes: [0, 60, 60], ...PLATFORM },
  LATE_VIAL_PLAN,
];

/**
 * Of temperatures whose limit has one level only: after how many minutes since that level the next
 * ones are told of, where nobody acknowledged; from an acknowledgement on as long again (C9).
 */
export const UNANSWERED_PLAN = {
  id: "unanswered",
  minutes: [60, 120],
  source:
    "Ours, to be confirmed: C4 and C9 ask for further levels, and no text was found that says " +
    "when they come where a rule has one; an hour is what the platform's levels have",
  effective: "2026-11-29",
  unconfirmed: true,
} as const;

/** Of the county itself, for a whole site (C4). */
export const SILENT_SITE_PLAN: EscalationPlan = {
  id: "county-silent-site",
  cause: "offline",
  minutes: [10],
  ...PLATFORM,
};

/** C5: fewer recipients of a cooler are not compliant. */
export const RECIPIENTS_MIN = 3;

/** C1: seconds from one record to the next at most. */
export const RECORD_SECONDS_MAX = { storage: 1800, transport: 300 } as const;

/** C1: the same while a unit is out of its limits. */
export const RECORDS_OUT = {
  id: "c1-record-out",
  secondsMax: 120,
  /** Ours: a poll may be so late, and no longer. */
  lateSecondsMax: 10,
  source: {
    zh:
      "药品经营质量管理规范 附录3 温湿度自动监测：超出规定范围时至少每 2 分钟记录一次；允许轮询迟到 10 秒为本系统设定",
    en: "药品经营质量管理规范 (GSP), annex 3: out of range there is a record each two minutes at " +
      "least; the ten seconds by which a poll may be late are ours",
  },
  effective: "2013-10-23",
} as const;

/** C10: how a record has to fit the journey of which it is told. */
export const JOURNEY_RECORD = {
  id: "c10-journey-record",
  /** On the way there is a value each five minutes: so long before the arrival may the last be. */
  endsBeforeSecondsMax: RECORD_SECONDS_MAX.transport,
  /** Ours: what began earlier is no journey. */
  daysMax: 31,
  source:
    "疫苗管理法 第三十八条: the record of the whole journey; 药品经营质量管理规范 附录3: a value " +
    "each five minutes at least on the way",
  effective: "2019-12-01",
} as const;

/** C6: hours of the day at the zone's clock, and between the two readings. */
export const MANUAL_READINGS = {
  id: "manual-readings",
  /** The afternoon begins. */
  noonHour: 12,
  /** From then on a reading that is not there is missing. */
  morningDueHour: 10,
  afternoonDueHour: 17,
  apartHours: 6,
  source:
    "疫苗储存和运输管理规范 (2017): by hand once in the morning and once in the afternoon, at " +
    "least 6 hours apart; the hours from which one is missing are ours",
  effective: "2017-12-15",
} as const;

/** C6: a value by hand is judged by the limits of the unit's alarm rules, for no time at all. */
export const MANUAL_LIMITS = {
  id: "manual-limits",
  source: {
    zh: "疫苗储存和运输管理规范 (2017)：人工测温值须在规定范围内；限值取设备的报警规则，不计时长",
    en: "疫苗储存和运输管理规范 (2017): what is read by hand has to be in range; the limits are " +
      "those of the unit's alarm rules, whatever time they allow",
  },
  effective: "2017-12-15",
} as const;

/** Ours: so many days later a reading may still be written down, as a late one. */
export const LATE_READING_DAYS = 7;

/** C13: °C that a probe may be wrong by, inclusive; at 0 °C the narrower. */
export const ACCURACY = [
  {
    id: "accuracy-0-40",
    from: 0,
    to: 40,
    errorMax: 0.5,
    source: "药品经营质量管理规范 附录3 温湿度自动监测: ±0.5 °C at 0…40 °C",
    effective: "2013-10-23",
  },
  {
    id: "accuracy-below-0",
    from: -25,
    to: 0,
    errorMax: 1.0,
    source: "药品经营质量管理规范 附录3 温湿度自动监测: ±1.0 °C at −25…0 °C",
    effective: "2013-10-23",
  },
] as const;

/** C11: calendar years for which records are kept, from a vaccine's last day of use on. */
export const RETENTION = {
  id: "c11-retention",
  yearsAfterExpiry: 5,
  /** Nobody knows the last day of use: from the record itself on. */
  yearsUnknown: 10,
  source:
    "疫苗管理法 第三十八条、第三十九条: kept for at least five years after the vaccine's last " +
    "day of use; the ten years where that is not known are acceptance rule C11's",
  effective: "2019-12-01",
} as const;

/** C11: a daily backup. What is not at both centres after a day is not backed up. */
export const BACKUP = {
  id: "c11-backup",
  hoursMax: 24,
  source: {
    zh: "药品经营质量管理规范 附录2、附录3：数据按日备份；本系统以数秒内同步到两个数据中心代替",
    en:
      "药品经营质量管理规范 (GSP), annexes 2 and 3: data is backed up daily; replication to both " +
      "data centres within seconds stands for it",
  },
  effective: "2013-10-23",
} as const;

/** Ours: so many days before its end a calibration is due. */
export const CALIBRATION_DUE_DAYS = 30;
