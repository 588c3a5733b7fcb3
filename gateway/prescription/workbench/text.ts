/** What the workbench says, in both languages; a text that is missing in one does not compile. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";
import { CHOICE_TEXTS } from "./choice_text.ts";

const TEXTS = {
  ...CHOICE_TEXTS,
  title: { zh: "审方", en: "Review" },
  noPerson: {
    zh: "只有登录的药师本人可以审方；机主和程序不能",
    en: "Only a pharmacist who has signed in reviews; owners and programs cannot",
  },
  queue: { zh: "审方队列", en: "Review queue" },
  waiting: { zh: "待审", en: "Waiting" },
  free: { zh: "未领取", en: "Not claimed" },
  emergencies: { zh: "急诊/抢救", en: "Emergencies" },
  warned: { zh: "已提醒", en: "Warned" },
  escalated: { zh: "已升级", en: "Escalated" },
  oldest: { zh: "最长等待", en: "Oldest wait" },
  onDuty: { zh: "在岗", en: "On duty" },
  nobody: { zh: "无人在岗", en: "Nobody is on duty" },
  you: { zh: "（您）", en: " (you)" },
  comeOn: { zh: "上岗并领取", en: "Come on duty and claim" },
  take: { zh: "领取下一张", en: "Claim the next" },
  goOff: { zh: "离岗", en: "Off duty" },
  release: { zh: "退回队列", en: "Put it back" },
  heldBy: { zh: "审核中：{}", en: "With {}" },
  minutes: { zh: "≥{} 分钟", en: "≥{} min" },
  firstOf: { zh: "前 {} 张，按领取顺序", en: "The first {}, in order" },
  listedAll: { zh: "全部，按领取顺序", en: "All, in order" },
  nothingWaits: { zh: "没有待审处方", en: "Nothing waits" },
  nothingHint: {
    zh: "您已在岗。有新处方时本页会提示。",
    en: "You are on duty. This page tells you when one comes.",
  },
  offHint: {
    zh: "您不在岗。上岗后领取排在最前的一张。",
    en: "You are off duty. Come on duty to claim the first in order.",
  },
  someWait: { zh: "有处方待审", en: "Something waits" },
  someHint: { zh: "您在岗，尚未领取。", en: "You are on duty and have claimed none." },

  lineLost: {
    zh: "与本中心的连接中断，正在重连。已填写的意见保留；{} 秒未恢复，领取的处方将退回队列。",
    en: "The connection is lost; trying again. What you typed stays. After {} s without it your " +
      "claim goes back to the queue.",
  },
  lineBack: { zh: "连接已恢复", en: "The connection is back" },
  offNow: {
    zh: "您已不再在岗（连接中断过，或在别处离岗）：按 N 上岗",
    en: "You are no longer on duty: the line broke, or you went off elsewhere. Press N to come on",
  },
  claimLost: {
    zh:
      "这张处方已不由您持有（连接中断、换新版本或已在别处裁定）。已填写的意见保留，提交不会生效。",
    en: "You do not hold this one any more: the line broke, another version came, or it was " +
      "decided elsewhere. What you typed stays; sending it stores nothing.",
  },
  sessionOver: {
    zh: "登录已失效。已填写的意见保留：请在新标签页登录后再提交。",
    en: "You are signed out. What you typed stays: sign in in a new tab, then send it.",
  },
  openSignIn: { zh: "在新标签页登录", en: "Sign in in a new tab" },
  reload: { zh: "重新载入", en: "Load again" },
  newArrived: { zh: "有新的处方待审：按 N 领取", en: "A prescription waits: press N to claim it" },

  onlyCentre: { zh: "本县只有这一个中心", en: "This is the county's only centre" },
  lineUp: { zh: "线路正常", en: "Line up" },
  lineSlow: { zh: "线路缓慢", en: "Line slow" },
  lineDown: { zh: "线路中断", en: "Line down" },

  prescription: { zh: "处方", en: "Prescription" },
  site: { zh: "站点", en: "Site" },
  version: { zh: "第 {} 版", en: "Version {}" },
  rescue: { zh: "抢救", en: "Rescue" },
  received: { zh: "收到", en: "Received" },
  issued: { zh: "开具", en: "Issued" },
  waits: { zh: "已等待", en: "Waits" },
  prescriber: { zh: "医师", en: "Prescriber" },
  department: { zh: "科室", en: "Department" },
  decide: { zh: "审核", en: "Decide" },
  "second-signature": { zh: "第二人双签", en: "Second signature" },
  afterwards: { zh: "事后复审", en: "Review afterwards" },
  outpatient: { zh: "门诊", en: "Outpatient" },
  emergency: { zh: "急诊", en: "Emergency" },
  inpatient: { zh: "住院", en: "Inpatient" },
  discharge: { zh: "出院带药", en: "Discharge" },
  western: { zh: "西药/中成药", en: "Western / proprietary" },
  "tcm-slices": { zh: "中药饮片", en: "TCM slices" },

  patient: { zh: "患者", en: "Patient" },
  name: { zh: "姓名", en: "Name" },
  number: { zh: "证件/患者号", en: "Patient's number" },
  sex: { zh: "性别", en: "Sex" },
  male: { zh: "男", en: "Male" },
  female: { zh: "女", en: "Female" },
  other: { zh: "其他", en: "Other" },
  unknown: { zh: "不详", en: "Unknown" },
  age: { zh: "年龄", en: "Age" },
  ageDays: { zh: "{} 天", en: "{} days" },
  ageMonths: { zh: "{} 个月", en: "{} months" },
  ageYears: { zh: "{} 岁", en: "{} years" },
  weight: { zh: "体重", en: "Weight" },
  pregnant: { zh: "妊娠", en: "Pregnancy" },
  breastfeeding: { zh: "哺乳", en: "Breastfeeding" },
  yes: { zh: "是", en: "Yes" },
  no: { zh: "否", en: "No" },
  "not-asked": { zh: "未询问", en: "Not asked" },
  notGiven: { zh: "未提供", en: "Not given" },
  renal: { zh: "肾功能", en: "Renal function" },
  allergies: { zh: "过敏史", en: "Allergies" },
  "none-known": { zh: "已询问：无已知过敏", en: "Asked: none known" },
  allergiesNotAsked: { zh: "未询问过敏史", en: "Allergies were not asked" },
  diagnoses: { zh: "诊断", en: "Diagnoses" },
  noDiagnosis: { zh: "未写诊断", en: "No diagnosis was given" },
  unmask: { zh: "查看完整信息", en: "Show in full" },
  unmaskReason: { zh: "理由（记入审计）", en: "Reason (goes to the audit)" },
  unmasked: { zh: "完整信息（已记入审计）", en: "In full (it is in the audit)" },
  unmaskNone: { zh: "没有该信息，或您已不持有该处方", en: "There is none, or you hold it no more" },
  field: { zh: "项目", en: "Field" },

  findings: { zh: "审核发现", en: "Findings" },
  noFindings: { zh: "规则没有发现问题", en: "Rules found nothing" },
  noVerdict: { zh: "规则尚未给出结论", en: "Rules have not spoken yet" },
  black: { zh: "黑·禁止", en: "Black · stop" },
  red: { zh: "红·严重", en: "Red · grave" },
  orange: { zh: "橙·须审核", en: "Orange · to be reviewed" },
  yellow: { zh: "黄·提示", en: "Yellow · notice" },
  blue: { zh: "蓝·参考", en: "Blue · for information" },
  "could-not-check": { zh: "无法审核", en: "Could not check" },
  missing: { zh: "缺少", en: "Missing" },
  rests: { zh: "依据", en: "Source" },
  openSource: { zh: "打开原文", en: "Open the source" },
  inputs: { zh: "规则所见", en: "What the rule saw" },
  restsOnEarlier: { zh: "所依据的既往用药", en: "Earlier medicines that it rests on" },
  earlierOne: {
    zh: "{} · 站点 {} · 处方 {}{} · {} 开具",
    en: "{} · site {} · prescription {}{} · {}",
  },
  earlierVersionLine: { zh: "（第 {} 版第 {} 行）", en: " (version {}, line {})" },
  earlierMore: { zh: "另有 {} 项", en: "and {} more" },
  seeEarlier: { zh: "在既往用药中查看", en: "See it in the history" },
  besideTitle: { zh: "另一判定的不同发现（{}）", en: "Other findings, of another verdict ({})" },
  besideHint: {
    zh: "依据另一份既往用药作出，单独审核：本次裁定不涵盖这些发现",
    en: "By another history, and decided on by itself: your decision here is not about these",
  },
  line: { zh: "第 {} 行", en: "Line {}" },
  whole: { zh: "整张处方", en: "The whole prescription" },
  pack: { zh: "规则包", en: "Packs" },
  degraded: { zh: "站点断线时单独审核", en: "Reviewed by the site alone, cut off" },
  "after-review": { zh: "县中心事后复审", en: "Reviewed by the county afterwards" },
  "after-split": { zh: "两中心恢复后重审", en: "Reviewed again with both centres' history" },
  county: { zh: "县中心审核", en: "Reviewed by the county" },

  lines: { zh: "药品", en: "Medicines" },
  drug: { zh: "药品", en: "Medicine" },
  dose: { zh: "单次剂量", en: "Dose" },
  route: { zh: "途径", en: "Route" },
  frequency: { zh: "频次", en: "Frequency" },
  days: { zh: "天数", en: "Days" },
  quantity: { zh: "数量", en: "Quantity" },
  base: { zh: "折算成分（单次 / 每日）", en: "Ingredients (per dose / day)" },
  notConverted: { zh: "未能折算", en: "Could not be converted" },
  infusion: { zh: "组 {}", en: "Group {}" },
  dosesOf: { zh: "共 {} 剂", en: "{} doses" },
  timesIn: { zh: "{} 次", en: "{} times" },
  inDays: { zh: "{} 天", en: "{} days" },
  lasts: { zh: "可用 {} 天", en: "Lasts {} days" },
  unreadable: { zh: "无法识别的内容", en: "What could not be read" },
  reasonLonger: { zh: "延长用量理由", en: "Why for longer" },
  reasonPain: { zh: "疼痛", en: "Pain" },
  reasonDose: { zh: "超剂量原因", en: "Why more than the usual dose" },
  reasonLongTerm: { zh: "长期处方评估", en: "Long-term assessment" },
  marks: { zh: "特别标记", en: "Marks" },

  history: { zh: "既往用药（各站点，未用完）", en: "Unexpired medicines from all sites" },
  historyNone: { zh: "各站点没有未用完的药品", en: "No unexpired medicine at any site" },
  historyHere: { zh: "既往用药（本站点，未用完）", en: "Unexpired medicines from this site" },
  historyOwnNone: { zh: "本站点没有未用完的药品", en: "No unexpired medicine from this site" },
  historyMissing: {
    zh: "取不到既往用药：重复用药与相互作用未能对照",
    en: "The history could not be had: duplicates and interactions with it were not checked",
  },
  historyOwn: {
    zh: "站点单独审核：仅对照本站点的处方",
    en: "Reviewed by the site alone: only this site's prescriptions were seen",
  },
  historyOwnNumber: {
    zh: "患者只有本站点的编号：看不到其他站点的处方",
    en: "The patient has a number of this site only: other sites' prescriptions were not seen",
  },
  historyUnheard: {
    zh: "审核时未能连上{}，缺少其 {} 之后的既往用药",
    en: "{} could not be heard when it was reviewed: what it has had since {} is missing",
  },
  historyUnheardEver: {
    zh: "审核时未能连上{}，缺少其既往用药",
    en: "{} could not be heard when it was reviewed: what it has may be missing",
  },
  identityUncertain: {
    zh: "患者身份不确定：既往用药可能不全，或属于他人",
    en: "Who the patient is, is uncertain: the history may be incomplete, or another's",
  },
  until: { zh: "用至", en: "Until" },
  unnamed: { zh: "未识别的药品", en: "Unknown medicine" },

  before: { zh: "此前的裁定与答复", en: "What was said before" },
  nothingBefore: { zh: "此前没有人裁定或答复", en: "Nobody has said anything before" },
  all: { zh: "全部裁定（含未采用的一方）", en: "All that was decided, also what does not stand" },
  who: { zh: "谁", en: "Who" },
  what: { zh: "说了什么", en: "What" },
  when: { zh: "何时", en: "When" },
  became: { zh: "结果", en: "What became of it" },
  node: { zh: "节点", en: "Node" },
  rules: { zh: "规则", en: "Rules" },
  openCases: { zh: "须联系患者 {} 例", en: "{} patients to be called" },
  earlierVersion: { zh: "较早版本", en: "Earlier versions" },
  otherPrescriber: { zh: "非开方医师，不作数", en: "Not the prescriber: does not count" },

  your: { zh: "您的裁定", en: "Your decision" },
  comment: { zh: "意见（医师会看到）", en: "Comment (the prescriber reads it)" },
  commentHint: {
    zh: "询问和拒绝必填。回车提交，Shift+回车换行，Esc 离开文本框",
    en: "Needed to ask and to refuse. Enter sends, Shift+Enter is a new line, Esc leaves the field",
  },
  phrase: { zh: "常用语", en: "Ready phrases" },
  phraseNone: { zh: "— 选一句 —", en: "— choose one —" },
  send: { zh: "提交", en: "Send" },
  redAlone: {
    zh: "有红色发现：药师“同意”后须医师写明理由并再次签名，再由两名药师双签，才可调配",
    en: "There is a red finding: after you approve, the prescriber has to give a reason and sign " +
      "again, then two pharmacists sign, before anything is dispensed",
  },
  redSign: {
    zh: "医师已坚持用药并再次签名。须两名不同的药师签名",
    en: "The prescriber insists and has signed again. Two different pharmacists have to sign",
  },
  confirmTitle: { zh: "确认：有红色发现", en: "Confirm: there is a red finding" },
  confirmYes: { zh: "确认，{}", en: "Yes, {}" },
  confirmNo: { zh: "返回，不提交", en: "Back, send nothing" },
  needComment: {
    zh: "尚未提交：询问或拒绝须写明意见，医师会看到",
    en: "Not sent: to ask or refuse, write what is wrong or asked; the prescriber reads it",
  },
  needDecision: { zh: "尚未提交：请选择裁定", en: "Not sent: choose a decision" },
  tooLong: {
    zh: "尚未提交：意见最多 500 字",
    en: "Not sent: a comment has 500 characters at most",
  },
  notStored: { zh: "没有保存任何内容", en: "Nothing was stored" },
  staleTitle: { zh: "这张处方已不由您裁定", en: "This one is not yours to decide any more" },
  staleText: {
    zh: "领取已失效：连接中断过、来了新版本，或已在别处裁定。您的裁定没有保存。",
    en: "The claim does not hold any more: the line broke, another version came, or it was " +
      "decided elsewhere. Your decision was not stored.",
  },
  otherText: {
    zh: "在这次领取下已保存过另一裁定。这一次没有保存。",
    en: "Under this claim another decision was stored before. This one was not.",
  },
  keptText: { zh: "您写的意见（可复制）", en: "What you had written (to copy)" },
  nowStands: { zh: "该处方现在", en: "Where it stands now" },
  decided: { zh: "已提交：{}", en: "Sent: {}" },
  nextNow: { zh: "已领取下一张", en: "the next one is claimed" },
  released: { zh: "已退回队列", en: "It is back in the queue" },
  wentOff: { zh: "您已离岗，领取的处方已退回", en: "You are off duty; what you held went back" },
  notReady: {
    zh: "审方队列暂不可用，请几秒后再试",
    en: "The queue is not open yet; try again soon",
  },

  keys: { zh: "键盘", en: "Keys" },
  keyHelp: { zh: "显示/隐藏键盘说明", en: "Show or hide these keys" },
  keyFinding: { zh: "下一条 / 上一条发现", en: "Next / previous finding" },
  keyComment: { zh: "写意见", en: "Write the comment" },
  keyLeave: { zh: "离开文本框，关闭说明", en: "Leave a text field, close this" },
  keySend: { zh: "提交选中的裁定", en: "Send the chosen decision" },
  keyNote: {
    zh: "文本框内按键只输入文字",
    en: "In a text field keys only write",
  },
  close: { zh: "关闭", en: "Close" },
} as const satisfies Readonly<Record<string, Text>>;

export type BenchKey = keyof typeof TEXTS;
export type Say = (key: BenchKey, ...values: readonly (string | number)[]) => string;

/** `{}` of a text is where a value belongs, in their order. */
export function sayIn(language: Language): Say {
  return (key, ...values) =>
    values.reduce<string>(
      (text, value) => text.replace("{}", () => String(value)),
      TEXTS[key][language],
    );
}

/** A state's, role's or level's name; the word itself where it is none of ours. */
export function named(language: Language, word: string): string {
  return isBenchKey(word) ? TEXTS[word][language] : word;
}

export function isBenchKey(word: string): word is BenchKey {
  return Object.hasOwn(TEXTS, word);
}

/** Those that are said by their own name, for the test that looks for texts that nobody says. */
export const BENCH_KEYS: readonly string[] = Object.keys(TEXTS);
