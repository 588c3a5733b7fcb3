/** Whether a site's records are where its box cannot take them along when it dies (C11). */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { DataRow, DataTable } from "../../report/data_report.ts";
import { momentText } from "../../report/moment_text.ts";
import type { SiteCopies } from "../../site_copies.ts";
import { BACKUP } from "../rules/plans.ts";
import { type Reported, type Stretch, within } from "./watched.ts";

const HOUR_MS = 3_600_000;
const ZONE = "Asia/Shanghai";

/**
 * Days of a unit of which something is not at each centre after the time that is allowed, as far as
 * this node knows of centres: a county knows its own copy. Where it knows of none, they are
 * those of which it cannot say.
 */
export function datesNotCopied(
  watched: readonly Stretch[],
  { days, asOfMs }: Pick<Reported, "days" | "asOfMs">,
  { centres, nowMs }: SiteCopies,
): { readonly kind: "not-backed-up" | "backup-unknown"; readonly dates: readonly string[] } {
  const known = centres.map(({ untilMs }) => untilMs).filter((ms) => ms !== null);
  // No centre is configured: it is nowhere else. Of none anything is known: it may be nowhere else.
  const earliestMs = known.length === 0 ? 0 : Math.min(...known);
  const isMissing = ({ fromMs, toMs }: Stretch) => {
    const oldestMs = Math.max(fromMs, earliestMs);
    return oldestMs < toMs && nowMs - oldestMs > BACKUP.hoursMax * HOUR_MS;
  };
  const missing = days.filter((day) =>
    watched.some((one) => {
      const own = within(one, { fromMs: day.fromMs, toMs: Math.min(day.toMs, asOfMs) });
      return own !== null && isMissing(own);
    })
  );
  return {
    kind: centres.length > 0 && known.length === 0 ? "backup-unknown" : "not-backed-up",
    dates: missing.map(({ date }) => date),
  };
}

const STATES = {
  copied: { zh: "已备份", en: "backed up" },
  behind: { zh: "未备份", en: "NOT BACKED UP" },
  unknown: { zh: "本节点不知", en: "not known here" },
} as const satisfies Readonly<Record<string, Text>>;

/** Of each centre when it last had all that the site wrote, as far as this node knows. */
export function copiesTable({ centres, nowMs }: SiteCopies): DataTable {
  return {
    name: "copies",
    title: { zh: "数据备份 [C11]", en: "Copies of the site's records [C11]" },
    columns: [
      { key: "centre", title: { zh: "数据中心", en: "Data centre" }, width: 3 },
      { key: "replicated", title: { zh: "最近同步至", en: "Last replicated" }, width: 3 },
      { key: "state", title: { zh: "状态", en: "State" }, width: 2, isVerdict: true },
    ],
    rows: centres.map(({ centre, untilMs }): DataRow => {
      const isBehind = untilMs !== null && nowMs - untilMs > BACKUP.hoursMax * HOUR_MS;
      return {
        cells: [
          centre,
          untilMs === null ? null : momentText(untilMs, ZONE),
          STATES[untilMs === null ? "unknown" : isBehind ? "behind" : "copied"],
        ],
        tone: untilMs === null ? "warn" : isBehind ? "bad" : "good",
      };
    }),
    empty: { zh: "未配置数据中心：数据没有备份", en: "No centre is configured: there is no copy" },
    note: {
      zh: "每条记录写入后数秒内同步到两个数据中心，代替每日备份；断网期间保存在本地，恢复后补传。",
      en:
        "Each record goes to both centres within seconds, in the place of a daily backup; while " +
        "the line is down it waits on the spot.",
    },
  };
}
