/** Why a unit is not compliant, or why nobody can say: each by a rule with its source. */
import type { Text } from "../../../drivers/profile_parts.ts";
import { REASONS } from "../evidence/text.ts";
import type { NotCompliant } from "../life/compliance.ts";
import type { AlarmRule } from "../rules/alarm_rule.ts";
import { BACKUP, MANUAL_LIMITS, MANUAL_READINGS, RECORDS_OUT } from "../rules/plans.ts";
import { sourceText } from "../rules/sources.ts";

export type Verdict = "compliant" | "not-compliant" | "cannot-say";

export type ReasonKind =
  | NotCompliant
  /** Out of range for as long as its rule says. */
  | "too-warm"
  | "too-cold"
  /** Nobody said what an alarm was. */
  | "alarm-unexplained"
  /** While it was out of range, the next record came too late. */
  | "records-apart-out"
  /** Less than six hours apart: the later one does not count. */
  | "manual-readings-close"
  /** A centre did not have it a day later. */
  | "not-backed-up"
  /** Of no centre it is known here what it has. */
  | "backup-unknown"
  | "no-data"
  | "gap"
  | "sensor-fault";

export interface Reason {
  readonly kind: ReasonKind;
  /** Id of the rule. */
  readonly rule: string;
  /** Days that it is about, in their order. */
  readonly dates: readonly string[];
}

/** A rule as a report cites it. */
export interface CitedRule {
  readonly id: string;
  /** In one language where the rule's own data has it so. */
  readonly source: string | Text;
  /** Day from which it counts. */
  readonly effective: string;
}

const GSP: Text = {
  zh: "药品经营质量管理规范 附录3 温湿度自动监测",
  en: "药品经营质量管理规范 (GSP), annex 3: automatic monitoring of temperature and humidity",
};
const SINCE_GSP = "2013-10-23";
/** Day from which a number counts that is ours. */
const RELEASED = "2026-11-29";

const RECORDING: CitedRule = { id: "c1-record", source: GSP, effective: SINCE_GSP };
const CALIBRATION: CitedRule = { id: "c13-calibration", source: GSP, effective: SINCE_GSP };
const NO_DATA: CitedRule = {
  id: "c7-no-data",
  source: {
    zh: "验收规则 C7：未测得的即为未知，不作推断",
    en: "Acceptance rule C7: what was not measured is not known, and nothing is made up",
  },
  effective: RELEASED,
};

const BY_HAND: CitedRule = {
  ...MANUAL_READINGS,
  source: {
    zh:
      "疫苗储存和运输管理规范 (2017)：上午、下午各人工测温一次，间隔不少于 6 小时；时限为本系统设定",
    en: MANUAL_READINGS.source,
  },
};

/** Of all that is not about a temperature: those are alarm rules of the unit. */
const RULES: Readonly<Record<Exclude<ReasonKind, "too-warm" | "too-cold">, CitedRule>> = {
  "recipients": {
    id: "c5-recipients",
    source: {
      zh: "验收规则 C5：每台设备至少 3 名报警接收人",
      en: "Acceptance rule C5: three persons at least are told of a unit",
    },
    effective: RELEASED,
  },
  "no-probe": RECORDING,
  "interval": RECORDING,
  "records-apart-out": RECORDS_OUT,
  "calibration-missing": CALIBRATION,
  "calibration-overdue": CALIBRATION,
  "probe-inaccurate": CALIBRATION,
  "manual-reading-missing": BY_HAND,
  "manual-readings-close": BY_HAND,
  "manual-reading-out": MANUAL_LIMITS,
  "alarm-unexplained": {
    id: "c9-acknowledgement",
    source: {
      zh: "验收规则 C9：报警须注明原因和说明后确认",
      en: "Acceptance rule C9: an alarm is acknowledged with cause and comment",
    },
    effective: RELEASED,
  },
  "not-backed-up": BACKUP,
  "backup-unknown": BACKUP,
  "no-data": NO_DATA,
  "gap": NO_DATA,
  "sensor-fault": NO_DATA,
};

const WORDS: Readonly<Record<Exclude<ReasonKind, NotCompliant>, Text>> = {
  "too-warm": { zh: "高温超时", en: "too warm for too long" },
  "too-cold": { zh: "低温超时", en: "too cold for too long" },
  "records-apart-out": {
    zh: "超温期间记录间隔超过 2 分钟",
    en: "records more than two minutes apart while out of range",
  },
  "alarm-unexplained": { zh: "报警未确认", en: "an alarm was not acknowledged" },
  "manual-readings-close": {
    zh: "两次人工测温间隔不足 6 小时",
    en: "readings by hand less than six hours apart",
  },
  "not-backed-up": {
    zh: "未备份：超过一天未同步到数据中心",
    en: "not backed up: not at each centre for more than a day",
  },
  "backup-unknown": { zh: "无法确认是否已备份", en: "cannot say whether it is backed up" },
  "no-data": { zh: "无任何温度数据", en: "no temperature was recorded" },
  "gap": { zh: "数据缺失", en: "data is missing" },
  "sensor-fault": { zh: "探头故障", en: "a sensor was at fault" },
};

const UNKNOWN: ReadonlySet<ReasonKind> = new Set(
  ["no-data", "gap", "sensor-fault", "backup-unknown"] as const,
);

/** What was seen stands, whatever is missing beside it; what is missing is never compliant. */
export function verdictOf(reasons: readonly Reason[]): Verdict {
  if (reasons.some(({ kind }) => !UNKNOWN.has(kind))) return "not-compliant";
  return reasons.length === 0 ? "compliant" : "cannot-say";
}

/** `null`: a rule that the unit has no more. */
export function citedRule(
  { kind, rule }: Reason,
  alarmRules: readonly AlarmRule[],
): CitedRule | null {
  if (kind !== "too-warm" && kind !== "too-cold") return RULES[kind];
  const found = alarmRules.find(({ id }) => id === rule);
  return found === undefined ? null : { ...found, source: sourceText(found.source) };
}

export function ruleIdOf(kind: Exclude<ReasonKind, "too-warm" | "too-cold">): string {
  return RULES[kind].id;
}

function wordsOf(kind: ReasonKind): Text {
  return isNotCompliant(kind) ? REASONS[kind] : WORDS[kind];
}

function isNotCompliant(kind: ReasonKind): kind is NotCompliant {
  return Object.hasOwn(REASONS, kind);
}

/** `高温超时 [platform-high-1] 11-03, 11-05~11-07`; of one day its date is left out. */
export function reasonText({ kind, rule, dates }: Reason, hasDates: boolean): Text {
  const said = wordsOf(kind);
  const behind = ` [${rule}]${hasDates ? ` ${datesText(dates)}` : ""}`;
  return { zh: said.zh + behind, en: said.en + behind };
}

const DAY_MS = 86_400_000;

/** `11-03, 11-05~11-07`: of days one behind the other the first and the last. */
export function datesText(dates: readonly string[]): string {
  const runs: [first: string, last: string][] = [];
  for (const date of dates) {
    const run = runs.at(-1);
    if (run !== undefined && Date.parse(date) - Date.parse(run[1]) === DAY_MS) run[1] = date;
    else runs.push([date, date]);
  }
  const short = (date: string) => date.slice(5);
  return runs.map(([first, last]) =>
    first === last ? short(first) : `${short(first)}~${short(last)}`
  ).join(", ");
}
