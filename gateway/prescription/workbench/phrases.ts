/** Sentences that pharmacists write often; whoever uses one may change it before it is sent. */
import type { Text } from "../../../drivers/profile_parts.ts";

/** By what is decided. In our own words, after the kinds of fault of 处方管理办法 第三十五条. */
export const PHRASES: Readonly<Record<"ask" | "refuse", readonly Text[]>> = {
  ask: [
    {
      zh: "请核对单次剂量或每日总量。",
      en: "Please check the single dose or the daily total.",
    },
    { zh: "请补充或核对临床诊断。", en: "Please add or check the diagnosis." },
    { zh: "请询问并补录过敏史。", en: "Please ask about allergies and record them." },
    { zh: "请补录体重或肾功能。", en: "Please record weight or renal function." },
    {
      zh: "与患者正在使用的药品重复，请确认是否继续。",
      en: "The patient already takes this; please confirm that it is meant.",
    },
    {
      zh: "存在相互作用，请说明理由或更换药品。",
      en: "There is an interaction; please give a reason or change the medicine.",
    },
  ],
  refuse: [
    { zh: "超过规定用量，请修改后重新开具。", en: "Over the permitted amount; please change it." },
    { zh: "存在用药禁忌，请更换药品。", en: "Contraindicated; please choose another medicine." },
    {
      zh: "适应证与诊断不符，请修改。",
      en: "The indication does not fit the diagnosis; please change it.",
    },
    {
      zh: "给药途径或频次不适宜，请修改。",
      en: "Route or frequency is not suitable; please change it.",
    },
    { zh: "重复用药，请停用其一。", en: "The same medicine twice; please stop one." },
  ],
};
