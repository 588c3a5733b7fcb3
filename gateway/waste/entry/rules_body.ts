/** By which numbers a site judges its waste: it tells its county, which shows it by the same. */
import * as z from "zod";
import { wasteRules } from "../rules.ts";
import { subject } from "./subject.ts";

export const WASTE_RULES = "waste-rules";

/** Body of a `waste-rules`; numbers that only later programs know are left out. */
export const rulesBody = z.object({ ...subject, rules: z.object(wasteRules.shape) });
export type RulesBody = z.infer<typeof rulesBody>;
