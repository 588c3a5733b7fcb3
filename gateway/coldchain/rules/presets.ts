/** Alarm rules that come with the product (C2); a county may bring its own in their form. */
import type { AlarmRule, Preset } from "./alarm_rule.ts";
import * as sources from "./sources.ts";

type Cited = Pick<AlarmRule, "source" | "effective" | "unconfirmed">;
type Limits = { readonly below?: number; readonly above?: number };

/** Out of range where it is below or above; the limits themselves are in range. */
function outside(
  name: string,
  { below, above }: Limits,
  holdMinutes: number,
  cited: Cited,
  level = 1,
): AlarmRule[] {
  const rest = {
    comparison: "exclusive",
    counting: "single",
    holdMinutes,
    overMidnight: true,
    level,
    ...cited,
  } as const;
  const suffix = level === 1 ? "" : `-${level}`;
  return [
    ...(below === undefined
      ? []
      : [{ id: `${name}-low${suffix}`, side: "below", limitCelsius: below, ...rest } as const]),
    ...(above === undefined
      ? []
      : [{ id: `${name}-high${suffix}`, side: "above", limitCelsius: above, ...rest } as const]),
  ];
}

/** Of an indicator in a shipping carton: what it reaches counts as out of range. */
function indicator(
  id: string,
  side: AlarmRule["side"],
  limitCelsius: number,
  counting: AlarmRule["counting"],
  holdMinutes: number,
): AlarmRule {
  return {
    id,
    side,
    limitCelsius,
    comparison: "inclusive",
    counting,
    holdMinutes,
    overMidnight: true,
    level: 1,
    ...sources.SHIPPING,
  };
}

/** Blood is out of range with the first sample: no source allows any time. */
function blood(name: string, zh: string, en: string, limits: Limits): Preset {
  return { name, title: { zh, en }, rules: outside(name, limits, 0, sources.BLOOD) };
}

/** Minutes after which each of the three levels is told of (C4). */
const PLATFORM_MINUTES = [30, 60, 60] as const;
const TRANSPORT_MINUTES = [5, 10, 15] as const;

function levels(name: string, minutes: readonly number[]): AlarmRule[] {
  return minutes.flatMap((hold, index) =>
    outside(name, { below: 2, above: 8 }, hold, sources.PLATFORM, index + 1)
  );
}

export const PRESETS: readonly Preset[] = [
  {
    name: "who-30-day",
    title: { zh: "世卫组织30天记录仪", en: "WHO 30-day logger" },
    rules: [
      {
        id: "who-30-day-low",
        side: "below",
        limitCelsius: -0.5,
        comparison: "inclusive",
        counting: "single",
        holdMinutes: 60,
        overMidnight: true,
        level: 1,
        ...sources.WHO_LOGGER,
      },
      ...outside("who-30-day", { above: 8 }, 600, sources.WHO_LOGGER),
    ],
  },
  {
    name: "strict",
    title: { zh: "严格", en: "Strict" },
    rules: outside("strict", { below: 2, above: 8 }, 60, sources.STRICT),
  },
  {
    name: "platform",
    title: { zh: "平台三级报警", en: "Platform, three levels" },
    rules: levels("platform", PLATFORM_MINUTES),
  },
  {
    name: "platform-transport",
    title: { zh: "平台三级报警（运输）", en: "Platform, three levels, in transport" },
    rules: levels("platform-transport", TRANSPORT_MINUTES),
  },
  {
    name: "shipping-type-1",
    title: { zh: "运输指示器Ⅰ型", en: "Shipping indicator, type I" },
    rules: [
      indicator("shipping-1-hot", "above", 45, "single", 60),
      indicator("shipping-1-warm", "above", 30, "cumulative", 600),
      indicator("shipping-1-cold", "below", -0.5, "single", 60),
    ],
  },
  {
    name: "shipping-type-2",
    title: { zh: "运输指示器Ⅱ型", en: "Shipping indicator, type II" },
    rules: [
      indicator("shipping-2-hot", "above", 45, "single", 60),
      indicator("shipping-2-warm", "above", 30, "cumulative", 600),
      indicator("shipping-2-mild", "above", 10, "cumulative", 1200),
    ],
  },
  {
    name: "freezer",
    title: { zh: "冷冻（−15 ℃以下）", en: "Freezer, −15 °C and colder" },
    rules: outside("freezer", { above: -15 }, 60, sources.FREEZER),
  },
  {
    name: "ult",
    title: { zh: "超低温（−90…−60 ℃）", en: "Ultra-low temperature, −90…−60 °C" },
    rules: outside("ult", { below: -90, above: -60 }, 60, sources.ULT),
  },
  blood("red-cells", "红细胞（2–6 ℃）", "Red cells, 2–6 °C", { below: 2, above: 6 }),
  blood("whole-blood", "全血（2–6 ℃）", "Whole blood, 2–6 °C", { below: 2, above: 6 }),
  blood("platelets", "血小板（20–24 ℃）", "Platelets, 20–24 °C", { below: 20, above: 24 }),
  blood("plasma", "血浆（−18 ℃以下）", "Plasma, −18 °C and colder", { above: -18 }),
];

export function presetOf(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}
