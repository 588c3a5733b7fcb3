/** Prescriptions of which one field is not what it may be: refused, or taken and not let pass. */
import type { Path } from "../dig.ts";
import type { HostileDoor } from "./hostile_node.ts";

/** One field of a good document, set to what it must not be. */
export interface HostileField {
  readonly what: string;
  readonly at: Path;
  readonly value: unknown;
  readonly says: RegExp;
  /** As the answer names it, where that is not the field that was set. */
  readonly field?: string;
}

const DOSE: Path = ["lines", 0, "dose", "value"];
const UNIT: Path = ["lines", 0, "dose", "unit"];
const DRUG: Path = ["lines", 0, "drug", "code"];

const field = (what: string, at: Path, value: unknown, says: RegExp, name?: string) => ({
  what,
  at,
  value,
  says,
  ...(name === undefined ? {} : { field: name }),
});

const DECIMAL = /want a decimal number such as 0.25/;
const PLAIN = /want plain characters/;

/** What looks like another code, and what cannot be seen of one. */
const LOOK_ALIKES: readonly (readonly [string, string])[] = [
  ["a Cyrillic letter", "\u0410B12"],
  ["Greek capitals", "\u0391\u0392\u0395"],
  ["a full-width letter", "\uff21B12"],
  ["a full-width digit", "AB1\uff12"],
  ["a mathematical letter", "\u{1d400}B12"],
  ["a ligature", "a\ufb01b"],
  ["a zero-width space", "AB\u200b12"],
  ["a zero-width joiner", "AB\u200d12"],
  ["a soft hyphen", "AB\u00ad12"],
  ["a turn from right to left", "AB\u202e21"],
  ["an isolate", "\u2066AB12\u2069"],
  ["a Hangul filler", "AB\u115f12"],
  ["a variation selector", "AB12\ufe0f"],
  ["a tag", "AB12\u{e0041}"],
  ["a mark of byte order", "\ufeffAB12"],
  ["a space before it", " AB12"],
  ["a no-break space behind it", "AB12\u00a0"],
  ["a line break", "AB\n12"],
  ["a zero", "AB\u000012"],
  ["letters that are not composed", "AB\u0065\u0301"],
];

export const PLAIN_FIELDS: readonly HostileField[] = [
  field("a dose of nothing", DOSE, 0, /want more than 0/),
  field("a dose of less than nothing", DOSE, "-0.000001", DECIMAL),
  field("zero with many digits", DOSE, "0.000000", /want more than 0/),
  field("a negative dose", DOSE, -1, DECIMAL),
  field("a negative one in text", DOSE, "-1", DECIMAL),
  field("10^308 in text", DOSE, "1e308", DECIMAL),
  field("10^18 tablets", DOSE, "1000000000000000000", DECIMAL),
  field("ten digits before the point", DOSE, "1000000000", DECIMAL),
  field("seven digits behind it", DOSE, "0.0000001", DECIMAL),
  field("a decimal of 100,000 digits in text", DOSE, `0.${"3".repeat(100_000)}`, DECIMAL),
  field("a decimal comma", DOSE, "0,5", DECIMAL),
  field("full-width digits", DOSE, "\uff10.\uff15", DECIMAL),
  field("Arabic digits", DOSE, "\u0665", DECIMAL),
  field("Chinese digits", DOSE, "二", DECIMAL),
  field("a hexadecimal number", DOSE, "0x10", DECIMAL),
  field("infinity", DOSE, "Infinity", DECIMAL),
  field("no number", DOSE, "NaN", DECIMAL),
  field("a list for a number", DOSE, [2], /want text/),
  field("an object for a number", DOSE, { valueOf: 2 }, /want text/),
  field("true for a number", DOSE, true, /want text/),
  field("a quantity of nothing", ["lines", 0, "quantity", "value"], 0, /want more than 0/),
  field("no days", ["lines", 0, "days"], 0, /want 1 or more/),
  field("days below nothing", ["lines", 0, "days"], -7, /want 1 or more/),
  field("half a day", ["lines", 0, "days"], 0.5, /want a whole number/),
  field("367 days", ["lines", 0, "days"], 367, /want 366 or less/),
  field("61 lines", ["lines"], Array(61).fill({}), /want 60 items or less/),
  field("no lines", ["lines"], [], /want 1 item or more/),
  field(
    "twenty diagnoses and one",
    ["diagnoses"],
    Array(21).fill({ code: "J00" }),
    /want 20 items/,
  ),
  field("a weight of nothing", ["patient", "weight", "value"], 0, /want more than 0/),
  field("a birth in the future", ["patient", "birthDate"], "2999-01-01", /want a day in the 130/),
  field("a birth in 1850", ["patient", "birthDate"], "1850-01-01", /want a day in the 130/),
  field("a day that is none", ["patient", "birthDate"], "2025-02-29", /want a day such as/),
  field("a moment without its zone", ["issuedAt"], "2026-03-01T08:30:00", /with its zone/),
  field("a moment that is none", ["issuedAt"], "2026-02-30T08:30:00+08:00", /with its zone/),
  field("a version of nothing", ["version"], 0, /want 1 or more/),
  field("a sex that is none", ["patient", "sex"], "M", /want male or female/),
  field("a field that is none", ["lines", 0, "drugs"], 1, /did you mean "drug"\?/),
  field("a field of a prototype", ["constructor"], { prototype: {} }, /there is no field/),
  field("a unit with something unseen", UNIT, "\u200b粒", /want nothing unseen/),
  field("a unit with a turn", UNIT, "\u202e粒", /want nothing unseen/),
  field("a name that turns all text", ["patient", "name"], "\u202e王小明", /can be read/),
  field("a name of which nothing is seen", ["patient", "name"], "\u200b\u200d", /can be read/),
  field("a name with a zero", ["patient", "name"], "王\u0000", /can be read/),
  field("a name of 501", ["patient", "name"], "王".repeat(501), /want 500 characters or less/),
  field("a code of 65", DRUG, "A".repeat(65), /want 64 characters or less/),
  field("an empty code", DRUG, "", /want 1 character or more/),
  ...LOOK_ALIKES.map(([what, code]) => field(`a drug's code with ${what}`, DRUG, code, PLAIN)),
  field("a number with a Cyrillic letter", ["id"], "\u0421F-1", PLAIN),
  field("a patient's number with one", ["patient", "id", "value"], "p-\u0430", PLAIN),
  field("a prescriber's number with one", ["prescriber", "id"], "dr-\u0441hief", PLAIN),
];

