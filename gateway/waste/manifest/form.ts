/**
 * The fields of the national form, in its order, as data for page, PDF and export (rule W8): the
 * model form of 危险废物转移联单 under 危险废物转移管理办法. What a manifest lacks is named.
 */
import type { Text } from "../../../drivers/profile_parts.ts";
import { CATEGORIES } from "../category.ts";
import type { WASTE_FORMS } from "../entry/manifest_body.ts";
import { type ManifestLine, type ManifestStanding, tonnes, wasteNameOf } from "./manifest.ts";

export const FORM_PARTS = {
  consignor: { zh: "第一部分 危险废物移出信息（由移出人填写）", en: "1 Consignor" },
  carrier: { zh: "第二部分 危险废物运输信息（由承运人填写）", en: "2 Carrier" },
  receiver: { zh: "第三部分 危险废物接受信息（由接受人填写）", en: "3 Receiver" },
} as const satisfies Readonly<Record<string, Text>>;
export type FormPart = keyof typeof FORM_PARTS;

export interface FormField {
  readonly part: FormPart;
  /** Of the body where it is from, or a name of its own. */
  readonly field: string;
  readonly label: Text;
  /** Empty: it lacks. */
  readonly value: string;
}

type FormOf = typeof WASTE_FORMS[number];

const FORM_NAMES: Readonly<Record<FormOf, Text>> = {
  "solid": { zh: "固态", en: "solid" },
  "semi-solid": { zh: "半固态", en: "semi-solid" },
  "liquid": { zh: "液态", en: "liquid" },
  "gas": { zh: "气态", en: "gas" },
};

/** Fields that the draft bears as they are typed, with the labels of the form. */
export const TYPED = {
  consignor: [
    ["name", "单位名称", "Unit"],
    ["emergencyPhone", "应急联系电话", "Emergency telephone"],
    ["address", "单位地址", "Address"],
    ["handler", "经办人", "Handled by"],
    ["phone", "联系电话", "Telephone"],
  ],
  carrier: [
    ["name", "单位名称", "Unit"],
    ["licence", "营运证件号", "Licence"],
    ["address", "单位地址", "Address"],
    ["phone", "联系电话", "Telephone"],
    ["driver", "驾驶员", "Driver"],
    ["driverPhone", "联系电话", "Driver's telephone"],
    ["vehicle", "运输工具", "Vehicle"],
    ["plate", "牌号", "Plate"],
    ["origin", "运输起点", "From"],
    ["via", "经由地", "By way of"],
    ["destination", "运输终点", "To"],
  ],
  receiver: [
    ["name", "单位名称", "Unit"],
    ["permit", "危险废物经营许可证编号", "Permit"],
    ["address", "单位地址", "Address"],
    ["handler", "经办人", "Handled by"],
    ["phone", "联系电话", "Telephone"],
    ["method", "拟利用处置方式", "Way of disposal"],
  ],
} as const;

/** May stay empty on the form: a way of transport has no place on its way. */
const OPTIONAL: ReadonlySet<string> = new Set(["carrier.via"]);

/**
 * All fields but those of the lines; moments as text of Asia/Shanghai, minutes. Behind them, of
 * each receipt that does not tell when it was given, when it was recorded here.
 */
export function formFields(manifest: ManifestStanding): FormField[] {
  const { body, departed, received } = manifest;
  const typed = (part: FormPart, own: Readonly<Record<string, string>>) =>
    TYPED[part].map(([field, zh, en]): FormField => ({
      part,
      field: `${part}.${field}`,
      label: { zh, en },
      value: own[field] ?? "",
    }));
  const left = departed === null ? "" : minuteOf(departed.time.wallMs);
  // What the disposer says: when somebody wrote it down here is another moment.
  const told = received.flatMap(({ body }) => body.receivedMs ?? []).sort((one, two) => one - two);
  const untold = received.filter(({ body }) => body.receivedMs === undefined);
  const arrived = told.slice(0, 1).map(minuteOf).join("");
  return [
    ...typed("consignor", body?.consignor ?? {}),
    moment("consignor", ["deliveredAt", "交付时间", "Handed over"], left),
    ...typed("carrier", body?.carrier ?? {}),
    moment("carrier", ["departedAt", "实际起运时间", "Departed"], left),
    moment("carrier", ["arrivedAt", "实际到达时间", "Arrived"], arrived),
    ...typed("receiver", body?.receiver ?? {}),
    moment("receiver", ["receivedAt", "接受时间", "Received"], told.map(minuteOf).join(", ")),
    ...untold.map(({ time }) =>
      moment("receiver", ["recordedAt", "接受登记时间", "Recorded at"], minuteOf(time.wallMs))
    ),
  ];
}

function moment(
  part: FormPart,
  [field, zh, en]: readonly [string, string, string],
  value: string,
): FormField {
  return { part, field: `${part}.${field}`, label: { zh, en }, value };
}

/** One row of the form's table of waste, as text. */
export function lineCells(line: ManifestLine, language: keyof Text): string[] {
  const { said, category, bags } = line;
  return [
    language === "zh" ? wasteNameOf(line) : CATEGORIES[category].name.en,
    category,
    CATEGORIES[category].hazards.join("/"),
    said === null ? "" : FORM_NAMES[said.form][language],
    said?.components ?? "",
    said?.packaging ?? "",
    String(bags.length),
    line.tonnes,
  ];
}

/** The heads of those cells. */
export const LINE_HEADS: readonly Text[] = [
  { zh: "废物名称", en: "Waste" },
  { zh: "废物代码", en: "Code" },
  { zh: "危险特性", en: "Hazard" },
  { zh: "形态", en: "Form" },
  { zh: "有害成分名称", en: "Components" },
  { zh: "包装方式", en: "Packaging" },
  { zh: "包装数量", en: "Packages" },
  { zh: "移出量（吨）", en: "Tonnes" },
];

/** What the form still lacks at this stage, by field; a draft may leave with none of it lacking. */
export function lacking(manifest: ManifestStanding): string[] {
  const due = new Set<string>();
  if (manifest.stage === "prepared") due.add("consignor.deliveredAt").add("carrier.departedAt");
  if (manifest.received.length === 0) due.add("carrier.arrivedAt").add("receiver.receivedAt");
  const fields = formFields(manifest)
    .filter(({ field, value }) => value === "" && !OPTIONAL.has(field) && !due.has(field))
    .map(({ field }) => field);
  const lines = manifest.lines.flatMap(({ category, said }) =>
    said === null || said.packaging === "" ? [`lines.${category}`] : []
  );
  return [...fields, ...lines, ...(manifest.number === null ? ["number"] : [])];
}

/** 接受量: what the disposer weighed, tonnes. */
export function receivedTonnes({ received }: ManifestStanding): string {
  return tonnes(received.reduce((sum, { body }) => sum + body.grams, 0));
}

const SHANGHAI = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "short",
});

export function minuteOf(ms: number): string {
  return SHANGHAI.format(ms);
}
