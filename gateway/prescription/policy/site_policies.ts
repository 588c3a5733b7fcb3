/** What holds at a township hospital while its line to the county is up, slow or down. */
import type { LinePolicy, LineState, OutcomePolicy } from "./line_policy.ts";

const RULES = { zh: "规则自动判定，无需人工", en: "Rules alone" };

const INTERCEPT: OutcomePolicy = {
  outcome: "intercept",
  happens: {
    zh: "拦截（黑色，禁用）：退回医师修改，不得调配；抢救处方也不例外",
    en: "Intercepted (black): back to the prescriber, never dispensed, rescue orders included",
  },
  decides: { zh: "规则判定；任何人不得放行", en: "Rules; nobody can let it pass" },
  right: null,
  afterwards: { zh: "医师重新开具新版本", en: "The prescriber sends a new version" },
};

const UP: readonly OutcomePolicy[] = [
  {
    outcome: "pass",
    happens: { zh: "通过，可以调配；代码 pass", en: "Passes, may be dispensed; code pass" },
    decides: RULES,
    right: null,
    afterwards: {
      zh: "列入日报的自动通过；可被抽入月度点评",
      en: "In the day's report as an automatic pass; may be drawn for the monthly comment",
    },
  },
  {
    outcome: "notice",
    happens: {
      zh: "提示（黄色）后通过，可以调配；代码 notice",
      en: "Passes with a notice (yellow), may be dispensed; code notice",
    },
    decides: RULES,
    right: null,
    afterwards: {
      zh: "列入日报的自动通过；可被抽入月度点评",
      en: "In the day's report as an automatic pass; may be drawn for the monthly comment",
    },
  },
  {
    outcome: "pharmacist",
    happens: {
      zh: "等待县级药师；3 分钟提醒，5 分钟升级，超时不会自动通过",
      en: "Waits for the county's pharmacist: warned at 3 min, escalated at 5; never by timeout",
    },
    decides: {
      zh: "县级药师；红色还需医师写明理由再次签名，并由两名药师双签",
      en: "The county's pharmacist; red also needs the prescriber's reason and second signature, " +
        "and two pharmacists",
    },
    right: "prescription.review",
    afterwards: {
      zh: "医师坚持的处方进入点评池",
      en: "What a prescriber insists on goes to the comment pool",
    },
  },
  {
    outcome: "could-not-check",
    happens: {
      zh: "资料不足，无法审核：等待县级药师，超时不会自动通过",
      en: "Could not be checked: waits for the county's pharmacist, never passes by timeout",
    },
    decides: { zh: "县级药师", en: "The county's pharmacist" },
    right: "prescription.review",
    afterwards: { zh: "补全药品编码或患者资料", en: "Missing codes or data are filled in" },
  },
  INTERCEPT,
  {
    outcome: "rescue",
    happens: {
      zh: "抢救处方立即可调配，不等待审核；代码 rescue",
      en: "A rescue order may be dispensed at once, without a review; code rescue",
    },
    decides: RULES,
    right: null,
    afterwards: {
      zh: "县级药师事后逐张审核",
      en: "The county's pharmacist looks at each afterwards",
    },
  },
];

const ALONE: readonly OutcomePolicy[] = [
  {
    outcome: "pass",
    happens: {
      zh: "按本地规则包通过并标记“降级”；代码 degraded-pass",
      en: "Passes by local packs, marked degraded; code degraded-pass",
    },
    decides: RULES,
    right: null,
    afterwards: {
      zh: "县中心按顺序全部复审；更严的结论立即建立联系患者个案",
      en: "The county reviews all in order; where it is stricter, a contact-patient case opens",
    },
  },
  {
    outcome: "notice",
    happens: {
      zh: "提示后按本地规则包通过并标记“降级”；代码 degraded-notice",
      en: "Passes with a notice by local packs, marked degraded; code degraded-notice",
    },
    decides: RULES,
    right: null,
    afterwards: {
      zh: "县中心按顺序全部复审",
      en: "The county reviews all in order",
    },
  },
  {
    outcome: "pharmacist",
    happens: {
      zh: "由本院具备资格的药师在本地工作台审核；无人在岗则保留等待",
      en: "A qualified pharmacist here reviews it at the local workbench; with none it is held",
    },
    decides: {
      zh: "本院药师；红色还需医师理由与再次签名，并由两名药师双签，不足两人则等待",
      en: "A pharmacist here; red also needs the prescriber's reason and second signature, and " +
        "two pharmacists: with fewer it waits",
    },
    right: "prescription.review",
    afterwards: { zh: "县中心按顺序全部复审", en: "The county reviews all in order" },
  },
  {
    outcome: "could-not-check",
    happens: {
      zh: "资料不足：由本院药师审核；无人在岗则保留等待，不会自动通过",
      en: "Could not be checked: a pharmacist here, else it is held; never passes by itself",
    },
    decides: { zh: "本院药师", en: "A pharmacist here" },
    right: "prescription.review",
    afterwards: { zh: "县中心按顺序全部复审", en: "The county reviews all in order" },
  },
  INTERCEPT,
  {
    outcome: "rescue",
    happens: {
      zh: "抢救处方立即可调配，不等待；代码 rescue",
      en: "A rescue order may be dispensed at once; code rescue",
    },
    decides: RULES,
    right: null,
    afterwards: {
      zh: "县级药师事后逐张审核",
      en: "The county's pharmacist looks at each afterwards",
    },
  },
];

export const SITE_POLICIES: Readonly<Record<LineState, LinePolicy>> = {
  up: {
    side: "site",
    state: "up",
    title: { zh: "线路正常", en: "Line up" },
    summary: {
      zh:
        "处方送县中心审核，最多等待 0.8 秒（可配置）。凭身份证号的患者历史为全县范围；凭本院编号的" +
        "只有本院的，其麻醉药品和第一类精神药品须经药师审核。",
      en:
        "The county reviews; it is waited for 0.8 s at most (configurable). The history is that " +
        "of the whole county under a resident ID, and this site's under a number of its own: " +
        "then narcotics and psychotropics I wait for a pharmacist.",
    },
    outcomes: UP,
  },
  slow: {
    side: "site",
    state: "slow",
    title: { zh: "线路缓慢", en: "Line slow" },
    summary: {
      zh: "县中心的结论在等待时间内到达就采用；未到达的，按线路中断处理并标记“降级”。",
      en: "The county's verdict counts where it comes in time; else as while the line is down, " +
        "marked degraded.",
    },
    outcomes: ALONE,
  },
  down: {
    side: "site",
    state: "down",
    title: { zh: "线路中断", en: "Line down" },
    summary: {
      zh: "不等待县中心：按本地规则包判定，只知道本院的用药历史，因此麻醉药品和第一类精神药品不会" +
        "自动通过，由本院药师审核。恢复后全部补送并复审。",
      en: "The county is not waited for: local packs decide, by this site's own history, so that " +
        "narcotics and psychotropics I never pass by themselves: a pharmacist here reviews them. " +
        "All of it ships and is reviewed once the line is back.",
    },
    outcomes: ALONE,
  },
};