const at = (entry: number, ...path: Path): Path => ["entry", entry, "resource", ...path];
const dosage = (...path: Path): Path => at(0, "dosageInstruction", 0, ...path);
const dose = (...path: Path): Path => dosage("doseAndRate", 0, "doseQuantity", ...path);
const inPatient: Path = ["contained"];

/** The good Bundle has five requests, the patient as the sixth entry and the visit behind. */
const PATIENT = 5;
const VISIT = 6;

export const FHIR_FIELDS: readonly HostileField[] = [
  field("a dose of nothing", dose("value"), 0, /want more than 0/),
  field("a negative dose", dose("value"), -1, DECIMAL),
  field("a dose in text", dose("value"), "2", /want a number/),
  field("a billion", dose("value"), 1_000_000_000, DECIMAL),
  field("more than a dose", dose("comparator"), ">", /not a bound/),
  field(
    "a range for a dose",
    dosage("doseAndRate", 0, "doseRange"),
    { low: { value: 1 } },
    /a range is no dose/,
  ),
  field("two dosages", at(0, "dosageInstruction"), [{}, {}], /want one dosage/),
  field("what must not be given", at(0, "doNotPerform"), true, /want false/),
  field("repeats", at(0, "dispenseRequest", "numberOfRepeatsAllowed"), 3, /want 0/),
  field(
    "what changes the meaning",
    at(0, "modifierExtension"),
    [{ url: "urn:x" }],
    /not known here/,
  ),
  field("rules of others", at(PATIENT, "implicitRules"), "urn:x", /not known here/),
  field(
    "a code with a Cyrillic letter",
    [
      ...at(0, "medicationCodeableConcept", "coding"),
      0,
      "code",
    ],
    "\u0410B",
    PLAIN,
  ),
  field("no patient", at(0, "subject"), undefined, /it is missing/),
  field(
    "a patient by a name alone",
    at(0, "subject"),
    { display: "王" },
    /missing/,
    "entry[0].resource.subject.reference",
  ),
  field("a patient who is not there", at(0, "subject", "reference"), "Patient/9", /no such entry/),
  field(
    "a patient on another server",
    at(0, "subject", "reference"),
    "https://evil.example/Patient/1",
    /no such entry/,
  ),
  field(
    "a file for a patient",
    at(0, "subject", "reference"),
    "file:///etc/passwd",
    /no such entry/,
  ),
  field(
    "a visit for a patient",
    at(0, "subject", "reference"),
    "Encounter/visit-1",
    /a Encounter; want a Patient/,
  ),
  field(
    "itself for a patient",
    at(0, "subject", "reference"),
    "MedicationRequest/mr-0",
    /want a P/,
  ),
  field("a patient for a visit", at(0, "encounter", "reference"), "Patient/p", /no such entry/),
  field("what is not contained", at(0, "subject", "reference"), "#p1", /no such entry/),
  field(
    "a medicine that is not there",
    at(0, "medicationReference"),
    { reference: "Medication/1" },
    /no such entry/,
    "entry[0].resource.medicationReference.reference",
  ),
  field(
    "a prescriber who is not there",
    at(0, "requester"),
    { reference: "Practitioner/none" },
    /no such entry/,
    "entry[0].resource.requester.reference",
  ),
  field("one address twice", ["entry", 1, "fullUrl"], "URL OF ENTRY 0", /want it once/),
  field("the patient's address twice", ["entry", VISIT, "fullUrl"], "URL OF PATIENT", /once/),
  field(
    "contained without an id",
    at(PATIENT, ...inPatient),
    [{ resourceType: "Organization" }],
    /is missing/,
    "entry[5].resource.contained[0].id",
  ),
  field(
    "201 contained ones",
    at(PATIENT, ...inPatient),
    Array(201).fill({ resourceType: "X", id: "1" }),
    /want 200 items/,
  ),
  field(
    "201 entries",
    ["entry"],
    Array(201).fill({ resource: { resourceType: "X" } }),
    /want 200 items/,
  ),
  field("no entries", ["entry"], [], /want 1 item or more/),
  field("entries of nothing", ["entry"], [{}], /it is missing/, "entry[0].resource"),
  field("no requests", ["entry"], [{ resource: { resourceType: "Patient" } }], /no MedicationReq/),
  field("a transaction", ["type"], "transaction", /want "collection"/),
  field("another resource", ["resourceType"], "Parameters", /want Bundle/),
  field(
    "another number in one line",
    at(1, "groupIdentifier", "value"),
    "other",
    /one prescription/,
    "entry[1].resource.groupIdentifier",
  ),
  field("a draft", at(0, "status"), "draft", /want active/),
  field("a plan", at(0, "intent"), "plan", /want order/),
];

