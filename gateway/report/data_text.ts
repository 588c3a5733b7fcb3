/** What stands on every report that is drawn from data, in both languages. */
import type { Text } from "../../drivers/profile_parts.ts";

export const TEXTS = {
  reports: { zh: "报表", en: "Reports" },
  report: { zh: "报表", en: "Report" },
  site: { zh: "站点", en: "Site" },
  allSites: { zh: "全部站点（汇总）", en: "All sites (summary)" },
  period: { zh: "期间", en: "Period" },
  day: { zh: "日报", en: "Day" },
  month: { zh: "月报", en: "Month" },
  date: { zh: "日期（月报取其所在月）", en: "Date (of a month: any of its days)" },
  dayReport: { zh: "日报", en: "daily report" },
  monthReport: { zh: "月报", en: "monthly report" },
  show: { zh: "查看", en: "Show" },
  csv: { zh: "下载 CSV", en: "Download CSV" },
  pdf: { zh: "下载 PDF", en: "Download PDF" },
  evidence: { zh: "下载签名文件", en: "Download signed file" },
  summary: { zh: "汇总", en: "Summary" },
  asOf: { zh: "期间未结束，数据截至", en: "Not over yet; as known at" },
  notBegun: { zh: "期间尚未开始", en: "It has not begun" },
  noPeriod: {
    zh: "请选择 2000 年以后的日期或月份，如 2026-11-28 或 2026-11",
    en: "Choose a day or a month since 2000, such as 2026-11-28 or 2026-11",
  },
  noSites: { zh: "没有站点有此类数据", en: "No site has anything of this" },
  next: { zh: "更多站点", en: "More sites" },
  sites: { zh: "各站点", en: "Sites" },
  maker: { zh: "制表人", en: "Made by" },
  checker: { zh: "审核人", en: "Checked by" },
  cut: { zh: "数据超出一份报表的上限，未全部列出：", en: "More than one report holds: " },
} as const satisfies Readonly<Record<string, Text>>;

export type DataTextKey = keyof typeof TEXTS;
