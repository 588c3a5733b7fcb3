/**
 * The rules that a county begins with. A county that has other numbers, or a newer text, puts
 * editions of its own beside them; README.md has them as a table.
 */
import { type RuleBook, ruleBookSchema } from "./rules.ts";

const TECHNIQUE = "WS 310.2-2016 医院消毒供应中心 第2部分";
const MONITORING = "WS 310.3-2016 医院消毒供应中心 第3部分";
/** Both came into force on this day. */
const WS310 = "2017-06-01";
const OURS = "Tributary acceptance";
const START = "2000-01-01";

export const STANDARD_RULES: RuleBook = ruleBookSchema.parse([
  {
    id: "s1-hold-prevacuum",
    kind: "hold",
    method: "prevacuum",
    loads: ["instruments", "dressings", "mixed"],
    setpointMinCel: 132,
    setpointMaxCel: 134,
    seconds: 240,
    source: `${TECHNIQUE} 5.8 表1：预真空式 132 ℃、134 ℃ 4 min`,
    effective: WS310,
    toConfirm: "the table's number, and whether it allows what is between 132 and 134 °C",
  },
  {
    id: "s1-hold-gravity-instruments",
    kind: "hold",
    method: "gravity",
    loads: ["instruments"],
    setpointMinCel: 121,
    setpointMaxCel: 124,
    seconds: 1200,
    source: `${TECHNIQUE} 5.8 表1：下排气式 器械 121 ℃ 20 min`,
    effective: WS310,
    toConfirm: "programs of 121.1 to 124 °C are held to the time of 121 °C",
  },
  {
    id: "s1-hold-gravity-dressings",
    kind: "hold",
    method: "gravity",
    loads: ["dressings", "mixed"],
    setpointMinCel: 121,
    setpointMaxCel: 124,
    seconds: 1800,
    source: `${TECHNIQUE} 5.8 表1：下排气式 敷料 121 ℃ 30 min`,
    effective: WS310,
    toConfirm: "a mixed load is held to the time of dressings",
  },
  {
    id: "s1-band",
    kind: "band",
    kelvin: 3,
    source: `${MONITORING} 4.4.2.1：灭菌温度波动范围在 +3 ℃ 以内；EN 285`,
    effective: WS310,
    toConfirm: "the clause's number",
  },
  {
    id: "s1-settle",
    kind: "settle",
    seconds: 15,
    source: "EN 285: equilibration time of chambers up to 800 l",
    effective: START,
    toConfirm: "the clause, and 30 s for larger chambers",
  },
  {
    id: "s3-gap",
    kind: "gap",
    seconds: 10,
    source: `${OURS} S3`,
    effective: START,
    toConfirm: "the number: no clause is known",
  },
  {
    id: "s3-resolution",
    kind: "resolution",
    seconds: 2,
    source: `${OURS} S3: a hold that coarser samples leave open is undetermined`,
    effective: START,
    toConfirm: "the number, which is ours",
  },
  {
    id: "s3-clock-jump",
    kind: "clock-jump",
    seconds: 1,
    source: `${OURS} S3, T12`,
    effective: START,
    toConfirm: "the number: no clause is known",
  },
  {
    id: "s4-saturation",
    kind: "saturation",
    kelvin: 2,
    source: `${OURS} S4; EN 285 and ISO 17665 compare theoretical steam temperatures`,
    effective: START,
    toConfirm: "the number: the standards' clause",
  },
  {
    id: "s5-bowie-dick",
    kind: "bowie-dick",
    days: 1,
    source: `${MONITORING} 4.4.2.4：预真空灭菌器每日开始灭菌运行前空载 B-D 试验`,
    effective: WS310,
    toConfirm: "the clause's number",
  },
  {
    id: "s5-biological-interval",
    kind: "biological-interval",
    days: 7,
    source: `${MONITORING} 4.4.2.3：生物监测应至少每周一次`,
    effective: WS310,
    toConfirm: "the clause's number",
  },
  {
    id: "s5-biological-return",
    kind: "biological-return",
    count: 3,
    source: `${MONITORING} 4.4.1.4：生物监测不合格，改进后连续三次合格方可使用`,
    effective: WS310,
    toConfirm: "the clause's number",
  },
  {
    id: "s5-chemical",
    kind: "chemical",
    results: 1,
    source: `${MONITORING} 4.4.1.3：包外化学监测不合格的灭菌物品不得发放`,
    effective: WS310,
    toConfirm:
      "the clause's number; that one result for a load is enough where packs have their own",
  },
  {
    id: "s5-emergency-class",
    kind: "emergency-class",
    class: 5,
    source: `${MONITORING} 4.4.2.3：紧急情况植入物，含第 5 类化学指示物的 PCD 合格可提前放行`,
    effective: WS310,
    toConfirm: "the clause's number, and whether class 6 may stand for class 5",
  },
  {
    id: "s5-early-result",
    kind: "early-result",
    hours: 72,
    source: `${OURS} S5, which has no number: 48 h of incubation, and a day to read it`,
    effective: START,
    toConfirm: "the number; less where a site reads rapid indicators",
  },
  {
    id: "s5-release-steps",
    kind: "release-steps",
    persons: 2,
    source: `${OURS}: release by two persons`,
    effective: START,
    toConfirm: "the number, which is ours: whether one person may release alone",
  },
  {
    id: "s5-escalation",
    kind: "escalation",
    institutionHours: 2,
    regulatorHours: 24,
    source: `${OURS} W9, in the place of a number of S5: as long as alarms of waste wait`,
    effective: START,
    toConfirm: "both numbers, which are ours: whether a county wants to hear sooner",
  },
  {
    id: "s6-retention",
    kind: "retention",
    years: 3,
    source: `${MONITORING} 5：灭菌质量监测资料和记录的保留期应 ≥3 年`,
    effective: WS310,
    toConfirm: "the clause's number",
  },
]);
