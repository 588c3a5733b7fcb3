/** What the pages of waste say, in both languages. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";

export const WASTE = { zh: "医疗废物", en: "Medical waste" };

const TEXTS = {
  overview: { zh: "总览", en: "Overview" },
  seal: { zh: "称重封装", en: "Weigh and seal" },
  box: { zh: "装箱", en: "Box" },
  handOver: { zh: "交接", en: "Hand over" },
  store: { zh: "入库", en: "Into store" },
  manifests: { zh: "转移联单", en: "Manifests" },
  trace: { zh: "追溯", en: "Trace" },

  none: { zh: "没有", en: "None" },
  site: { zh: "站点", en: "Site" },
  allSites: { zh: "全部站点", en: "All sites" },
  show: { zh: "显示", en: "Show" },
  alarms: { zh: "报警", en: "Alarms" },
  waiting: { zh: "等待第二人确认", en: "Waiting for a second person" },
  disputed: { zh: "记录矛盾或缺少", en: "Disputed or missing" },
  bags: { zh: "在场包装袋", en: "Bags that are here" },
  firstOf: { zh: "仅列出前 {} 个，其余未列出", en: "The first {} of more" },
  amongFirst: { zh: "仅查看了前 {} 袋，其余未列出", en: "Among the first {} bags of more" },
  more: { zh: "另有 {} 个未列出", en: "{} more are not listed" },
  bag: { zh: "包装袋", en: "Bag" },
  category: { zh: "类别", en: "Category" },
  ward: { zh: "来源", en: "From" },
  weight: { zh: "重量", en: "Weight" },
  holder: { zh: "保管", en: "Held by" },
  clock: { zh: "时限", en: "Time" },
  state: { zh: "状态", en: "State" },
  level: { zh: "级别", en: "Level" },
  rule: { zh: "规则", en: "Rule" },
  since: { zh: "始于", en: "Since" },
  stores: { zh: "暂存间", en: "Stores" },
  holds: { zh: "{} 袋，{} kg", en: "{} bags, {} kg" },
  full: { zh: "已用 {} %", en: "{} % full" },
  unweighed: { zh: "{} 袋没有重量", en: "{} bags without weight" },
  counted: { zh: "包装袋数", en: "Bags" },
  warned: { zh: "临近时限", en: "Near the limit" },
  overdue: { zh: "超时限", en: "Past the limit" },

  inDoubt: { zh: "（时钟存疑）", en: " (clock in doubt)" },
  ageUnknown: { zh: "封装时间不明", en: "Sealing not known" },
  left: { zh: "已满 {}，剩 {}", en: "{} old, {} left" },
  past: { zh: "已满 {}，超 {}", en: "{} old, {} over" },
  stopped: { zh: "已交运", en: "Has left" },

  sealed: { zh: "已封装", en: "Sealed" },
  "handed-over": { zh: "运送中", en: "On its way" },
  stored: { zh: "已入库", en: "Stored" },
  departed: { zh: "已交运", en: "Departed" },
  received: { zh: "处置单位已接收", en: "Received" },
  disposed: { zh: "已处置", en: "Disposed of" },
  void: { zh: "已冲销", en: "Reversed" },
  prepared: { zh: "待交运", en: "Prepared" },
  draft: { zh: "草稿（无国家编号）", en: "Draft (no national number)" },

  scales: {
    zh: "把包装袋放上秤，等重量稳定",
    en: "Put the bag on the scale and wait for its weight",
  },
  noScales: {
    zh: "未配置秤（waste.scales）：只能手工录入重量",
    en: "No scale is configured (waste.scales): weights can only be keyed",
  },
  noWeight: { zh: "没有稳定重量", en: "No stable weight" },
  useWeight: { zh: "用此重量封装", en: "Seal with this weight" },
  weighAgain: { zh: "重新称重", en: "Weigh again" },
  keyIt: { zh: "秤故障：手工录入重量", en: "The scale fails: key the weight" },
  keyed: { zh: "手工录入", en: "Keyed" },
  proved: { zh: "与秤的读数一致", en: "As the scale said it" },
  differs: { zh: "与秤的读数不符", en: "Not what the scale said" },
  "not-here": { zh: "秤的读数不在此节点", en: "The scale's reading is not here" },
  kilograms: { zh: "重量（kg）", en: "Weight (kg)" },
  reason: { zh: "原因", en: "Reason" },
  photo: { zh: "秤显示照片", en: "Photo of the display" },
  keyedNeeds: {
    zh: "手工录入须有原因、照片和第二人，并会标记。",
    en: "A keyed weight needs reason, photo and second person, and is marked.",
  },
  label: { zh: "标签", en: "Label" },
  printLabel: { zh: "打印标签", en: "Print the label" },
  zpl: { zh: "标签打印机（ZPL）", en: "For a label printer (ZPL)" },
  bagCode: { zh: "已有标签编码（可不填）", en: "Code of a label that is on it (may be empty)" },
  description: { zh: "名称（可不填）", en: "Name (may be empty)" },

  second: { zh: "第二人", en: "Second person" },
  secondHint: {
    zh: "第二人本人刷卡，或输入账户和 PIN；不填则等待其确认。",
    en: "The second person reads a badge, or enters account and PIN; left empty it waits.",
  },
  secondNeeded: {
    zh: "第二人本人刷卡，或输入账户和 PIN。",
    en: "The second person reads a badge, or enters account and PIN.",
  },
  account: { zh: "账户", en: "Account" },
  badge: { zh: "胸卡", en: "Badge" },
  pin: { zh: "PIN", en: "PIN" },
  confirmed: { zh: "确认人", en: "Confirmed by" },
  confirmIt: { zh: "我确认", en: "I confirm" },
  confirmHint: {
    zh: "由当前登录者确认；他人在此确认时刷卡，或填账户和 PIN。",
    en:
      "Whoever is signed in confirms; another person here reads a badge, or gives account and PIN.",
  },

  from: { zh: "移交方", en: "From" },
  to: { zh: "接收方", en: "To" },
  codes: { zh: "扫描标签，每行一个", en: "Scan the labels, one a line" },
  codesHint: {
    zh: "袋或箱的二维码或编码；扫描枪可直接连续扫描。",
    en: "QR codes or codes of bags and loads; a reader may scan them one after the other.",
  },
  noPlaces: {
    zh: "未配置科室、人员、车辆或处置单位（waste.places）",
    en: "No wards, persons, vehicles or disposers are configured (waste.places)",
  },
  boxCode: { zh: "周转箱编号", en: "Code of the box" },
  outOf: { zh: "取自（装载编码，可不填）", en: "Out of (load, may be empty)" },
  load: { zh: "装载", en: "Load" },
  loads: { zh: "所在箱", en: "In" },

  collector: { zh: "收集人", en: "Collected by" },
  intoStore: { zh: "入暂存间", en: "Into store" },
  check: { zh: "核对", en: "Check" },
  expected: { zh: "应到 {} 袋，实到 {} 袋", en: "{} bags expected, {} read" },
  unexpectedBags: { zh: "未登记收集", en: "Not collected" },
  unbalanced: { zh: "不平衡：请查找或说明", en: "It does not balance: find it, or explain" },
  explain: { zh: "说明", en: "Explain" },
  storeIt: { zh: "确认入库", en: "Store it" },
  sumWeight: { zh: "全部的重量", en: "Weight of all of it" },

  bagPage: { zh: "包装袋", en: "Bag" },
  history: { zh: "全部记录", en: "Every entry" },
  entry: { zh: "记录", en: "Entry" },
  when: { zh: "时间", en: "When" },
  role: { zh: "效力", en: "Counts" },
  stands: { zh: "有效", en: "Yes" },
  pending: { zh: "待第二人", en: "Waits for a second person" },
  reversed: { zh: "已冲销", en: "Reversed" },
  unfounded: { zh: "无交运，不采用", en: "No departure" },
  "set-aside": { zh: "核实后不采用", en: "Set aside" },
  manifest: { zh: "联单", en: "Manifest" },
  number: { zh: "国家联单编号", en: "National number" },
  receipt: { zh: "接收单号", en: "Receipt" },
  missing: { zh: "缺少", en: "Missing" },
  notReceived_: {
    zh: "已交运，接收单上没有：请查找",
    en: "It left, and the receipt of its manifest does not name it: find it",
  },
  unfoundedReceipt: {
    zh: "联单 {} 的接收单写有此袋，但它未随该联单交运：请核实",
    en: "A receipt of manifest {} names it, on which it never left: look at it",
  },
  missingSince: { zh: "入库时缺少：{}", en: "Missing at the store: {}" },
  faults: {
    zh: "同一次称重用于 {} 个其他包装袋：请冲销错误的记录",
    en: "One weighing stands for {} other bags: reverse the entry that is wrong",
  },
  conflict: { zh: "记录矛盾：{}", en: "Entries disagree: {}" },
  source: { zh: "来源", en: "ward" },
  custodian: { zh: "保管", en: "custodian" },
  keepThis: { zh: "此条正确", en: "This one is right" },
  resolve: { zh: "核实", en: "Resolve" },
  reverse: { zh: "冲销", en: "Reverse" },
  reverseHint: {
    zh: "记录不会修改：冲销后重新登记，须两人确认。",
    en: "Nothing is edited: reverse it and write it anew; two persons confirm.",
  },
  site_: { zh: "站点", en: "Site" },
  node: { zh: "节点", en: "Node" },
  id: { zh: "记录号", en: "Id" },
  about: { zh: "内容", en: "About" },

  newManifest: { zh: "新建联单", en: "New manifest" },
  edit: { zh: "修改草稿", en: "Change the draft" },
  lines: { zh: "废物", en: "Waste" },
  lacking: { zh: "联单尚缺", en: "The form still lacks" },
  complete: { zh: "联单项目齐全", en: "The form is complete" },
  enterNumber: { zh: "录入国家编号", en: "Enter the national number" },
  number14: { zh: "14 位编号", en: "14 digits" },
  depart: { zh: "交运", en: "Departs" },
  vehicle: { zh: "车辆", en: "Vehicle" },
  disposer: { zh: "处置单位", en: "Disposer" },
  receive: { zh: "登记接收", en: "Enter the receipt" },
  difference: { zh: "差异说明（可不填）", en: "Difference (may be empty)" },
  notReceived: { zh: "未收到的包装袋", en: "Bags that did not come" },
  receivedSum: { zh: "接受量", en: "Received" },
  weightExplained: { zh: "重量差异说明（可不填）", en: "Explain the weight (may be empty)" },
  receivedKg: { zh: "接收重量（kg）", en: "Received (kg)" },
  receivedAt: {
    zh: "处置单位接收时间（北京时间，可不填）",
    en: "When the disposer received it (Beijing time, may be empty)",
  },
  recordedAt: { zh: "登记于", en: "recorded at" },
  dispose: { zh: "登记处置", en: "Enter the disposal" },
  method: { zh: "处置方式", en: "Way of disposal" },
  disposedAt: { zh: "处置日期", en: "Disposed of on" },
  outstanding: { zh: "交运后未见接收：{}", en: "Left, and no receipt names it: {}" },
  "receipt-without-departure": {
    zh: "接收单 {} 没有交运记录，不计：请登记交运，或冲销接收",
    en: "Receipt {} has no departure and counts for nothing: enter that, or reverse the receipt",
  },
  "disposal-without-receipt": {
    zh: "处置所写的接收单 {} 不存在：请登记接收，或冲销处置",
    en: "There is no receipt {} that was disposed of: enter it, or reverse the disposal",
  },
  "weight-differs": {
    zh: "接收单 {} 的重量与封装合计相差超过允许值",
    en: "The weight of receipt {} differs from that of its bags by more than it may",
  },
  twoDrafts: {
    zh: "有 {} 份互不知晓的草稿：请修改草稿以合并",
    en: "{} drafts do not know of each other: change the draft to replace them",
  },
  numberTwice: {
    zh: "该编号也用于联单 {}：请冲销错误的一条",
    en: "Manifest {} bears this number, too: reverse the wrong one",
  },
  twoNumbers: {
    zh: "录入了不同编号 {}：请冲销错误的一条",
    en: "Different numbers were entered ({}): reverse the wrong one",
  },
  save: { zh: "保存", en: "Save" },
  keptUntil: { zh: "至少保存至", en: "To be kept until" },
  print: { zh: "打印用浏览器的打印功能", en: "Print it with the browser" },
  packaging: { zh: "包装方式", en: "Packaging" },
  components: { zh: "有害成分名称", en: "Components" },
  form: { zh: "形态", en: "Form" },
  began: { zh: "起始", en: "Begun" },

  code: { zh: "编码", en: "Code" },
  traceHint: {
    zh: "包装袋、装载、周转箱、联单、国家编号或接收单号",
    en: "Of a bag, a load, a box, a manifest, a national number or a receipt",
  },
  foundAs: { zh: "是：{}", en: "It is: {}" },
  notFound: { zh: "这里没有此编码", en: "Nothing is known here under this code" },

  epidemic: { zh: "疫情模式（24 小时）", en: "Epidemic mode (24 h)" },
  isOn: { zh: "已开启", en: "On" },
  isOff: { zh: "未开启", en: "Off" },
  isDisputed: { zh: "（有相反的指令，按较严执行）", en: " (disputed: the stricter holds)" },
  setByCounty: {
    zh: "由县级开启，只有县级可以关闭",
    en: "The county turned it on, and the county alone turns it off",
  },
  turnOn: { zh: "开启", en: "Turn on" },
  turnOff: { zh: "关闭", en: "Turn off" },
  basis: { zh: "依据文件", en: "The document that says so" },

  done: { zh: "已保存", en: "Saved" },
  doneWaits: { zh: "已保存，等待第二人确认", en: "Saved; it waits for a second person" },
  refused: { zh: "未保存：", en: "Not saved: " },
  unread: { zh: "无法识别：{}", en: "Cannot be read: {}" },
  photoNeeded: { zh: "请附照片（不超过 10 MB）", en: "Add the photo (at most 10 MB)" },
  photoRefused: { zh: "照片未能保存：{}", en: "The photo could not be stored: {}" },
  weightNeeded: { zh: "请填写重量", en: "Give the weight" },

  "waste-sealed": { zh: "封装", en: "Sealed" },
  "waste-weighed": { zh: "复称", en: "Weighed again" },
  "waste-boxed": { zh: "装箱", en: "Boxed" },
  "waste-handover": { zh: "交接", en: "Handed over" },
  "waste-stored": { zh: "入库", en: "Stored" },
  "waste-departed": { zh: "交运", en: "Departed" },
  "waste-received": { zh: "接收", en: "Received" },
  "waste-disposed": { zh: "处置", en: "Disposed of" },
  "waste-manifest": { zh: "联单草稿", en: "Manifest drafted" },
  "waste-manifest-number": { zh: "联单编号", en: "Manifest number" },
  "waste-confirmation": { zh: "确认", en: "Confirmed" },
  "waste-reversal": { zh: "冲销", en: "Reversal" },
  "waste-resolution": { zh: "核实", en: "Resolution" },
  institution: { zh: "机构", en: "Institution" },
  regulator: { zh: "监管", en: "Regulator" },
  solid: { zh: "固态", en: "Solid" },
  "semi-solid": { zh: "半固态", en: "Semi-solid" },
  liquid: { zh: "液态", en: "Liquid" },
  gas: { zh: "气态", en: "Gas" },
} as const satisfies Readonly<Record<string, Text>>;

export type WasteTextKey = keyof typeof TEXTS;

export function isWasteText(key: string): key is WasteTextKey {
  return Object.hasOwn(TEXTS, key);
}

export type Say = (key: WasteTextKey, ...values: readonly (string | number)[]) => string;

/** `{}` in a text are filled in, in their order. */
export function wasteTexts(language: Language): Say {
  return (key, ...values) => {
    let text: string = TEXTS[key][language];
    for (const value of values) text = text.replace("{}", () => String(value));
    return text;
  };
}

/** A word of an entry as people read it; the word itself where there is none. */
export function wordText(language: Language, word: string): string {
  return isWasteText(word) ? TEXTS[word][language] : word;
}
