/** Names of what was decided, where a prescription stands, and what became of what was said. */
import type { Text } from "../../../drivers/profile_parts.ts";

export const CHOICE_TEXTS = {
  approve: { zh: "同意", en: "Approve" },
  sign: { zh: "双签签名", en: "Sign" },
  ask: { zh: "询问医师", en: "Ask the prescriber" },
  refuse: { zh: "拒绝", en: "Refuse" },
  accept: { zh: "接受并撤回", en: "Accepts and takes it back" },
  explain: { zh: "解释", en: "Explains" },
  insist: { zh: "坚持用药", en: "Insists" },

  vouched: { zh: "签名由程序担保", en: "signature vouched by a program" },
  pin: { zh: "签名以 PIN 证明", en: "signature by PIN" },
  session: { zh: "签名以本人登录证明", en: "signature by own session" },

  pass: { zh: "通过", en: "Pass" },
  notice: { zh: "提示", en: "Notice" },
  pharmacist: { zh: "转药师", en: "To a pharmacist" },
  intercept: { zh: "拦截", en: "Stopped" },

  stands: { zh: "有效", en: "Stands" },
  agrees: { zh: "与有效裁定一致", en: "Agrees with what stands" },
  dispensed: { zh: "已据此发药", en: "Goods left on it" },
  late: { zh: "更严，但晚于发药", en: "Stricter, but after the goods left" },
  settled: { zh: "已转人工并有结论", en: "Settled by a person" },
  answered: { zh: "医师已答复", en: "Answered by the prescriber" },
  lost: {
    zh: "未采用（他方更严或级别更高）",
    en: "Does not stand: the other is stricter or higher",
  },

  screening: { zh: "规则审核中", en: "With the rules" },
  passed: { zh: "已通过", en: "Passed" },
  noticed: { zh: "提示后通过", en: "Passed with a notice" },
  approved: { zh: "药师已同意", en: "Approved by pharmacists" },
  queued: { zh: "待药师审核", en: "Waits for a pharmacist" },
  signing: { zh: "待第二名药师签名", en: "Waits for the second signature" },
  asked: { zh: "待医师答复", en: "Waits for the prescriber" },
  intercepted: { zh: "规则拦截", en: "Stopped by rules" },
  refused: { zh: "药师已拒绝", en: "Refused by a pharmacist" },
  withdrawn: { zh: "医师已撤回", en: "Taken back by the prescriber" },
  cancelled: { zh: "已作废", en: "Cancelled" },
  superseded: { zh: "已有新版本", en: "Another version holds" },
  conflict: { zh: "同一版本两种内容", en: "One version with two contents" },

  "unknown-code": { zh: "未对照的编码", en: "code that is not mapped" },
  "not-convertible": { zh: "单位无法换算", en: "unit that cannot be converted" },
  "not-countable": { zh: "数值无法换算为整数", en: "amount that cannot be counted" },
  "out-of-range": { zh: "数值不合理", en: "value out of range" },
  identity: { zh: "患者身份不确定", en: "uncertain identity" },
  "no-registry": { zh: "医师不在县登记册", en: "prescriber in no registry" },
  "not-current": { zh: "检查结果已过期", en: "measured too long ago" },
} as const satisfies Readonly<Record<string, Text>>;
