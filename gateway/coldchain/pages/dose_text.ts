/** What pages about doses say, in both languages. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";

const TEXTS = {
  vaccines: { zh: "疫苗流向", en: "Vaccines" },
  stock: { zh: "在库疫苗", en: "Stock" },
  session: { zh: "接种", en: "Session" },
  heldBack: { zh: "暂停使用", en: "Held back" },
  trace: { zh: "追溯", en: "Trace" },
  noStock: { zh: "没有登记在库的疫苗。", en: "No doses are recorded as being anywhere." },
  site: { zh: "站点", en: "Site" },
  place: { zh: "位置", en: "Place" },
  product: { zh: "产品", en: "Product" },
  lot: { zh: "批号", en: "Lot" },
  doses: { zh: "剂数", en: "Doses" },
  expires: { zh: "有效期至", en: "Use until" },
  scan: { zh: "扫码", en: "Scan" },
  scanHint: {
    zh: "光标放在此处，扫最小包装上的追溯码或 GS1 码。",
    en: "Put the cursor here and scan the trace code or the GS1 code on the pack.",
  },
  read: { zh: "读码", en: "Read" },
  code: { zh: "追溯码", en: "Code" },
  doubtful: {
    zh: "请与包装上的批号核对：扫码器可能丢失分隔符，或码表互相矛盾。",
    en: "Compare the lot with the pack: a separator may be lost, or lists contradict each other.",
  },
  noLot: {
    zh: "码表中没有此码，请按包装填写批号。",
    en: "No list has this code: take it from the pack.",
  },
  step: { zh: "操作", en: "Step" },
  stored: { zh: "入库", en: "Put away" },
  moved: { zh: "换设备", en: "Move to another unit" },
  taken: { zh: "领出到接种点", en: "Take to a session" },
  returned: { zh: "退回入库", en: "Bring back" },
  sent: { zh: "发往其他站点", en: "Send to another site" },
  wasted: { zh: "报损", en: "Throw away" },
  expired: { zh: "过期报损", en: "Out of date" },
  from: { zh: "从", en: "From" },
  to: { zh: "到", en: "To" },
  placeName: { zh: "名称或单号（选“…”时填写）", en: "Its name or number, where you chose “…”" },
  sessionPlace: { zh: "接种点", en: "Session" },
  awayPlace: { zh: "其他站点", en: "Another site" },
  receiptPlace: { zh: "到货单", en: "Receipt" },
  wastePlace: { zh: "报损单", en: "Thrown away" },
  reason: { zh: "原因", en: "Reason" },
  save: { zh: "登记", en: "Save" },
  saved: { zh: "已登记。", en: "Saved." },
  notSaved: { zh: "未登记：", en: "Not saved:" },
  person: { zh: "受种者", en: "Recipient" },
  system: { zh: "证件", en: "Number of" },
  "resident-id": { zh: "居民身份证", en: "resident ID" },
  "immunisation-record": { zh: "预防接种证", en: "immunisation record" },
  number: { zh: "号码", en: "Number" },
  name: { zh: "姓名", en: "Name" },
  give: { zh: "登记接种", en: "Record the dose" },
  search: { zh: "查询", en: "Look up" },
  excursions: { zh: "最近的超温", en: "Latest excursions" },
  noExcursions: { zh: "没有超温报警。", en: "There is no alarm of temperature." },
  unit: { zh: "设备", en: "Unit" },
  since: { zh: "开始", en: "Since" },
  ended: { zh: "结束", en: "Ended" },
  goesOn: { zh: "持续中", en: "goes on" },
  worst: { zh: "极值", en: "Worst" },
  concerned: { zh: "涉及批号", en: "Lots concerned" },
  givenDoses: { zh: "已接种", en: "Given" },
  stillHere: { zh: "尚存", en: "Still there" },
  given: { zh: "涉及的接种", en: "Doses that were given" },
  noGiven: { zh: "没有涉及的接种。", en: "None of them was given." },
  listed: { zh: "共 {} 剂，列出前 2000 剂。", en: "{} in all; the first 2000 are listed." },
  cut: {
    zh: "涉及过多，未全部查完，请联系管理员。",
    en: "Too many to look at all: ask the operator.",
  },
  time: { zh: "时间", en: "Time" },
  way: { zh: "经过", en: "Way" },
  met: { zh: "遇到的超温", en: "Excursions met" },
  none: { zh: "无", en: "none" },
  notFound: { zh: "没有此码的接种记录。", en: "No dose of this code was given." },
} as const satisfies Readonly<Record<string, Text>>;

export type DoseText = keyof typeof TEXTS;

export function doseTexts(language: Language): (key: DoseText) => string {
  return (key) => TEXTS[key][language];
}

export function textOf(key: DoseText): Text {
  return TEXTS[key];
}
