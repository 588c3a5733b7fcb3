/** Where the numbers of presets come from. `effective`: of the document, or of our release. */

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
