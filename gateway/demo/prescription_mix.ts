/**
 * The prescriptions that the demo's prescribers and every load test send: three lines, about 2 kB
 * of JSON, made of the demonstration pack's drugs by its mapping's codes. Of twenty sixteen are
 * clean, one gets a notice, two wait for a pharmacist, one is intercepted. The same number gives
 * the same prescription. It imports nothing, so that k6 and Deno read it alike.
 */

/** What the demonstration pack makes of it. */
export type Expected = "pass" | "notice" | "pharmacist" | "intercept";

export interface MixedPrescription {
  readonly expected: Expected;
  /** Its number at its site, which is a key too. */
  readonly id: string;
  /** The body of `POST /api/prescriptions`. */
  readonly text: string;
}

type Line = readonly [
  drug: string,
  text: string,
  dose: number,
  unit: string,
  frequency: string,
  pack: string,
];

const AMLODIPINE: Line = ["0052", "苯磺酸氨氯地平片 5mg×14片", 1, "片", "qd", "盒"];
const LOSARTAN: Line = ["0059", "氯沙坦钾片 50mg×7片", 1, "片", "qd", "盒"];
const METFORMIN: Line = ["0078", "盐酸二甲双胍片 0.5g×20片", 1, "片", "bid", "盒"];
const ACARBOSE: Line = ["0083", "阿卡波糖片 50mg×30片", 1, "片", "tid", "盒"];
const ATORVASTATIN: Line = ["0072", "阿托伐他汀钙片 20mg×7片", 1, "片", "qd", "盒"];
const ASPIRIN: Line = ["0044", "阿司匹林肠溶片 100mg×30片", 1, "片", "qd", "盒"];
const CLOPIDOGREL: Line = ["0074", "硫酸氢氯吡格雷片 75mg×7片", 1, "片", "qd", "盒"];
const OMEPRAZOLE: Line = ["0089", "奥美拉唑肠溶胶囊 20mg×14粒", 1, "粒", "qd", "盒"];
const AMBROXOL: Line = ["0106", "盐酸氨溴索片 30mg×20片", 1, "片", "tid", "盒"];
const LORATADINE: Line = ["0110", "氯雷他定片 10mg×6片", 1, "片", "qd", "盒"];
const MONTELUKAST: Line = ["0105", "孟鲁司特钠片 10mg×5片", 1, "片", "qd", "盒"];
const MONTMORILLONITE: Line = ["0099", "蒙脱石散 3g×10袋", 1, "袋", "tid", "盒"];
const IBUPROFEN: Line = ["0039", "布洛芬缓释胶囊 0.3g×20粒", 1, "粒", "bid", "盒"];
const AMOXICILLIN: Line = ["0001", "阿莫西林胶囊 0.25g×24粒", 2, "粒", "tid", "盒"];

interface Template {
  readonly expected: Expected;
  readonly lines: readonly [Line, Line, Line];
  readonly days: number;
  readonly diagnoses: readonly (readonly [code: string, text: string])[];
  readonly allergies?: readonly (readonly [code: string, text: string])[];
}

const HYPERTENSION = ["I10", "原发性高血压，2级，中危，规律服药，血压控制尚可"] as const;
const DIABETES = ["E11.9", "2型糖尿病，不伴有并发症，糖化血红蛋白达标"] as const;
const LIPIDS = ["E78.5", "高脂血症，未特指，低密度脂蛋白胆固醇偏高"] as const;
const BRONCHITIS = ["J20.9", "急性支气管炎，未特指，咳嗽咳痰三天，无发热"] as const;
const RHINITIS = ["J30.4", "变应性鼻炎，未特指，晨起喷嚏、清水样涕"] as const;
const DIARRHOEA = ["K52.9", "非感染性胃肠炎和结肠炎，未特指，轻度脱水"] as const;
const ARTHRITIS = ["M17.9", "膝关节病，未特指，上下楼梯时疼痛加重"] as const;
const CORONARY = ["I25.1", "动脉硬化性心脏病，稳定型心绞痛，长期随访"] as const;

