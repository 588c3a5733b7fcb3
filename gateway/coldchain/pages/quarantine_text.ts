/** What the page of all that is held back says, in both languages. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";
import { textOrOther } from "../other_text.ts";

const TEXTS = {
  waiting: { zh: "隔离待处理", en: "Set apart until somebody decides" },
  noneWaiting: { zh: "没有隔离待处理的疫苗。", en: "No vaccine waits for a decision." },
  setApart: {
    zh: "隔离存放，决定前不得使用。解除隔离须有依据，如生产企业的稳定性评估。",
    en: "Keep it apart; nobody gets it before that. To release it takes a reason, such as the " +
      "maker's word on stability.",
  },
  whoDecides: {
    zh: "隔离存放，决定前不得使用。由本站点的疫苗管理员登录后决定；县里暂停使用的由县里决定。",
    en: "Keep it apart; nobody gets it before that. A vaccine keeper of the site decides, signed " +
      "in there; of what the county holds back, one of the county.",
  },
  cut: {
    zh: "待处理较多，先列出最早的 {} 个批号。",
    en: "There are more: the {} lots that wait the longest are listed.",
  },
  lostCut: {
    zh: "不止这些：只列出最近的 {} 个批号。",
    en: "There are more: the latest {} lots are listed.",
  },
  lostSince: {
    zh: "列出 {} 天以来的；更早的同样不得使用。",
    en: "Listed for {} days; nobody gets what is older either.",
  },
  receiptsCut: {
    zh: "待验收较多，先列出最早的 {} 次到货。",
    en: "There are more: the {} that came first are listed.",
  },
  countyDecides: {
    zh: "由县里决定；决定会自动下达。",
    en: "The county decides; its decision comes here by itself.",
  },
  centreDecides: {
    zh: "由 {} 决定；该中心宣告丢失后可在此决定。",
    en: "{} decides; once that centre is declared lost it is decided here.",
  },
  unseen: { zh: "此处尚无该批号的任何记录", en: "nothing of it is known here yet" },
  holdUnseen: {
    zh: "尚无记录的批号也暂停使用，到货即隔离",
    en: "Hold it also where nothing of it is known yet, as it comes",
  },
  lost: { zh: "不得再使用", en: "Never to be used again" },
  writeOff: {
    zh: "已决定销毁或退回。仍有剂数的，请在“在库疫苗”登记报损，或发还供货单位。",
    en: "It was decided to destroy these or to send them back. Where doses are left, write them " +
      "off in “Stock”, or send them to who supplied them.",
  },
  atTheDoor: { zh: "到货待验收", en: "Goods that nobody has taken in yet" },
  toAccept: { zh: "待验收", en: "to be taken in" },
  toRefuse: { zh: "应拒收并报告", en: "refuse and report" },
  consignment: { zh: "单号 · 来源", en: "Consignment · from" },
  arrived: { zh: "到货时间", en: "Arrived" },
  why: { zh: "原因", en: "Why" },
  by: { zh: "登记", en: "By" },
  byRules: { zh: "系统按规则自动", en: "the rules, of themselves" },
  doses: { zh: "尚存剂数", en: "Doses left" },
  decided: { zh: "决定", en: "Decided" },
  decide: { zh: "作出决定", en: "Decide" },
  decision: { zh: "处理", en: "What becomes of it" },
  basis: {
    zh: "依据（评估结论、文件号）",
    en: "On what it rests (assessment, number of the paper)",
  },
  hold: { zh: "全县暂停使用一个批号", en: "Hold a lot back at all sites" },
  holdNote: {
    zh: "数秒内下达到有此批号的各站点；只有县里可以解除。",
    en: "Sites that have to do with the lot are told within seconds; the county alone lets it go.",
  },
  holdReason: { zh: "原因（召回文号等）", en: "Why, such as the number of a recall" },
  everywhere: { zh: "全县各站点", en: "all sites of the county" },
  all: { zh: "本站点全部", en: "all of it at the site" },
  disputed: { zh: "两人决定不一致", en: "two decided otherwise" },
  quarantined: { zh: "隔离中", en: "set apart" },
  released: { zh: "解除隔离，可以使用", en: "release: it may be used" },
  returned: { zh: "退回", en: "to be sent back" },
  destroyed: { zh: "销毁", en: "to be destroyed" },
} as const satisfies Readonly<Record<string, Text>>;

export type HeldText = keyof typeof TEXTS;

export function heldTexts(language: Language): (key: HeldText) => string {
  return (key) => TEXTS[key][language];
}

const UNKNOWN: Text = { zh: "温度未知", en: "temperature not known" };

const CAUSES: Readonly<Record<string, Text>> = {
  "high": { zh: "超温：温度过高", en: "out of range: too warm" },
  "low": { zh: "超温：温度过低", en: "out of range: too cold" },
  "no-data": UNKNOWN,
  "sensor-fault": UNKNOWN,
  "power-off": UNKNOWN,
  "offline": UNKNOWN,
  "out-of-range": { zh: "超温", en: "out of range" },
  "temperature-unknown": UNKNOWN,
  "elsewhere": { zh: "县里或其他站点通知", en: "by word of the county, or of another site" },
  "receipt": { zh: "到货不符合要求", en: "as it came it was not as it must be" },
  "person": { zh: "人工隔离（召回等）", en: "a person set it apart, as for a recall" },
};

/** Why a lot was set apart; "other" where only newer nodes know it. */
export function causeWords(language: Language, cause: string): string {
  return textOrOther(CAUSES, cause)[language];
}
