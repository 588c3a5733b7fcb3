/** What the part of a unit's page says that is about loggers, in both languages. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";

const TEXTS = {
  loggers: { zh: "记录仪", en: "Loggers" },
  none: { zh: "尚未导入记录仪文件。", en: "No file of a logger was imported." },
  bring: { zh: "导入记录仪文件", en: "Import a logger's file" },
  file: {
    zh: "文件（Fridge-tag、Q-tag 文本导出，或时间、温度两列的 CSV）",
    en: "File: text export of a Fridge-tag or Q-tag, or CSV of time and temperature",
  },
  ahead: {
    zh: "记录仪时钟比实际快多少分钟（慢填负数，可不填）",
    en: "Minutes that its clock is ahead of the right time (behind: negative; may be left out)",
  },
  known: { zh: "此文件已导入过，未重复登记。", en: "This file was imported before." },
  noFile: { zh: "请选择文件。", en: "Choose a file." },
  imported: { zh: "导入", en: "Imported" },
  byFolder: { zh: "投递文件夹", en: "drop folder" },
  span: { zh: "记录时段", en: "From and to" },
  rows: { zh: "数据行数", en: "Rows" },
  clock: { zh: "记录仪时钟", en: "Its clock" },
  notCompared: { zh: "未与实际时间核对", en: "was not compared" },
  aheadBy: { zh: "快（分钟）", en: "ahead, min" },
  beyond: {
    zh: "数据时间晚于导入时间（分钟）",
    en: "its times lie behind the import, min",
  },
  madeOfRows: { zh: "本系统按其数据计算", en: "our days are made of its rows" },
  madeOfProbe: { zh: "本系统按探头数据计算", en: "our days are those of probe" },
  madeOfNone: { zh: "无可对照的数据", en: "there is nothing to compare with" },
  equal: { zh: "与本系统计算一致。", en: "Its record and our calculation agree." },
  csv: { zh: "CSV 文件没有自己的每日记录。", en: "A CSV file has no daily record of its own." },
  differences: { zh: "与本系统计算的差异", en: "Where its record and our calculation differ" },
  what: { zh: "项目", en: "What" },
  logger: { zh: "记录仪", en: "Logger" },
  ours: { zh: "本系统", en: "Ours" },
  small: { zh: "采样间隔所致", en: "by the interval of rows" },
  large: { zh: "需核实", en: "to be looked into" },
  day: { zh: "日期", en: "Day" },
  min: { zh: "最低 °C", en: "Min °C" },
  max: { zh: "最高 °C", en: "Max °C" },
  mean: { zh: "平均 °C", en: "Mean °C" },
  minutesBelow: { zh: "低于下限 分钟", en: "Below, min" },
  minutesAbove: { zh: "高于上限 分钟", en: "Above, min" },
  alarmBelow: { zh: "低温报警时间", en: "Alarm below" },
  alarmAbove: { zh: "高温报警时间", en: "Alarm above" },
  both: { zh: "记录仪 / 本系统", en: "logger / ours" },
  dailyRecord: { zh: "每日记录对照", en: "Days side by side" },
  past: { zh: "补报的超温", en: "Times out of range found" },
  errors: { zh: "记录仪自报故障", en: "Faults that it tells of" },
} as const satisfies Readonly<Record<string, Text>>;

export type LoggerWord = keyof typeof TEXTS;

export function loggerTexts(language: Language): (key: LoggerWord) => string {
  return (key) => TEXTS[key][language];
}

export function loggerTextOf(key: LoggerWord): Text {
  return TEXTS[key];
}
