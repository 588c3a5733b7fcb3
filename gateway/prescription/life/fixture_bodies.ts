/** Bodies of all events of a few prescriptions, for tests that mix entries of every kind. */
import fc from "fast-check";
import { plainPrescription } from "../fixture_intake.ts";
import { prescription } from "../prescription.ts";
import { CONTACT_CAUSES } from "./contact_body.ts";
import { MODES, PASSES } from "./pass.ts";

const site = fc.constantFrom("site-1", "site-2");
const number = fc.constantFrom("RX-1", "RX-2");
const version = fc.constantFrom(1, 2);
const hash = fc.constantFrom("a".repeat(64), "b".repeat(64));
const id = fc.constantFrom("id-1", "id-2", "id-3");
const token = fc.constant("a.b.c");
const by = fc.constantFrom({ id: "p-1" }, { id: "p-2" });
const words = fc.constant("病情需要");
const key = fc.constantFrom(
  { channel: "number", id: "1/RX-1" },
  { channel: "idempotency-key", id: "k-1" },
);
const part = fc.constantFrom(1, 2);
const subject = { site, prescription: number, version, hash };
const goods = fc.constantFrom("1", "28").map((value) => [
  { line: 1, quantity: { value, unit: "盒" } },
]);

function plain(number: string, version: number, rescue: boolean) {
  const { lines, ...rest } = plainPrescription();
  const texts = lines.map(({ dose, quantity, ...line }) => ({
    ...line,
    dose: { ...dose, value: String(dose.value) },
    quantity: { ...quantity, value: String(quantity.value) },
  }));
  const { patient, ...all } = rest;
  const { weight: _weight, ...person } = patient;
  return prescription.parse({
    ...all,
    patient: person,
    id: number,
    version,
    rescue,
    lines: texts,
  });
}

const collected = {
  ...{ site: "site-2", prescription: "RX-0", version: 1, line: 1, drug: "amlodipine" },
  ...{ issuedMs: 1_772_000_000_000, untilMs: 1_772_900_000_000 },
};

const findings = fc.constantFrom("black", "red", "orange", "yellow", "could-not-check").map((
  level,
) => [{
  rule: `rule-${level}`,
  level,
  lines: [],
  text: { zh: "规则", en: "rule" },
  source: "a test",
  inputs: {},
  missing: [],
  ...(level === "red" ? { earlier: [collected] } : {}),
}]);

const facts = fc.record({
  site,
  id: number,
  patient: fc.constantFrom("patient-1", "patient-2", null),
  days: fc.constantFrom(3, 7),
}).map(({ site, id, patient, days }) => ({
  site,
  id,
  setting: "outpatient",
  form: "western",
  rescue: false,
  doses: null,
  issuedMs: 1_772_416_800_000,
  validDays: 0,
  reasons: { longer: false, pain: false, longTerm: false },
  diagnoses: ["I10"],
  patient: {
    key: patient,
    sex: "female",
    ageDays: 20_000,
    weightGrams: null,
    pregnant: null,
    breastfeeding: null,
    renal: null,
    allergies: null,
  },
  prescriber: { id: "D0042", registered: null, rights: null, title: null },
  lines: [{
    line: 1,
    group: null,
    drug: "amlodipine",
    ingredients: [{ code: "amlodipine", perDose: null, perDay: null }],
    atc: ["C08CA01"],
    classes: [],
    route: "oral",
    frequency: { times: 1, days: 1 },
    days,
    supplyMilliDays: null,
    quantity: null,
  }],
  unknowns: days === 3 ? [] : ["lines.0.drug.code", "diagnoses.1.code"].map((at) => ({
    at,
    code: "unknown-code",
    detail: "it is not mapped",
  })),
  mapping: "m",
}));

const month = fc.constantFrom("2026-10", "2026-11");
const drawn = fc.uniqueArray(fc.record({ site, number }), {
  maxLength: 2,
  selector: ({ site, number }) => `${site}/${number}`,
}).map((drawn) => ({ population: 7, drawn }));

