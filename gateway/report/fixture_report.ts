/** A report with one of each block, in either language. */
import type { Block, Report } from "./report.ts";

export const MADE_MS = Date.parse("2026-11-29T09:30:00+08:00");
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export function reportWith(
  blocks: readonly Block[],
  language: "zh" | "en" = "zh",
  landscape = false,
): Report {
  return {
    language,
    organisation: language === "zh" ? "青山镇中心卫生院" : "Qingshan Township Hospital",
    title: language === "zh" ? "疫苗冷链温度日报表" : "Cold chain, day by day",
    subtitle: "2026-11-28",
    number: "site-017/fridge-1/2026-11-28",
    madeMs: MADE_MS,
    zone: "Asia/Shanghai",
    landscape,
    blocks,
  };
}

/** A day of minutes, with an excursion of an hour and a gap of another. */
export function dayCurve(language: "zh" | "en"): Block {
  const fromMs = MADE_MS - DAY_MS;
  const points = Array.from({ length: 1440 }, (_, n): [number, number | null] => {
    const isGap = n >= 300 && n < 360;
    const out = n >= 700 && n < 760 ? 6 : 0;
    return [fromMs + n * MINUTE_MS, isGap ? null : 4.5 + Math.sin(n / 40) + out];
  });
  const isChinese = language === "zh";
  return {
    kind: "curve",
    title: isChinese ? "一号冰箱 温度曲线" : "Fridge 1, temperature",
    unit: "°C",
    fromMs,
    toMs: MADE_MS,
    series: [
      { name: isChinese ? "探头 1" : "probe 1", points },
      {
        name: isChinese ? "探头 2" : "probe 2",
        points: points.map(([ms, value]) => [ms, value === null ? null : value * 0.9]),
      },
    ],
    limits: [{ name: isChinese ? "上限 8 °C" : "8 °C", value: 8 }, {
      name: isChinese ? "下限 2 °C" : "2 °C",
      value: 2,
    }],
    spans: [{ fromMs: fromMs + 700 * MINUTE_MS, toMs: fromMs + 760 * MINUTE_MS }],
  };
}

export function allBlocks(language: "zh" | "en", rows = 60): Block[] {
  const isChinese = language === "zh";
  const say = (zh: string, en: string) => isChinese ? zh : en;
  return [
    {
      kind: "facts",
      rows: [
        [say("设备", "Unit"), say("一号冰箱（接种室）", "Fridge 1 (vaccination room)")],
        [say("合规", "Compliance"), say("不合规：收件人不足 3 人", "not compliant: fewer than 3")],
        [say("最低 / 最高", "Lowest / highest"), "2.1 °C / 10.4 °C"],
        [say("超温累计", "Out of range"), say("60 分钟", "60 min")],
      ],
    },
    dayCurve(language),
    { kind: "heading", text: say("报警", "Alarms") },
    { kind: "words", text: say("本日超温一次。", "Out of range once."), mark: "alarm" },
    {
      kind: "table",
      columns: [
        { title: say("时间", "Time"), width: 2 },
        { title: say("设备", "Unit"), width: 3 },
        { title: say("最高", "Highest"), width: 1, align: "right" },
        { title: say("原因和处置", "Cause and what was done"), width: 5 },
      ],
      rows: Array.from({ length: rows }, (_, n) => ({
        cells: [
          `2026-11-28 ${String(n % 24).padStart(2, "0")}:00`,
          say(`${n + 1}号冰箱`, `fridge ${n + 1}`),
          (5 + n % 6).toFixed(1),
          n % 7 === 0
            ? say(
              "门未关好，已关；疫苗隔离待评估，县疾控中心已告知。".repeat(2),
              "door open ".repeat(14),
            )
            : say("无", "none"),
        ],
        ...(n % 6 > 3 ? { mark: "alarm" as const } : {}),
      })),
      empty: say("无", "none"),
    },
    {
      kind: "signatures",
      lines: [
        { label: say("疫苗管理员", "Vaccine keeper"), confirmed: { name: "李梅", ms: MADE_MS } },
        { label: say("审核人", "Checked by"), confirmed: null },
      ],
    },
  ];
}
