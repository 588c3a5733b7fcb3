/** A probe was compared with a reference (C13). */
import * as z from "zod";
import { celsius, code, person } from "./subject.ts";

const POINTS_MAX = 20;
/** More is no error of a thermometer but another thing measured. */
const ERROR_MAX = 50;

/** Body of a `cold-calibration`. */
export const calibrationBody = z.object({
  id: code,
  site: code,
  probe: code,
  /** Days, as `2026-11-29`: it counts up to the end of `validUntil`. */
  calibratedOn: z.iso.date(),
  validUntil: z.iso.date(),
  certificate: code,
  points: z.array(z.object({
    reference: celsius,
    /** Shown minus reference, °C. */
    error: z.number().min(-ERROR_MAX).max(ERROR_MAX),
  })).min(1).max(POINTS_MAX),
  by: person,
}).refine(({ calibratedOn, validUntil }) => validUntil >= calibratedOn, {
  path: ["validUntil"],
  error: "it ends before the day of calibration; look at the certificate again",
});
export type CalibrationBody = z.infer<typeof calibrationBody>;
