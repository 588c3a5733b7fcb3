/**
 * The parts of FHIR R4 resources that a prescription is read of (hl7.org/fhir/R4). What is not
 * named here is passed over; what changes the meaning of the rest is refused: `modifierExtension`
 * and `implicitRules`, as the standard demands of whoever does not know them (extensibility.html).
 */
import * as z from "zod";

/** Elements of one list: a prescription has sixty lines, and each may have a few of these. */
const LIST_MAX = 200;

const list = <T extends z.ZodType>(of: T) => z.array(of).max(LIST_MAX);
const none = (error: string) =>
  z.unknown().refine((found) => found === undefined, error).optional();
const MODIFIERS = {
  modifierExtension: none("want none: what it changes is not known here"),
  implicitRules: none("want none: what it changes is not known here"),
};

const extension = z.looseObject({
  url: z.string(),
  valueString: z.string().optional(),
  valueCode: z.string().optional(),
  valueBoolean: z.boolean().optional(),
  valueInteger: z.number().optional(),
  valuePositiveInt: z.number().optional(),
});
const coding = z.looseObject({
  system: z.string().optional(),
  code: z.string().optional(),
  display: z.string().optional(),
  userSelected: z.boolean().optional(),
});
const concept = z.looseObject({ coding: list(coding).optional(), text: z.string().optional() });
export type Concept = z.infer<typeof concept>;

const identifier = z.looseObject({
  system: z.string().optional(),
  value: z.string().optional(),
  type: concept.optional(),
  extension: list(extension).optional(),
});
export type Identifier = z.infer<typeof identifier>;

const reference = z.looseObject({
  reference: z.string().optional(),
  identifier: identifier.optional(),
  display: z.string().optional(),
});
export type Reference = z.infer<typeof reference>;

const quantity = z.looseObject({
  value: z.number().optional(),
  comparator: none("want an amount, not a bound of one"),
  unit: z.string().optional(),
  code: z.string().optional(),
});
export type Quantity = z.infer<typeof quantity>;

const humanName = z.looseObject({
  use: z.string().optional(),
  text: z.string().optional(),
  family: z.string().optional(),
  given: list(z.string()).optional(),
});
export type HumanName = z.infer<typeof humanName>;

const one = <T extends z.ZodType>(of: T, what: string) =>
  z.array(of).refine((all) => all.length === 1, `want one ${what}: a line is taken in one way`);

const dosage = z.looseObject({
  ...MODIFIERS,
  additionalInstruction: list(concept).optional(),
  timing: z.looseObject({
    code: concept.optional(),
    repeat: z.looseObject({ boundsDuration: quantity.optional() }).optional(),
  }).optional(),
  route: concept.optional(),
  doseAndRate: one(
    z.looseObject({
      doseQuantity: quantity.optional(),
      doseRange: none("want doseQuantity: a range is no dose"),
    }),
    "element",
  ).optional(),
});

const medicationRequest = z.looseObject({
  resourceType: z.literal("MedicationRequest"),
  ...MODIFIERS,
  extension: list(extension).optional(),
  status: z.string(),
  intent: z.string(),
  doNotPerform: z.boolean().refine((not) => !not, "want false: what is not to be given is no line")
    .optional(),
  category: list(concept).optional(),
  medicationCodeableConcept: concept.optional(),
  medicationReference: reference.optional(),
  subject: reference,
  encounter: reference.optional(),
  authoredOn: z.string().optional(),
  requester: reference.optional(),
  reasonCode: list(concept).optional(),
  reasonReference: list(reference).optional(),
  groupIdentifier: identifier.optional(),
  dosageInstruction: one(dosage, "dosage").optional(),
  dispenseRequest: z.looseObject({
    ...MODIFIERS,
    quantity: quantity.optional(),
    expectedSupplyDuration: quantity.optional(),
    validityPeriod: z.looseObject({ end: z.string().optional() }).optional(),
    numberOfRepeatsAllowed: z.number()
      .refine((repeats) => repeats === 0, "want 0: each supply is a prescription of its own")
      .optional(),
  }).optional(),
});

const statusOf = { clinicalStatus: concept.optional(), verificationStatus: concept.optional() };

/** The resources that are read. */
export const resource = z.discriminatedUnion("resourceType", [
  medicationRequest,
  z.looseObject({
    resourceType: z.literal("Patient"),
    ...MODIFIERS,
    identifier: list(identifier).optional(),
    name: list(humanName).optional(),
    gender: z.string().optional(),
    birthDate: z.string().optional(),
  }),
  z.looseObject({
    resourceType: z.literal("Condition"),
    ...MODIFIERS,
    ...statusOf,
    code: concept.optional(),
    subject: reference,
  }),
  z.looseObject({
    resourceType: z.literal("AllergyIntolerance"),
    ...MODIFIERS,
    ...statusOf,
    code: concept.optional(),
    patient: reference,
  }),
  z.looseObject({
    resourceType: z.literal("Observation"),
    ...MODIFIERS,
    status: z.string(),
    code: concept,
    subject: reference.optional(),
    effectiveDateTime: z.string().optional(),
    valueQuantity: quantity.optional(),
    valueCodeableConcept: concept.optional(),
  }),
  z.looseObject({
    resourceType: z.literal("Practitioner"),
    ...MODIFIERS,
    identifier: list(identifier).optional(),
    name: list(humanName).optional(),
  }),
  z.looseObject({
    resourceType: z.literal("PractitionerRole"),
    ...MODIFIERS,
    practitioner: reference.optional(),
    organization: reference.optional(),
  }),
  z.looseObject({
    resourceType: z.literal("Organization"),
    ...MODIFIERS,
    name: z.string().optional(),
  }),
  z.looseObject({
    resourceType: z.literal("Medication"),
    ...MODIFIERS,
    code: concept.optional(),
  }),
  z.looseObject({
    resourceType: z.literal("Encounter"),
    ...MODIFIERS,
    class: coding.optional(),
  }),
]);
export type Resource = z.infer<typeof resource>;
export type ResourceType = Resource["resourceType"];
export type ResourceOf<T extends ResourceType> = Extract<Resource, { resourceType: T }>;

const TYPES: ReadonlySet<string> = new Set(
  resource.options.map(({ shape }) => shape.resourceType.value),
);

/** Whether resources of this type are read; of others nothing is asked. */
export function isRead(type: unknown): boolean {
  return typeof type === "string" && TYPES.has(type);
}

export function isOf<T extends ResourceType>(one: Resource, type: T): one is ResourceOf<T> {
  return one.resourceType === type;
}

/** A resource before its type is looked at. */
export const anyResource = z.looseObject({
  resourceType: z.string(),
  id: z.string().optional(),
  contained: list(z.looseObject({ resourceType: z.string(), id: z.string() })).optional(),
});
export type AnyResource = z.infer<typeof anyResource>;

const entry = z.looseObject({ fullUrl: z.string().optional(), resource: anyResource });

/** A Bundle that is sent to be read as one prescription. */
export const bundle = z.looseObject({
  resourceType: z.literal("Bundle"),
  type: z.string().refine(
    (type) => type === "collection",
    'want "collection": it is read as one prescription, and no resource is stored by itself',
  ),
  entry: z.array(entry).min(1).max(LIST_MAX),
});

/** A Bundle of whatever type that is a part of something else. */
export const innerBundle = z.looseObject({
  resourceType: z.literal("Bundle"),
  entry: list(entry).optional(),
});