const CLEAN: readonly Template[] = [
  {
    expected: "pass",
    lines: [AMLODIPINE, METFORMIN, ATORVASTATIN],
    days: 7,
    diagnoses: [HYPERTENSION, DIABETES],
  },
  {
    expected: "pass",
    lines: [LOSARTAN, ACARBOSE, ASPIRIN],
    days: 7,
    diagnoses: [HYPERTENSION, DIABETES],
  },
  {
    expected: "pass",
    lines: [AMBROXOL, LORATADINE, MONTELUKAST],
    days: 5,
    diagnoses: [BRONCHITIS, RHINITIS],
  },
  {
    expected: "pass",
    lines: [MONTMORILLONITE, AMLODIPINE, ATORVASTATIN],
    days: 3,
    diagnoses: [DIARRHOEA, HYPERTENSION],
  },
];

/** Six days of ibuprofen, over the five of its leaflet. */
const NOTICED: Template = {
  expected: "notice",
  lines: [IBUPROFEN, AMBROXOL, AMLODIPINE],
  days: 6,
  diagnoses: [ARTHRITIS, BRONCHITIS],
};

/** Omeprazole weakens clopidogrel. */
const QUEUED: Template = {
  expected: "pharmacist",
  lines: [CLOPIDOGREL, OMEPRAZOLE, ATORVASTATIN],
  days: 7,
  diagnoses: [CORONARY, LIPIDS],
};

/** A penicillin for somebody who is allergic to penicillins. */
const INTERCEPTED: Template = {
  expected: "intercept",
  lines: [AMOXICILLIN, AMBROXOL, LORATADINE],
  days: 5,
  diagnoses: [BRONCHITIS, RHINITIS],
  allergies: [["QMS", "青霉素类，既往注射后全身皮疹"]],
};

/** Of twenty, those that are not clean; they stand apart. */
const FLAGGED: Readonly<Record<number, Template>> = {
  3: QUEUED,
  8: NOTICED,
  13: QUEUED,
  18: INTERCEPTED,
};
const ROUND = 20;

/** How many of a round come to what. */
export const MIX: Readonly<Record<Expected, number>> = {
  pass: 16,
  notice: 1,
  pharmacist: 2,
  intercept: 1,
};

const NAMES = ["王秀英", "李建国", "张桂兰", "刘志强", "陈玉梅", "杨文华", "赵国庆", "黄淑珍"];

/** The template of a number. */
function templateOf(index: number): Template {
  return FLAGGED[index % ROUND] ?? CLEAN[index % CLEAN.length];
}

/**
 * Makes the prescription of this number, of a patient of its own, in the name of `run`; issued
 * at `nowMs`, milliseconds since 1970 UTC.
 */
export function mixedPrescription(run: string, index: number, nowMs: number): MixedPrescription {
  const { expected, lines, days, diagnoses, allergies = [] } = templateOf(index);
  const id = `${run}-${index}`;
  const coded = ([code, text]: readonly [string, string]) => ({ code, text });
  const prescription = {
    id,
    version: 1,
    issuedAt: new Date(nowMs).toISOString(),
    setting: "outpatient",
    form: "western",
    patient: {
      id: { system: "local", value: `patient-${id}` },
      name: NAMES[index % NAMES.length],
      sex: "male",
      birthDate: `${1950 + index % 40}-0${1 + index % 9}-1${index % 10}`,
      weight: { value: String(55 + index % 30), unit: "kg" },
      renal: { value: "92", unit: "ml/min", at: new Date(nowMs - 86_400_000).toISOString() },
      allergies: allergies.length === 0
        ? { state: "none-known" }
        : { state: "listed", substances: allergies.map(coded) },
    },
    diagnoses: diagnoses.map(coded),
    prescriber: {
      id: `dr-${index % 40}`,
      name: NAMES[(index + 3) % NAMES.length],
      department: "全科医学科（镇卫生院门诊一楼二诊室）",
    },
    reasons: {
      longer: "慢性病患者，病情稳定，居住地距卫生院较远，行动不便，由家属代为取药，已评估并告知",
    },
    lines: lines.map(([code, text, value, unit, frequency, pack]) => ({
      drug: { code, text },
      dose: { value: String(value), unit },
      route: { code: "PO", text: "口服，饭后半小时温水送服" },
      frequency: { code: frequency, text: frequency === "qd" ? "每日一次，早餐后" : "每日多次" },
      days,
      quantity: { value: "1", unit: pack },
      preparation: "按医嘱按时按量服用，不得自行停药或加量；如有不适及时复诊",
    })),
  };
  return { expected, id, text: JSON.stringify(prescription) };
}