export const LIFE_BODIES: Readonly<Record<string, fc.Arbitrary<object>>> = {
  "roster-change": fc.record({
    id,
    day: fc.constantFrom("2026-11-28", "2026-11-29"),
    account: fc.constantFrom("li", "wang"),
    from: fc.constant("08:00"),
    to: fc.constantFrom("12:00", "17:30"),
    duty: fc.constantFrom("on", "off"),
    by,
  }),
  "sample-drawn": fc.record({
    id,
    county: fc.constant("county-a+county-b"),
    month,
    seed: hash,
    outpatient: drawn,
    discharge: fc.constant({ population: 0, drawn: [] }),
    by,
  }),
  "prescription-comment": fc.record({
    id,
    month,
    site,
    prescription: number,
    judgement: fc.constant("unreasonable"),
    items: fc.constantFrom(["1-10"], ["2-7", "3-4"]),
    text: words,
    by,
  }),
  "prescription": fc.record({ site, number, version, hash, key, rescue: fc.boolean() }).map(
    ({ number, version, rescue, ...rest }) => ({
      ...rest,
      door: "json",
      prescription: plain(number, version, rescue),
    }),
  ),
  "prescription-void": fc.record({
    id,
    site,
    prescription: number,
    version,
    door: fc.constant("json"),
    key,
    reason: words,
    by,
  }),
  "verdict": fc.record({
    ...subject,
    id,
    mode: fc.constantFrom(...MODES),
    outcome: fc.constantFrom("pass", "notice", "pharmacist", "could-not-check", "intercept"),
    findings,
    pack: fc.constant("pack-1"),
    mapping: fc.constant("mapping-1"),
    history: fc.constantFrom([], null),
    facts,
    token,
  }, {
    requiredKeys: [
      ...["site", "prescription", "version", "hash", "id", "mode", "outcome", "findings"] as const,
      ...["pack", "mapping", "history"] as const,
    ],
  }),
  "decision": fc.record({
    ...subject,
    id,
    decision: fc.constantFrom("approve", "refuse", "ask", "sign"),
    verdict: fc.constant(null),
    answers: fc.constantFrom([], ["id-1"]),
    comment: words,
    by,
    fence: fc.integer({ min: 1, max: 3 }),
    store: fc.constant("store"),
  }),
  "answer": fc.record({
    ...subject,
    id,
    to: id,
    by: fc.constantFrom({ id: "D0042" }, { id: "p-1" }),
    answer: fc.constantFrom("accept", "explain"),
    reason: words,
  }),
  "pass-token": fc.record({ ...subject, id, outcome: fc.constantFrom(...PASSES), token }),
  "dispensing": fc.record({
    ...subject,
    id,
    key,
    token: id,
    outcome: fc.constantFrom(...PASSES),
    part,
    lines: goods,
    by,
  }),
  "dispensing-return": fc.record({ ...subject, id, key, part, lines: goods, reason: words, by }),
  "prescription-double-use": fc.record({
    ...subject,
    id,
    reasons: fc.constant(["same-part"]),
    uses: fc.constant([]),
    excess: fc.constant([]),
  }),
  "prescription-same-key": fc.record({
    ...subject,
    id,
    key: hash,
    first: fc.record({ prescription: number, version, hash }),
    rule: fc.constant("T2"),
  }),
  "prescription-same-key-seen": fc.record({ ...subject, id, of: id, comment: words, by }),
  "prescription-stuck": fc.record({
    id,
    at: fc.constantFrom("review", "after-split", "todo"),
    count: fc.constant(2),
    prescriptions: fc.array(
      fc.record({
        site,
        prescription: number,
        since: fc.integer({ min: 1, max: 2 }),
        reason: fc.constantFrom("a", "b"),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    rule: fc.constant("T10"),
  }),
  "contact-case": fc.record({
    ...subject,
    id,
    cause: fc.constantFrom(...CONTACT_CAUSES),
    dispensings: fc.constant(["id-1"]),
    against: fc.constant(["id-2"]),
  }),
  "contact-case-closed": fc.record({
    id,
    case: id,
    site,
    prescription: number,
    result: fc.constantFrom("reached", "not-reached"),
    comment: words,
    by,
  }),
};
