/** What the part of a unit's page says that is about loggers, in both languages. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Problem } from "../../../sync/problem.ts";
import type { Language } from "../../console/text.ts";
import { problemText } from "./refusal_text.ts";

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
  badAhead: {
    zh: "快慢分钟数：请填 −1440 到 1440 之间的数",
    en: "Minutes that its clock is ahead: want a number from -1440 to 1440",
  },
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

/** What files are refused for, as it is told of them. */
const FILE_FAULTS: readonly (readonly [found: RegExp, zh: string])[] = [
  [/its end is missing; copy it from the logger again/, "文件不完整，请从记录仪重新复制"],
  [/it is no text; take the text export, not the PDF/, "不是文本，请用文本导出，不要用 PDF"],
  [/its characters are neither UTF-8 nor GB 18030/, "字符编码既不是 UTF-8 也不是 GB 18030"],
  [/it has neither rows nor days/, "没有数据行，也没有每日记录"],
  [/no row has a time and a temperature; want time,temperature/, "没有时间、温度两列的数据行"],
  [
    /it is of logger (\S+), and this unit has (.+); bring it to the unit that .+/,
    "属于记录仪 $1，本设备的记录仪是 $2；请到其所在设备导入，或在配置中登记",
  ],
  [/it has (\d+) days; cut it into parts of (\d+) at most/, "共 $1 天，请分成每份不超过 $2 天"],
  [/(\S+) has (\d+) rows, at most (\d+) are taken; write fewer/, "$1 有 $2 行，最多 $3 行"],
  [/more than (\d+) rows; cut the file in parts/, "超过 $1 行，请分成几份"],
  [/time "([^"]*)" is none; write it as (\S+ \S+) or \S+/g, "“$1”不是时间，请写成 $2"],
  [/temperature is missing; want two columns: time, temperature/g, "缺温度；须有时间、温度两列"],
  [
    /temperature "([^"]*)" is no number of °C from (\S+) to (\S+); leave it empty [^;]*/g,
    "“$1”不是 $2 到 $3 °C 的数；探头故障时请留空",
  ],
  [
    /time: line (\d+) has another temperature for it; keep one/g,
    "与第 $1 行同时而温度不同，请留一行",
  ],
  [/line (\d+)(?:,|:) ?/g, "第 $1 行："],
];

/** A file that is not taken: what is wrong with it, in words that its reader knows. */
export function fileRefusal({ detail, ...problem }: Problem): Text {
  if (detail === undefined) return problemText(problem);
  const { zh } = problemText({
    ...problem,
    detail: FILE_FAULTS.reduce((words, [found, said]) => words.replace(found, said), detail),
  });
  return { zh, en: problemText({ ...problem, detail }).en };
}
