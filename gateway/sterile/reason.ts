/** Why a cycle has not passed, and what beside its verdict is worth a look. */

export const FAIL_REASONS = [
  /** A temperature was below the setpoint while it held; found and wanted in °C. */
  "below-setpoint",
  /** It was above the setpoint by more than the band; found and wanted in °C. */
  "above-band",
  /** The hold was too short; found and wanted in seconds. */
  "hold-short",
  /** The cycle ended, and never held. */
  "no-hold",
  /** The device itself says that it failed. */
  "device-failed",
] as const;

export const DOUBT_REASONS = [
  "load-unknown",
  "program-unknown",
  "load-not-in-program",
  "no-rule",
  /** Nobody saw what happened for so many seconds while it held, or as it began or ended. */
  "gap",
  /** Samples are too far apart to tell whether the hold was long enough; found is its least. */
  "hold-unresolved",
  /** A clock was set, or went back; found in seconds. */
  "clock-jump",
  /** The box, or its recorder, started anew in the middle. */
  "restart",
  /** The device told a hold, something else, and a hold again. */
  "phases-mixed",
  /** Its end was not seen, or the print-out was cut. */
  "not-ended",
  /** Lines of the print-out were lost or cannot be read. */
  "damaged",
  /** The print-out contradicts itself, or the box's clock. */
  "contradiction",
  "too-long",
] as const;

export type FailReason = typeof FAIL_REASONS[number];
export type DoubtReason = typeof DOUBT_REASONS[number];

export interface Reason {
  readonly code: FailReason | DoubtReason;
  /** Id of the rule that it rests on; `null` where it is none's. */
  readonly rule: string | null;
  readonly found?: number;
  readonly wanted?: number;
  /** Moment of the boot-time clock, milliseconds. */
  readonly bootMs?: number;
  /** What a device or a print-out says, as it stands there. */
  readonly text?: string;
}

export function isFailure({ code }: Reason): boolean {
  const failures: readonly string[] = FAIL_REASONS;
  return failures.includes(code);
}

/** As people read it; numbers stand beside it. */
export const REASON_TEXTS: Readonly<Record<FailReason | DoubtReason, { zh: string; en: string }>> =
  {
    "below-setpoint": { zh: "灭菌阶段温度低于设定值", en: "Colder than set while it held" },
    "above-band": { zh: "灭菌阶段温度超出允许上限", en: "Hotter than allowed while it held" },
    "hold-short": { zh: "灭菌维持时间不足", en: "It did not hold long enough" },
    "no-hold": { zh: "未达到灭菌温度即结束", en: "It ended without reaching its temperature" },
    "device-failed": { zh: "灭菌器报告失败", en: "The steriliser says that it failed" },
    "load-unknown": { zh: "未登记装载类型", en: "Nobody said what was loaded" },
    "program-unknown": { zh: "程序未知", en: "The program is not known" },
    "load-not-in-program": {
      zh: "该程序不适用于此类装载",
      en: "The program is not for such a load",
    },
    "no-rule": { zh: "没有适用的规则或验证", en: "No rule or validation covers it" },
    "gap": { zh: "灭菌阶段数据缺失", en: "Data of the hold are missing" },
    "hold-unresolved": { zh: "采样过疏，无法确认维持时间", en: "Samples are too sparse to tell" },
    "clock-jump": { zh: "时钟发生跳变", en: "A clock was set meanwhile" },
    "restart": { zh: "采集设备中途重启", en: "The recorder started anew meanwhile" },
    "phases-mixed": { zh: "灭菌阶段被打断", en: "The hold was interrupted" },
    "not-ended": { zh: "未见程序结束", en: "Its end was not seen" },
    "damaged": { zh: "打印记录有缺损", en: "The print-out is damaged" },
    "contradiction": { zh: "打印记录自相矛盾", en: "The print-out contradicts itself" },
    "too-long": { zh: "记录过长", en: "It is too long for a cycle" },
  };
