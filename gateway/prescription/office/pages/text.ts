/** What the pages of the office say, in both languages. */
import type { Text } from "../../../../drivers/profile_parts.ts";
import type { Language } from "../../../console/text.ts";

export const OFFICE = { zh: "药师办公", en: "Review office" };

const TEXTS = {
  dayReport: { zh: "日报", en: "Day report" },
  workload: { zh: "工作量与时效", en: "Workload" },
  roster: { zh: "值班表", en: "Duty roster" },
  sample: { zh: "月度点评", en: "Monthly comment" },
  cases: { zh: "联系患者", en: "Patients to call" },
  earlier: { zh: "前一天", en: "Day before" },
  later: { zh: "后一天", en: "Day after" },
  earlierMonth: { zh: "上个月", en: "Month before" },
  laterMonth: { zh: "下个月", en: "Month after" },
  day: { zh: "日期", en: "Day" },
  show: { zh: "显示", en: "Show" },
  none: { zh: "没有", en: "None" },

  verdicts: { zh: "审核处方", en: "Prescriptions" },
  passes: { zh: "自动通过", en: "Passed by rules" },
  passesByCode: { zh: "自动通过（按代码）", en: "Passed by rules alone, by code" },
  code: { zh: "代码", en: "Code" },
  meaning: { zh: "含义", en: "Meaning" },
  count: { zh: "数量", en: "Count" },
  outcomes: { zh: "结论", en: "Outcomes" },
  levels: { zh: "最高级别", en: "Gravest finding" },
  modes: { zh: "方式", en: "How decided" },
  sites: { zh: "按站点", en: "By site" },
  site: { zh: "站点", en: "Site" },
  degraded: { zh: "降级判定", en: "Decided by the site alone" },
  intercepted: { zh: "拦截", en: "Intercepted" },
  afterwards: { zh: "降级判定的事后复审", en: "Later review of what sites decided alone" },
  reviewed: { zh: "已复审", en: "Reviewed" },
  owed: { zh: "未复审", en: "Not reviewed yet" },
  otherwise: { zh: "复审结论不同", en: "Review said otherwise" },
  waits: { zh: "等待与升级", en: "Waiting and escalation" },
  decided: { zh: "药师已决定", en: "Decided by pharmacists" },
  warned: { zh: "等待满 3 分钟", en: "Waited 3 min or more" },
  escalated: { zh: "等待满 5 分钟（升级）", en: "Waited 5 min or more (escalated)" },
  waiting: { zh: "现在等待", en: "Waiting now" },
  waitingEscalated: { zh: "其中已升级", en: "Of them escalated" },
  mayGo: { zh: "保存期满", en: "Kept long enough" },
  mayGoHint: {
    zh: "只报告，不删除；销毁须经机构负责人批准并登记备案。有未结联系个案的不计入。",
    en: "A report only: nothing is deleted. To destroy takes the institution's approval and a " +
      "record. What has an open case is not counted.",
  },
  keptYears: { zh: "保存 {} 年", en: "Kept {} years" },
  firstDay: { zh: "最早期满日", en: "First day" },
  lastDay: { zh: "最晚期满日", en: "Last day" },

  person: { zh: "药师", en: "Pharmacist" },
  hour: { zh: "时段", en: "Hour" },
  all: { zh: "全部", en: "All" },
  waitMedian: { zh: "等待中位数", en: "Wait, median" },
  waitP95: { zh: "等待 95%", en: "Wait, 95 %" },
  handlingMedian: { zh: "处理中位数", en: "Handling, median" },
  handlingP95: { zh: "处理 95%", en: "Handling, 95 %" },
  inTime: { zh: "5 分钟内", en: "Within 5 min" },

  from: { zh: "开始", en: "From" },
  to: { zh: "结束", en: "To" },
  account: { zh: "账户", en: "Account" },
  enteredBy: { zh: "登记人", en: "Entered by" },
  putOnDuty: { zh: "排班", en: "Put on duty" },
  takeOff: { zh: "撤销", en: "Take back" },
  nextDay: { zh: "（次日）", en: " (next day)" },

  month: { zh: "月份", en: "Month" },
  draw: { zh: "抽取样本", en: "Draw the sample" },
  drawHint: {
    zh:
      "每月只抽一次，月末之后抽取；由随机种子决定，任何人不能挑选。逐家医院：门急诊不少于 1‰ 且不少于 100 张，" +
      "出院患者不少于 1% 且不少于 30 人；诊所和村卫生室合并抽取。",
    en: "Once for each month that is over, by a random seed: nobody chooses. Of each hospital at " +
      "least 1 ‰ and 100 outpatient prescriptions, 1 % and 30 discharged patients; clinics have " +
      "one sample together.",
  },
  drawnOf: { zh: "门急诊 {} 张，出院 {} 份", en: "{} outpatient, {} discharge" },
  population: { zh: "总数", en: "Drawn of" },
  seed: { zh: "种子", en: "Seed" },
  drawnBy: { zh: "抽取人", en: "Drawn by" },
  drawnAt: { zh: "抽取时间", en: "Drawn at" },
  notDrawn: { zh: "本月尚未抽取", en: "Not drawn yet" },
  toComment: { zh: "需点评的处方", en: "To be commented on" },
  commented: { zh: "已点评 {} / {}", en: "{} of {} commented on" },
  prescription: { zh: "处方", en: "Prescription" },
  source: { zh: "来源", en: "From" },
  comments: { zh: "点评", en: "Comments" },
  comment: { zh: "点评", en: "Comment" },
  outpatient: { zh: "门急诊", en: "Outpatient" },
  discharge: { zh: "出院", en: "Discharge" },
  pool: { zh: "点评池（医师坚持）", en: "Comment pool" },
  reasonable: { zh: "合理", en: "Reasonable" },
  unreasonable: { zh: "不合理", en: "Unreasonable" },
  items: { zh: "点评条目", en: "Items" },
  text: { zh: "说明", en: "In words" },
  save: { zh: "保存", en: "Save" },
  itemsHint: {
    zh: "规则已发现的条目已预先勾选；选“合理”时不记条目。",
    en: "What rules found is ticked; with “reasonable” no item is kept.",
  },
  gone: { zh: "本中心尚无此处方内容", en: "This centre does not have it yet" },
  diagnoses: { zh: "诊断", en: "Diagnoses" },
  setting: { zh: "类别", en: "Setting" },
  drug: { zh: "药品", en: "Drug" },
  dose: { zh: "单次剂量", en: "Dose" },
  route: { zh: "途径", en: "Route" },
  frequency: { zh: "频次", en: "Frequency" },
  days: { zh: "天数", en: "Days" },
  quantity: { zh: "数量", en: "Quantity" },
  findings: { zh: "规则所见", en: "Findings" },

  openCases: { zh: "需联系的患者", en: "Patients to be called" },
  casesHint: {
    zh: "药已发出，而现行结论不允许。请联系患者，并登记结果。",
    en: "Goods left that what stands does not allow. Call the patient, and tell what came of it.",
  },
  cause: { zh: "原因", en: "Cause" },
  opened: { zh: "建立时间", en: "Opened" },
  result: { zh: "结果", en: "Result" },
  close: { zh: "结案", en: "Close" },
  reached: { zh: "已联系到", en: "Reached" },
  notReached: { zh: "未联系到", en: "Not reached" },
  notNeeded: { zh: "无需联系", en: "Not needed" },
  sameKeys: { zh: "同一幂等键，两张处方", en: "Two prescriptions under one key" },
  sameKeysHint: {
    zh: "节点之间失联时，HIS 用同一个 Idempotency-Key 发来两张不同的处方，均已受理、未丢失。" +
      "请与开方机构核实：如有一张并非本意，由 HIS 作废；核实后登记说明。",
    en: "While nodes could not hear each other the HIS sent two other prescriptions under one " +
      "Idempotency-Key: both were taken, none is lost. Ask its site: one that is not meant the " +
      "HIS takes back; then tell what it was.",
  },
  sameKeyLater: { zh: "后收到", en: "Came later" },
  sameKeyFirst: { zh: "先收到", en: "Came first" },
  received: { zh: "收到时间", en: "Received" },
  seen: { zh: "已核实", en: "Looked into" },

  "said-saved": { zh: "已保存", en: "Saved" },
  "said-wrong": { zh: "未保存：有字段缺失或不正确", en: "Not saved: a field is missing or wrong" },
  "said-month-not-over": { zh: "该月尚未结束", en: "That month is not over" },
  "said-sample-drawn": { zh: "本月已抽取过", en: "Drawn before" },
  "said-person-needed": { zh: "请以药师本人账户登录后点评", en: "Sign in with your own account" },
  "said-not-sampled": { zh: "该处方不在本月样本中", en: "It is not in this month's sample" },
  "said-own-review": { zh: "不能点评自己审核的处方", en: "You decided on this one yourself" },
  "said-no-open-case": { zh: "此个案已结", en: "This case is closed" },
  "said-no-same-key": { zh: "此事已有人核实", en: "Somebody has looked into it" },
  "said-no-room": { zh: "磁盘已满，未保存", en: "The disk is full: not saved" },

  "pass": { zh: "县中心规则通过", en: "The county's rules" },
  "notice": { zh: "县中心规则提示后通过", en: "The county's rules, with a notice" },
  "degraded-pass": { zh: "站点规则通过（降级）", en: "The site's rules alone (degraded)" },
  "degraded-notice": { zh: "站点规则提示后通过（降级）", en: "The site's, with a notice" },
  "rescue": { zh: "抢救处方，不等待", en: "A rescue order, which never waits" },
  "pharmacist": { zh: "药师审核", en: "Pharmacist" },
  "could-not-check": { zh: "无法审核", en: "Could not check" },
  "intercept": { zh: "拦截", en: "Intercepted" },
  "black": { zh: "黑（禁用）", en: "Black (forbidden)" },
  "red": { zh: "红（不推荐）", en: "Red (not recommended)" },
  "orange": { zh: "橙（慎用）", en: "Orange (caution)" },
  "yellow": { zh: "黄（注意）", en: "Yellow (attention)" },
  "blue": { zh: "蓝（信息）", en: "Blue (information)" },
  "outcome-notice": { zh: "提示后通过", en: "Passed with a notice" },
  "level-none": { zh: "无所见", en: "No finding" },
  "county": { zh: "县中心", en: "County" },
  "mode-degraded": { zh: "站点（降级）", en: "Site (degraded)" },
  "mode-after-split": { zh: "两中心恢复后重审", en: "Again, both centres' history" },
  "after-review": { zh: "事后复审不允许", en: "Later review" },
  "after-split": { zh: "两中心恢复后重审不允许", en: "The other centre's history" },
  "stricter-decision": { zh: "另有更严的决定", en: "A stricter decision" },
  "changed": { zh: "发药后修改了处方", en: "Changed after dispensing" },
  "cancelled": { zh: "发药后作废", en: "Cancelled after dispensing" },
  "two-contents": { zh: "同一处方号有两种内容", en: "Two contents of one number" },
  "emergency": { zh: "急诊", en: "Emergency" },
  "inpatient": { zh: "住院", en: "Inpatient" },
} as const satisfies Readonly<Record<string, Text>>;

export type OfficeTextKey = keyof typeof TEXTS;

export function isOfficeText(key: string): key is OfficeTextKey {
  return Object.hasOwn(TEXTS, key);
}

export type Say = (key: OfficeTextKey, ...values: readonly (string | number)[]) => string;

/** `{}` in a text are filled in, in their order. */
export function officeTexts(language: Language): Say {
  return (key, ...values) => {
    let text: string = TEXTS[key][language];
    for (const value of values) text = text.replace("{}", String(value));
    return text;
  };
}

/** A word of an entry as people read it; the word itself where there is none. */
export function wordText(language: Language, word: string): string {
  return isOfficeText(word) ? TEXTS[word][language] : word;
}
