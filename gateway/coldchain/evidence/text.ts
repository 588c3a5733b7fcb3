/** What evidence says, in both languages. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { AlarmCause } from "../life/alarm_body.ts";
import type { NotCompliant } from "../life/compliance.ts";
import type { CalibrationState } from "../life/calibration.ts";
import { textOrOther } from "../other_text.ts";

export const TEXTS = {
  title: { zh: "冷链温度记录", en: "Cold chain temperature record" },
  unit: { zh: "储存设备", en: "Unit" },
  site: { zh: "站点", en: "Site" },
  period: { zh: "起止日期", en: "Period" },
  zone: { zh: "时区", en: "Time zone" },
  compliance: { zh: "合规情况", en: "Compliance" },
  compliant: { zh: "合规", en: "compliant" },
  notCompliant: { zh: "不合规：", en: "NOT COMPLIANT: " },
  today: { zh: "（截至生成时）", en: " (when this was made)" },
  kept: { zh: "至少保存至", en: "To be kept until" },
  rules: { zh: "报警规则", en: "Alarm rules" },
  curve: { zh: "温度曲线", en: "Temperature" },
  days: { zh: "逐日统计", en: "Day by day" },
  alarms: { zh: "超温和设备报警", en: "Alarms" },
  noAlarms: { zh: "期间无报警", en: "No alarms in this time" },
  noDays: { zh: "期间无温度记录", en: "No temperature was recorded in this time" },
  calibration: { zh: "探头校准", en: "Calibration of probes" },
  noProbes: { zh: "未登记探头", en: "No probe is set up" },
  date: { zh: "日期", en: "Date" },
  probe: { zh: "探头", en: "Probe" },
  min: { zh: "最低 °C", en: "Low °C" },
  max: { zh: "最高 °C", en: "High °C" },
  mean: { zh: "平均 °C", en: "Mean °C" },
  mkt: { zh: "MKT °C", en: "MKT °C" },
  below: { zh: "低温 分钟", en: "Below, min" },
  above: { zh: "高温 分钟", en: "Above, min" },
  unknown: { zh: "缺测 分钟", en: "Unknown, min" },
  cause: { zh: "类别", en: "Kind" },
  level: { zh: "级别", en: "Level" },
  since: { zh: "开始", en: "Since" },
  ended: { zh: "结束", en: "Ended" },
  goesOn: { zh: "持续中", en: "goes on" },
  rulesChanged: {
    zh: "（报警规则已改，未见恢复）",
    en: " (alarm rules changed, not seen to be over)",
  },
  worst: { zh: "极值 °C", en: "Worst °C" },
  state: { zh: "状态", en: "State" },
  validUntil: { zh: "有效期至", en: "Valid until" },
  keeper: { zh: "疫苗管理员", en: "Vaccine keeper" },
  reviewer: { zh: "审核人", en: "Checked by" },
  gapNote: {
    zh: "曲线断开处为无数据，未作插补。阴影为报警时段。",
    en: "Where the curve is broken nothing is known; nothing was made up. Shaded: alarms.",
  },
} as const satisfies Readonly<Record<string, Text>>;

export const REASONS: Readonly<Record<NotCompliant, Text>> = {
  "recipients": { zh: "报警接收人不足 3 人", en: "fewer than three persons are told" },
  "no-probe": { zh: "没有探头", en: "it has no probe" },
  "interval": { zh: "记录间隔过长", en: "records are too far apart" },
  "calibration-missing": { zh: "探头未校准", en: "a probe was never calibrated" },
  "calibration-overdue": { zh: "探头校准过期", en: "a probe's calibration is overdue" },
  "probe-inaccurate": { zh: "探头误差超限", en: "a probe is not accurate enough" },
  "manual-reading-missing": { zh: "缺少人工测温记录", en: "a reading by hand is missing" },
  "manual-reading-out": { zh: "人工测温超出限值", en: "a reading by hand is out of range" },
};

export const CALIBRATIONS: Readonly<Record<CalibrationState, Text>> = {
  "never": { zh: "未校准", en: "never" },
  "valid": { zh: "有效", en: "valid" },
  "due-soon": { zh: "即将到期", en: "due soon" },
  "overdue": { zh: "已过期", en: "overdue" },
  "inaccurate": { zh: "误差超限", en: "not accurate" },
};

const CAUSES: Readonly<Record<AlarmCause, Text>> = {
  "high": { zh: "高温", en: "high" },
  "low": { zh: "低温", en: "low" },
  "no-data": { zh: "无数据", en: "no data" },
  "sensor-fault": { zh: "探头故障", en: "sensor fault" },
  "power-off": { zh: "断电", en: "power off" },
  "offline": { zh: "离线", en: "offline" },
  "late-vial": { zh: "开瓶疫苗超时", en: "opened vial beyond its time" },
};

export function causeText(cause: string): Text {
  return textOrOther(CAUSES, cause);
}
