/**
 * What holds at a centre. Its line is that to the other centre; a site that is cut off decides
 * alone meanwhile, and what it decided comes for review once it is back.
 */
import type { LinePolicy, LineState, OutcomePolicy } from "./line_policy.ts";

const RULES = { zh: "规则自动判定，无需人工", en: "Rules alone" };
const REPORTED = {
  zh: "列入日报的自动通过；可被抽入月度点评。站点断线时自行通过的，到达后按顺序复审",
  en: "In the day's report as an automatic pass; may be drawn for the monthly comment. What a " +
    "site passed while cut off is reviewed in order as it comes",
};

const OUTCOMES: readonly OutcomePolicy[] = [
  {
    outcome: "pass",
    happens: { zh: "通过，可以调配；代码 pass", en: "Passes, may be dispensed; code pass" },
    decides: RULES,
    right: null,
    afterwards: REPORTED,
  },
  {
    outcome: "notice",
    happens: {
      zh: "提示（黄色）后通过；代码 notice",
      en: "Passes with a notice (yellow); code notice",
    },
    decides: RULES,
    right: null,
    afterwards: REPORTED,
  },
  {
    outcome: "pharmacist",
    happens: {
      zh: "进入审方队列：急诊、严重程度、等待时间为序；3 分钟提醒，5 分钟升级，超时不通过",
      en: "Queued by emergency, severity, age; warned at 3 min, escalated at 5; never by timeout",
    },
    decides: {
      zh: "在岗药师；红色须医师写明理由再次签名，并由两名不同的药师双签",
      en: "A pharmacist on duty; red needs the prescriber's reason and second signature, and two " +
        "different pharmacists",
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
      zh: "资料不足：进入审方队列，超时不通过",
      en: "Could not be checked: queued, never passes by timeout",
    },
    decides: { zh: "在岗药师", en: "A pharmacist on duty" },
    right: "prescription.review",
    afterwards: { zh: "补全药品编码或患者资料", en: "Missing codes or data are filled in" },
  },
  {
    outcome: "intercept",
    happens: {
      zh: "拦截（黑色，禁用）：退回医师，不得调配",
      en: "Intercepted (black): back to the prescriber, never dispensed",
    },
    decides: { zh: "规则判定；任何人不得放行", en: "Rules; nobody can let it pass" },
    right: null,
    afterwards: { zh: "医师重新开具新版本", en: "The prescriber sends a new version" },
  },
  {
    outcome: "rescue",
    happens: {
      zh: "抢救处方立即可调配；代码 rescue",
      en: "A rescue order may be dispensed at once; code rescue",
    },
    decides: RULES,
    right: null,
    afterwards: { zh: "药师事后逐张审核", en: "A pharmacist looks at each afterwards" },
  },
];

export const COUNTY_POLICIES: Readonly<Record<LineState, LinePolicy>> = {
  up: {
    side: "county",
    state: "up",
    title: { zh: "两中心互通", en: "Both centres connected" },
    summary: {
      zh: "每个站点有一个主中心负责审核；另一中心保存同样的数据，随时可以接管。",
      en: "Each site has a home among the centres, which reviews; the other holds the same and " +
        "can take over at any time.",
    },
    outcomes: OUTCOMES,
  },
  slow: {
    side: "county",
    state: "slow",
    title: { zh: "中心间线路缓慢", en: "Slow between the centres" },
    summary: {
      zh: "本中心继续审核；另一中心的结论可能晚到，两者不同时以更严的为准，直到发药。",
      en: "This centre goes on; the other's word may come late: where they differ the stricter " +
        "stands until something is dispensed.",
    },
    outcomes: OUTCOMES,
  },
  down: {
    side: "county",
    state: "down",
    title: { zh: "中心间线路中断", en: "The other centre is away" },
    summary: {
      zh:
        "本中心接管所有站点，结论上注明缺少另一中心的既往用药。恢复后：规则自动通过的用两中心的既往用药重审；" +
        "未发药的以更严的结论为准；已按较宽结论发药的，立即建立联系患者个案。",
      en: "This centre takes over all sites, and marks that it decides without the other's " +
        "history. Once that is back, what rules passed is reviewed again with both histories; " +
        "the stricter stands until something is dispensed; what left on the looser opens a " +
        "contact-patient case at once.",
    },
    outcomes: OUTCOMES,
  },
};
