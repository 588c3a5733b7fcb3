/** Why nothing was written, in both languages: problems by their codes, fields by their names. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Problem } from "../../../sync/problem.ts";
import { problemWords } from "../../problem_words.ts";
import { type Issue, issueLines } from "../../schema_faults.ts";
import { type DoseText, textOf } from "./dose_text.ts";
import { unitTextOf } from "./unit_text.ts";

/** Problems that persons meet at these pages, by their codes. */
const PROBLEMS: Readonly<Record<string, string>> = {
  "person-needed": "请以本人账户登录后操作",
  "no-room": "磁盘暂时不接收：未保存，请通知技术员",
  "too-large": "内容过多，请分两次登记",
  "other-content": "此编号已登记过其他内容；请刷新页面后重新填写",
  "no-such-step": "没有此操作或接种记录",
  "no-recipient-key": "本节点没有受种者密钥，请通知技术员",
  "cold-invalid": "所填内容不完整或不正确",
  "county-decides": "此批号由县里暂停使用，由县里决定；决定会自动下达",
  "no-such-alarm": "没有此报警，请刷新页面",
  "other-level": "报警级别已变化，请刷新页面后按现在的级别确认",
  "no-such-unit": "没有此设备",
  "not-switched-off": "此设备的报警没有暂停，无需恢复",
  "other-day": "测温须在当天登记",
  "no-such-probe": "没有此探头",
  "not-yet": "校准日期不能晚于今天",
  "bad-logger-file": "文件未导入，请用记录仪的文本导出，或时间、温度两列的 CSV",
  "no-space": "文件未保存：存储空间不足，请通知技术员",
  "too-many": "文件未保存：文件过多，请通知技术员",
  "other-centre-decides": "此批号由另一中心暂停使用，请在该中心决定；该中心已宣告丢失时可在此决定",
  "lot-unseen": "此处尚无该批号的任何记录，括号内为该产品的已知批号；请核对，确需暂停请勾选确认",
  "product-unseen": "此处尚无该产品的任何记录，括号内为已知产品；请核对，确需暂停请勾选确认",
  "still-exposed":
    "该设备仍在超温或温度不明，此批号仍在其中，不能解除隔离；请先移入温度正常的设备并登记移库，或待温度恢复正常、报警结束后再决定",
  "not-quarantined": "此批号没有待处理的隔离，可能已有人作出决定；请刷新页面",
};

/** As its code has it; what was found, and what no code says, stands as the program says it. */
export function problemText(problem: Problem): Text {
  const en = problemWords(problem);
  const zh = PROBLEMS[problem.code];
  if (zh === undefined) return { zh: en, en };
  return { zh: problem.detail === undefined ? zh : `${zh}（${problem.detail}）`, en };
}

/** Fields by the last name of their place in what is told; the rest stand by that name. */
const FIELDS: Readonly<Record<string, DoseText | Text>> = {
  ...{ consignment: "consignment", sentBy: "sentBy", carrier: "carrier", arrivedMs: "arrived" },
  ...{ arrivalCelsius: "arrivalCelsius", product: "product", lot: "lot", expires: "expires" },
  ...{ doses: "doses", codes: "code", decision: "decision", storedIn: "storedIn", goods: "goods" },
  ...{ minCelsius: "minCelsius", maxCelsius: "maxCelsius", minutesBelow: "minutesBelow" },
  ...{ minutesAbove: "minutesAbove", minutesUnknown: "minutesUnknown", fromMs: "left" },
  ...{ toMs: "arrived", leftMs: "left", reportedTo: "reportedTo", reason: "reason" },
  ...{ kind: "journey", source: "journey", journey: "journey", from: "from", to: "to" },
  ...{ step: "step", number: "number", name: "name", place: "place", system: "system" },
  basis: { zh: "依据", en: "basis" },
  ...{ celsius: unitTextOf("celsius"), found: unitTextOf("found"), comment: unitTextOf("done") },
  ...{ level: unitTextOf("level"), hours: unitTextOf("duration"), unit: unitTextOf("unit") },
  ...{ probe: unitTextOf("probes"), certificate: unitTextOf("certificate") },
  ...{ calibratedOn: unitTextOf("calibratedOn"), validUntil: unitTextOf("validUntil") },
  ...{ reference: unitTextOf("reference"), error: unitTextOf("error") },
  points: unitTextOf("reference"),
};

/** Of what a whole order says wrongly. */
const MESSAGES: Readonly<Record<string, string>> = {
  "one lot stands twice; add its doses up": "同一批号重复，请合并剂数",
  "one code stands twice": "同一追溯码重复",
  "name the unit": "请选择存入的设备",
  "what is refused is not stored; leave it out": "拒收的不入库，请不要选设备",
  "the journey ends before it begins; exchange the two": "启运时间晚于到货时间，请更正",
  "it is there already; name another place": "目的位置与原位置相同，请另选",
  "write why it is thrown away": "请填写报损原因",
  "it ends before the day of calibration; look at the certificate again":
    "有效期早于校准日期，请核对证书",
  "write it in words": "请用文字填写",
};

const KINDS: Readonly<Partial<Record<Issue["code"], string>>> = {
  invalid_type: "未填写，或不是有效的值",
  invalid_value: "请从所列各项中选择",
  invalid_union: "请从所列各项中选择",
  invalid_format: "格式不对",
  too_small: "未填写，或过小",
  too_big: "过长或过大",
};

/** Each fault by what its field is called at the page. */
export function issueTexts(issues: readonly Issue[]): Text[] {
  const lines = issueLines(issues);
  return issues.map((issue, at) => ({ zh: zhOf(issue), en: lines[at] }));
}

function zhOf({ path, code, message }: Issue): string {
  const names = path.filter((step) => typeof step === "string");
  const field = FIELDS[names.at(-1) ?? ""] ?? { zh: names.join("."), en: "" };
  const label = (typeof field === "string" ? textOf(field) : field).zh;
  const item = path.find((step) => typeof step === "number");
  const line = item === undefined ? "" : textOf("line").zh.replace("{}", `${item + 1}`);
  const said = MESSAGES[message] ?? KINDS[code] ?? "不符合要求，请更正";
  return `${line}${label === "" ? "" : `${label}：`}${said}`;
}
