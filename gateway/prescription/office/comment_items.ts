/**
 * The 28 items of a comment on prescriptions, by their numbers: 医院处方点评管理规范（试行）
 * （卫医管发〔2010〕28号）, 第十七 to 第十九条, in short (P13).
 */
import type { Text } from "../../../drivers/profile_parts.ts";

export const COMMENT_ITEMS = {
  "1-1": { zh: "前记、正文、后记缺项或字迹难辨", en: "Parts missing or not legible" },
  "1-2": { zh: "医师签名、签章不规范或与留样不一致", en: "Prescriber's signature not as kept" },
  "1-3": { zh: "药师未审核，或未双签名", en: "No review by a pharmacist, or one signature" },
  "1-4": { zh: "新生儿、婴幼儿未写日、月龄", en: "Age of an infant not in days or months" },
  "1-5": { zh: "西药、中成药与饮片未分别开具", en: "Slices not on a form of their own" },
  "1-6": { zh: "未使用药品规范名称", en: "Not the drug's official name" },
  "1-7": { zh: "剂量、规格、数量、单位不规范或不清楚", en: "Dose, strength or unit not clear" },
  "1-8": { zh: "用法用量含糊（遵医嘱、自用等）", en: "Vague directions such as “as told”" },
  "1-9": { zh: "修改未签名注日期，或超剂量未注明原因并再签名", en: "Change or excess not signed" },
  "1-10": { zh: "未写临床诊断或书写不全", en: "No diagnosis, or not a whole one" },
  "1-11": { zh: "单张门急诊处方超过五种药品", en: "More than five drugs" },
  "1-12": { zh: "超过规定天数且未注明理由", en: "More days than allowed, without a reason" },
  "1-13": { zh: "特殊管理药品未执行国家规定", en: "Rules on special drugs not followed" },
  "1-14": { zh: "未按抗菌药物管理规定开具", en: "Rules on antimicrobials not followed" },
  "1-15": {
    zh: "饮片未按君臣佐使排列，或未注调剂煎煮要求",
    en: "Slices not in order, or not told how",
  },
  "2-1": { zh: "适应证不适宜", en: "Indication does not fit" },
  "2-2": { zh: "遴选的药品不适宜", en: "Choice of drug does not fit" },
  "2-3": { zh: "剂型或给药途径不适宜", en: "Form or route does not fit" },
  "2-4": { zh: "无正当理由不首选国家基本药物", en: "No essential drug first, without a reason" },
  "2-5": { zh: "用法、用量不适宜", en: "Directions or dose do not fit" },
  "2-6": { zh: "联合用药不适宜", en: "Combination does not fit" },
  "2-7": { zh: "重复给药", en: "The same twice" },
  "2-8": { zh: "配伍禁忌或不良相互作用", en: "Incompatible, or interacts" },
  "2-9": { zh: "其他用药不适宜", en: "Does not fit otherwise" },
  "3-1": { zh: "无适应证用药", en: "No indication" },
  "3-2": { zh: "无正当理由开具高价药", en: "Expensive, without a reason" },
  "3-3": { zh: "无正当理由超说明书用药", en: "Off label, without a reason" },
  "3-4": {
    zh: "无正当理由同时开具两种以上药理作用相同药物",
    en: "Two of one action, without a reason",
  },
} as const satisfies Readonly<Record<string, Text>>;

export type CommentItem = keyof typeof COMMENT_ITEMS;

export function isCommentItem(code: string): code is CommentItem {
  return Object.hasOwn(COMMENT_ITEMS, code);
}

export const COMMENT_CODES: readonly CommentItem[] = Object.keys(COMMENT_ITEMS).filter(
  isCommentItem,
);
