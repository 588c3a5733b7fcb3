/** Where the numbers of presets come from. `effective`: of the document, or of our release. */
import type { Text } from "../../../drivers/profile_parts.ts";

/** Day from which a number counts that no document of its own dates. */
const RELEASED = "2026-11-29";

export const WHO_LOGGER = {
  source: "WHO PQS E006/TR06 (30-day electronic refrigerator temperature logger); WHO/IVB/15.04, " +
    "How to monitor temperatures in the vaccine supply chain: -0.5 °C or below for 60 minutes, " +
    "over +8 °C for 10 hours, each one event",
  effective: "2015-07-01",
  unconfirmed: false,
} as const;

export const STRICT = {
  source: "Acceptance rule C2: below 2 °C or over 8 °C for 60 minutes; the range is that of " +
    "疫苗储存和运输管理规范 (2017) 第十条",
  effective: RELEASED,
  unconfirmed: true,
} as const;

export const PLATFORM = {
  source: "Acceptance rule C4: practice of county platforms, three levels; counted from when it " +
    "left the range",
  effective: RELEASED,
  unconfirmed: true,
} as const;

export const SHIPPING = {
  source: "WHO/IVB/05.23, Guidelines on the international packaging and shipping of vaccines; " +
    "WHO, Step-by-step interpretation of 10-day electronic temperature monitoring devices, " +
    "Q-tag 2plus (2009)",
  effective: "2009-01-17",
  unconfirmed: false,
} as const;

export const FREEZER = {
  source: "疫苗储存和运输管理规范 (2017): freezers at -15 °C and colder; the 60 minutes are ours",
  effective: "2017-12-15",
  unconfirmed: true,
} as const;

export const ULT = {
  source: "Acceptance rule C2: outside -90...-60 °C for 60 minutes; the range is that of the " +
    "product information of Comirnaty (EMA)",
  effective: RELEASED,
  unconfirmed: true,
} as const;

export const BLOOD = {
  source: "WS 399-2012 血液储存要求: red cells and whole blood 2-6 °C, platelets 20-24 °C, " +
    "plasma -18 °C and colder; no time out of range is named",
  effective: "2013-06-01",
  unconfirmed: true,
} as const;

/** In Chinese; what is not here is of a county's own rules, and stands as it was written. */
const CHINESE: ReadonlyMap<string, string> = new Map([
  [
    WHO_LOGGER.source,
    "WHO PQS E006/TR06（30 天冰箱电子温度记录仪）；WHO/IVB/15.04《疫苗供应链温度监测指南》：" +
    "−0.5 °C 及以下 60 分钟、高于 +8 °C 10 小时，均为单次连续事件",
  ],
  [
    STRICT.source,
    "验收规则 C2：低于 2 °C 或高于 8 °C 达 60 分钟；温度范围见《疫苗储存和运输管理规范》(2017) 第十条",
  ],
  [PLATFORM.source, "验收规则 C4：县级平台惯例，三级报警；自超出范围时起计"],
  [
    SHIPPING.source,
    "WHO/IVB/05.23《疫苗国际包装和运输指南》；WHO《10 天电子温度监测装置分步判读》，Q-tag 2plus (2009)",
  ],
  [FREEZER.source, "《疫苗储存和运输管理规范》(2017)：冷冻设备 −15 °C 及以下；60 分钟为本系统设定"],
  [
    ULT.source,
    "验收规则 C2：−90…−60 °C 之外达 60 分钟；温度范围见 Comirnaty 药品说明书 (EMA)",
  ],
  [
    BLOOD.source,
    "WS 399-2012《血液储存要求》：红细胞、全血 2～6 °C，血小板 20～24 °C，血浆 −18 °C 及以下；" +
    "未规定允许超出的时间",
  ],
]);

/** Where a rule's numbers come from, in both languages where it is one of ours. */
export function sourceText(source: string): Text | string {
  const zh = CHINESE.get(source);
  return zh === undefined ? source : { zh, en: source };
}
