/** A fridge, a cold room, a vehicle: its probes, its rules, and who is told. */
import * as z from "zod";
import { rulesSchema } from "../rules/alarm_rule.ts";
import { code, person, unitFields, words } from "./subject.ts";

export const UNIT_FORMS = [
  "refrigerator",
  "freezer",
  "ultra-low-freezer",
  "cold-room",
  "vehicle",
  "carrier",
] as const;
export type UnitForm = typeof UNIT_FORMS[number];

const PROBES_MAX = 20;
const RECIPIENTS_MAX = 50;
/** More than a day is no record; what the rules ask for, `compliance.ts` says. */
const INTERVAL_SECONDS_MAX = 86_400;

/** A person who is told from a level on. Where the message goes, channels know, not entries. */
const recipient = z.object({ id: code, level: z.int().min(1).max(9) });

const probe = z.object({ id: code, device: code, point: code });

/** Body of a `cold-unit`: the whole of it; of several the latest counts. */
export const unitBody = z.object({
  id: code,
  ...unitFields,
  name: words,
  form: z.enum(UNIT_FORMS),
  probes: z.array(probe).max(PROBES_MAX),
  rules: rulesSchema,
  intervalSeconds: z.int().min(1).max(INTERVAL_SECONDS_MAX),
  /** A person reads it in the morning and in the afternoon (C6); none: nobody said so. */
  manual: z.boolean().optional(),
  recipients: z.array(recipient).max(RECIPIENTS_MAX),
  /** It is not watched any more. */
  retired: z.boolean(),
  by: person,
});
export type UnitBody = z.infer<typeof unitBody>;