/** Of the call around a draft; what is wrong with the draft itself is a card. */
export const CDS_FIELDS: readonly HostileField[] = [
  field("another hook", ["hook"], "patient-view", /want order-select or order-sign/),
  field("the hook of the other service", ["hook"], "order-select", /the service for/),
  field("an instance that is no UUID", ["hookInstance"], "1", /hookInstance/),
  field("no user", ["context", "userId"], "", /want 1 character or more/),
  field("a patient as an object", ["context", "patientId"], {}, /want text/),
  field("no orders", ["context", "draftOrders"], undefined, /it is missing/),
  field(
    "orders that are no Bundle",
    ["context", "draftOrders"],
    { resourceType: "List" },
    /want Bundle/,
    "context.draftOrders.resourceType",
  ),
  field(
    "201 orders",
    ["context", "draftOrders", "entry"],
    Array(201).fill({ resource: { resourceType: "X" } }),
    /want 200/,
  ),
  field("201 selections", ["context", "selections"], Array(201).fill("x"), /want 200/),
  field("what was prefetched is no resource", ["prefetch", "patient"], [], /want an object/),
];

/** What a door takes, and no rule lets pass: {@link PLAIN_FIELDS} has what it does not take. */
export const HELD_FIELDS: readonly HostileField[] = [
  field("a unit that nobody knows", UNIT, "颗粒袋", /no unit/),
  field("a unit with a Cyrillic letter", UNIT, "\u043cg", /U\+043C/),
  field("a unit of ten and more meanings", UNIT, "cc", /no unit/),
  field("a unit that the drug is not told in", UNIT, "IU", /not told in "IU"/),
  field("a drug that nobody has mapped", DRUG, "constructor", /"constructor" is not mapped/),
  field("999,999,999 capsules", DOSE, 999_999_999, /no whole number|dose/),
  field("a million capsules", DOSE, 1_000_000, /./),
  field("a thousandth of a millionth", DOSE, "0.000001", /no whole number|./),
  field("999,999,999 packs", ["lines", 0, "quantity", "value"], 999_999_999, /./),
  field(
    "a frequency that is none",
    ["lines", 0, "frequency", "code"],
    "q0h",
    /"q0h" is not mapped/,
  ),
  field("a route of full stops", ["lines", 0, "route", "code"], "...", /"..." is not mapped/),
];

export const FIELDS: Readonly<Record<HostileDoor, readonly HostileField[]>> = {
  json: PLAIN_FIELDS,
  fhir: FHIR_FIELDS,
  cds: CDS_FIELDS,
};
