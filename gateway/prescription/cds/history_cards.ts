/** Cards that tell the prescriber how much of a patient's medicines a check has seen (P5, P11). */
import type { Text } from "../../../drivers/profile_parts.ts";
import { momentText } from "../../report/moment_text.ts";
import type { Checked } from "../desk.ts";
import { namedUuid } from "../named_uuid.ts";
import { asMarkdown, type Card, type Indicator } from "./cards.ts";

type Seen = Pick<Checked & { readonly kind: "checked" }, "degraded" | "historyReach" | "unheard">;

/** None where all of the county was seen. */
export function historyCards(
  hookInstance: string,
  { degraded, historyReach, unheard }: Seen,
): Card[] {
  const card = (name: string, indicator: Indicator, summary: Text, detail: Text): Card => ({
    uuid: namedUuid(hookInstance, name),
    summary: `${summary.zh} ${summary.en}`,
    detail: [detail.zh, detail.en].map(asMarkdown).join("\n\n"),
    indicator,
    source: { label: "Tributary" },
  });
  return [
    ...(historyReach === "none" ? [card("no-history", "warning", NONE, NONE_DETAIL)] : []),
    ...(degraded ? [card("alone", "info", ALONE, ALONE_DETAIL)] : []),
    ...(!degraded && historyReach === "own-site"
      ? [card("own-number", "warning", OWN_NUMBER, OWN_NUMBER_DETAIL)]
      : []),
    ...unheard.map(({ node, untilMs }) =>
      card(`unheard ${node}`, "warning", UNHEARD, unheardDetail(node, untilMs))
    ),
  ];
}

const NONE: Text = {
  zh: "未对照既往用药：身份不明或取不到记录",
  en: "Earlier medicines not seen: unknown patient, or no records",
};
const NONE_DETAIL: Text = {
  zh: "重复用药和相互作用只在本处方内核对；请询问患者正在使用的药品。",
  en: "Duplicates and interactions were looked for in this prescription only: ask the patient " +
    "what else is taken.",
};

const ALONE: Text = {
  zh: "本机构预检：未查其他机构的用药史",
  en: "Checked here: medicines from elsewhere were not seen",
};
const ALONE_DETAIL: Text = {
  zh: "依据本机构的规则与记录；签名后的处方由县级中心审核。",
  en: "By this site's rules and records; the county reviews what is signed.",
};

const OWN_NUMBER: Text = {
  zh: "只查到本机构的用药史：患者没有身份证号",
  en: "Only this site's medicines were seen: no resident ID",
};
const OWN_NUMBER_DETAIL: Text = {
  zh: "就诊卡号等编号在其他机构无效。填写身份证号后可对照全县的用药史；或请询问患者。",
  en: "A card's number means nothing at other sites. With the resident ID the whole county's " +
    "medicines are seen; or ask the patient.",
};

const UNHEARD: Text = {
  zh: "用药史可能不全：两中心暂时失去联系",
  en: "The history may lack recent medicines: a centre is out of reach",
};

function unheardDetail(node: string, untilMs: number | null): Text {
  const ask: Text = {
    zh: "请询问患者近期在其他机构开的药；恢复后已通过的处方会复审。",
    en: "Ask the patient for recent medicines from elsewhere; what passes now is reviewed again " +
      "once it is back.",
  };
  if (untilMs === null) {
    return {
      zh: `未能连上 ${node}：缺少它所收的处方。${ask.zh}`,
      en: `${node} could not be heard: prescriptions that it took are missing. ${ask.en}`,
    };
  }
  const since = momentText(untilMs, "Asia/Shanghai");
  return {
    zh: `${since}（北京时间）起未能连上 ${node}：缺少它此后所收的处方。${ask.zh}`,
    en: `${node} could not be heard since ${since} (UTC+8): prescriptions that it took since are ` +
      `missing. ${ask.en}`,
  };
}
