/** What pages of units and their alarms say, in both languages. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";
import { textOrOther } from "../other_text.ts";

const TEXTS = {
  coldchain: { zh: "冷链", en: "Cold chain" },
  units: { zh: "设备", en: "Units" },
  unit: { zh: "设备", en: "Unit" },
  site: { zh: "站点", en: "Site" },
  wholeSite: { zh: "整个站点", en: "the whole site" },
  sites: { zh: "站点", en: "Sites" },
  all: { zh: "全部站点", en: "All sites" },
  choose: {
    zh: "设备较多：此处只列有报警的设备，请选择站点。",
    en: "There are many units: those with alarms are here; choose a site for the others.",
  },
  noUnits: { zh: "没有登记的冷链设备。", en: "No unit is configured." },
  alarms: { zh: "报警", en: "Alarms" },
  toDo: { zh: "待处理报警", en: "Alarms to look at or explain" },
  noAlarms: { zh: "没有待处理的报警。", en: "No alarm waits for anybody." },
  noneYet: { zh: "没有报警记录。", en: "There was no alarm." },
  cause: { zh: "报警", en: "Alarm" },
  level: { zh: "级别", en: "Level" },
  state: { zh: "状态", en: "State" },
  since: { zh: "开始", en: "Since" },
  ended: { zh: "结束", en: "Ended" },
  goesOn: { zh: "持续中", en: "goes on" },
  worst: { zh: "极值", en: "Worst" },
  said: { zh: "处理", en: "What was found" },
  ago: { zh: "前", en: "ago" },
  "high": { zh: "温度过高", en: "too warm" },
  "low": { zh: "温度过低", en: "too cold" },
  "sensor-fault": { zh: "传感器故障", en: "sensor fault" },
  "no-data": { zh: "无数据", en: "no data" },
  "power-off": { zh: "断电", en: "power off" },
  "offline": { zh: "离线", en: "offline" },
  "open": { zh: "未处理", en: "open" },
  "acknowledged": { zh: "已确认", en: "acknowledged" },
  "reopened": { zh: "升级未处理", en: "open again" },
  "recovered": { zh: "已恢复", en: "recovered" },
  "rules-changed": {
    zh: "报警规则已改，未见恢复",
    en: "alarm rules changed, not seen to be over",
  },
  unexplained: { zh: "原因待填", en: "not explained" },
  "good": { zh: "正常", en: "in range" },
  "out": { zh: "超温", en: "out of range" },
  "fault": { zh: "传感器故障", en: "sensor fault" },
  "stale": { zh: "数据过时", en: "out of date" },
  "none": { zh: "尚无数据", en: "no value yet" },
  "watched": { zh: "监测中", en: "watched" },
  "for-a-while": { zh: "报警已暂停", en: "alarms switched off" },
  "under-repair": { zh: "维修中，报警已暂停", en: "under repair, alarms switched off" },
  until: { zh: "至", en: "until" },
  "recipients": { zh: "报警接收人不足 3 名", en: "fewer than 3 persons are told" },
  "no-probe": { zh: "未配置探头", en: "no probe" },
  "interval": { zh: "记录间隔过长", en: "records too far apart" },
  "calibration-missing": { zh: "探头无校准记录", en: "a probe has no calibration" },
  "calibration-overdue": { zh: "探头校准过期", en: "a calibration is overdue" },
  "probe-inaccurate": { zh: "探头误差超限", en: "a probe is not accurate enough" },
  "manual-reading-missing": { zh: "今日人工测温缺失", en: "a reading by hand is missing today" },
  "manual-reading-out": {
    zh: "今日人工测温超出限值",
    en: "a reading by hand of today is out of range",
  },
  notCompliant: { zh: "不合规", en: "Not compliant" },
  probes: { zh: "探头", en: "Probes" },
  "never": { zh: "无校准", en: "never calibrated" },
  "valid": { zh: "校准有效", en: "calibration valid" },
  "due-soon": { zh: "校准将到期", en: "calibration due soon" },
  "overdue": { zh: "校准过期", en: "calibration overdue" },
  "inaccurate": { zh: "误差超限", en: "not accurate enough" },
  "late-vial": { zh: "开瓶疫苗超过使用时限", en: "opened vial beyond its time" },
  openVial: { zh: "已开瓶疫苗", en: "An opened vial" },
  curve: { zh: "温度曲线", en: "Temperatures" },
  day: { zh: "24 小时", en: "24 hours" },
  week: { zh: "7 天", en: "7 days" },
  month: { zh: "30 天", en: "30 days" },
  legend: {
    zh: "红虚线：限值；红底：超温报警；灰底：无数据。",
    en: "Dashed red: limits. Red ground: an alarm of temperature. Grey ground: no data.",
  },
  noCurve: { zh: "此时段没有数据。", en: "Nothing is known of this time." },
  days: { zh: "每日统计", en: "Days" },
  date: { zh: "日期", en: "Day" },
  min: { zh: "最低 °C", en: "Min °C" },
  mean: { zh: "平均 °C", en: "Mean °C" },
  max: { zh: "最高 °C", en: "Max °C" },
  mkt: { zh: "MKT °C", en: "MKT °C" },
  above: { zh: "高于上限 分钟", en: "Above, min" },
  below: { zh: "低于下限 分钟", en: "Below, min" },
  unknown: { zh: "无数据或故障 分钟", en: "Gaps and faults, min" },
  noDays: { zh: "没有统计。", en: "There are no days yet." },
  readings: { zh: "今日人工测温", en: "Readings by hand today" },
  morning: { zh: "上午", en: "Morning" },
  afternoon: { zh: "下午", en: "Afternoon" },
  missing: { zh: "缺失", en: "missing" },
  notYet: { zh: "未到时间", en: "not due yet" },
  due: { zh: "现在请测温", en: "to be read now" },
  tooClose: {
    zh: "两次间隔不足 6 小时，下午请再测一次。",
    en: "They are less than 6 hours apart: read it once more in the afternoon.",
  },
  celsius: { zh: "显示温度 °C", en: "What it shows, °C" },
  comment: { zh: "备注", en: "Comment" },
  record: { zh: "登记测温", en: "Write it down" },
  acknowledge: { zh: "确认报警", en: "Acknowledge" },
  found: { zh: "查明原因", en: "Cause" },
  done: { zh: "处理措施", en: "What was done" },
  "door-open": { zh: "门未关好", en: "door open" },
  "power-cut": { zh: "停电", en: "power cut" },
  "unit-failed": { zh: "设备故障", en: "the unit failed" },
  "probe-failed": { zh: "探头故障", en: "the probe failed" },
  "loading": { zh: "装卸货", en: "loading" },
  "defrosting": { zh: "除霜", en: "defrosting" },
  "setting": { zh: "设定错误", en: "a wrong setting" },
  "weather": { zh: "天气", en: "weather" },
  "line-failed": { zh: "线路故障", en: "the line failed" },
  "unknown-cause": { zh: "原因不明", en: "unknown" },
  "other": { zh: "其他", en: "other" },
  switchOff: { zh: "暂停报警", en: "Switch alarms off" },
  switchOn: { zh: "恢复报警", en: "Switch alarms on again" },
  duration: { zh: "时长", en: "For" },
  untilRepaired: { zh: "直至维修完成", en: "until it is repaired" },
  hours: { zh: "小时", en: "h" },
  reason: { zh: "原因", en: "Reason" },
  preview: { zh: "规则变更预览", en: "Preview of other rules" },
  previewNote: {
    zh: "用已有数据试算另一套规则，不作任何更改。",
    en: "Other rules are tried on the values that came; nothing is changed.",
  },
  rules: { zh: "规则", en: "Rules" },
  rulesNow: { zh: "现行规则", en: "Present rules" },
  rulesThen: { zh: "所选规则", en: "These rules" },
  lastDays: { zh: "最近天数", en: "Last days" },
  look: { zh: "试算", en: "Try" },
  busy: { zh: "正在进行另一次试算，请稍后再试。", en: "Another preview is being made: try again." },
  values: { zh: "数据", en: "Values" },
  noAlarmsThen: { zh: "按所选规则没有报警。", en: "By these rules there is no alarm." },
  calibrate: { zh: "登记校准", en: "Write a calibration down" },
  calibratedOn: { zh: "校准日期", en: "Day of the calibration" },
  validUntil: { zh: "有效期至", en: "Valid until" },
  certificate: { zh: "证书编号", en: "Certificate" },
  reference: { zh: "标准值 °C", en: "Reference, °C" },
  error: { zh: "示值误差 °C", en: "Shown minus reference, °C" },
  saved: { zh: "已登记。", en: "Saved." },
  notSaved: { zh: "未登记：", en: "Not saved:" },
  readOnly: { zh: "在站点登记和处理。", en: "Persons act at the site." },
} as const satisfies Readonly<Record<string, Text>>;

export type UnitText = keyof typeof TEXTS;

export function unitTexts(language: Language): (key: UnitText) => string {
  return (key) => TEXTS[key][language];
}

/** A word of an entry or a view as people read it; the word itself where there is none. */
export function unitWord(language: Language, word: string): string {
  return isUnitText(word) ? TEXTS[word][language] : word;
}

/** Of an alarm its cause, its state, or what was found: "other" where only newer nodes know it. */
export function alarmWord(language: Language, word: string): string {
  return textOrOther(TEXTS, word)[language];
}

export function unitTextOf(key: UnitText): Text {
  return TEXTS[key];
}

function isUnitText(word: string): word is UnitText {
  return Object.hasOwn(TEXTS, word);
}
