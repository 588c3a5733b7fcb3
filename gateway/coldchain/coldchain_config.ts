/** What a site with a cold chain configures: its units, each with probes and rules. */
import * as z from "zod";
import { fileSettings } from "../../drivers/file/settings.ts";
import { nameSchema } from "../../drivers/profile_parts.ts";
import { calibrationBody } from "./life/calibration_body.ts";
import { celsius } from "./life/subject.ts";
import { UNIT_FORMS } from "./life/unit_body.ts";
import { SILENT_SITE_PLAN, UNANSWERED_PLAN } from "./rules/plans.ts";
import { type AlarmRule, rulesSchema } from "./rules/alarm_rule.ts";
import { presetOf, PRESETS } from "./rules/presets.ts";
import { Calendar, DEFAULT_ZONE } from "./series/calendar.ts";

/** A county's central store has some hundred. */
const UNITS_MAX = 200;
/** Probes of a unit, and points of a calibration. */
const PROBES_MAX = 20;
const ROLES_MAX = 8;
/** The role by which contacts say that they want to hear of the cold chain. */
export const COLD_ROLE = "coldchain";

const calibration = z.strictObject({
  on: calibrationBody.shape.calibratedOn.describe("Day of the comparison, as 2026-03-01"),
  until: calibrationBody.shape.validUntil.describe("Last day that it counts"),
  certificate: calibrationBody.shape.certificate.describe("Number of the certificate"),
  points: z.array(z.strictObject({
    reference: celsius.describe("What the reference showed, °C"),
    error: celsius.describe("Shown by the probe minus reference, °C"),
  })).min(1).max(PROBES_MAX).describe("Where it was compared, and how wrong it was"),
}).refine(({ on, until }) => until >= on, {
  path: ["until"],
  error: "it ends before the day of calibration; look at the certificate again",
});

const probe = z.strictObject({
  id: nameSchema.describe("Its name, as on its certificate").meta({ examples: ["probe-1"] }),
  device: nameSchema.describe("Device that reads it").meta({ examples: ["fridge-1"] }),
  point: nameSchema.default("temperature").describe("Point of the device that tells it in °C"),
  calibration: calibration.optional().describe(
    "Its last calibration (C13); none: shown as missing",
  ),
});

const power = z.strictObject({
  device: nameSchema.describe("Device that tells whether the unit has power"),
  point: nameSchema.describe("Its point: a contact, or a voltage"),
  off: z.boolean().optional().describe("The contact's value while power is off"),
  below: z.number().optional().describe("Or: below this value power is off, such as 100 (V)"),
}).refine(({ off, below }) => (off === undefined) !== (below === undefined), {
  path: ["off"],
  error: "want either off, the value of the contact while power is off, or below",
});
export type PowerContact = z.infer<typeof power>;

const logger = z.strictObject({
  folder: fileSettings.shape.folder.optional()
    .describe("Folder into which exports of its loggers are dropped; none: they are uploaded"),
  serials: z.array(z.string().min(1).max(64)).max(PROBES_MAX).default([])
    .describe("Serial numbers of its loggers; a file of another one is refused. None: of any"),
  zone: z.string().default(DEFAULT_ZONE).refine(isZone, {
    error: "want the name of a time zone, such as Asia/Shanghai",
  }).describe("Time zone that the loggers' clocks are set to"),
  aheadSeconds: z.number().min(-86_400).max(86_400).optional()
    .describe("So far its clock is ahead of ours, as somebody compared them; it moves no time"),
  lookSeconds: fileSettings.shape.lookSeconds,
  settleSeconds: fileSettings.shape.settleSeconds,
});

const unit = z.strictObject({
  id: nameSchema.describe("Its id, which entries and addresses have")
    .meta({ examples: ["fridge-1"] }),
  name: z.string().min(1).max(80).describe("What people call it").meta({
    examples: ["一号冰箱"],
  }),
  form: z.enum(UNIT_FORMS).describe("What it is: transport has other limits than storage"),
  preset: z.enum(PRESETS.map(({ name }) => name)).optional()
    .describe("Alarm rules that come with the program (C2); or `rules` of its own"),
  rules: rulesSchema.optional().describe("Rules of its own, each with its source and date"),
  intervalSeconds: z.int().min(1).max(86_400).default(60)
    .describe("The longest time between two values while all is well; of two of them it is a gap"),
  roles: z.array(nameSchema).min(1).max(ROLES_MAX).default([COLD_ROLE])
    .describe("Contacts of these roles are told, each at its levels (C4, C5)"),
  manual: z.boolean().default(true)
    .describe("Whether a person reads it in the morning and in the afternoon (C6)"),
  probes: z.array(probe).max(PROBES_MAX).default([]).describe("What measures it"),
  power: power.optional()
    .describe("What tells of its power (C4); none: nobody is told that it is off"),
  logger: logger.optional()
    .describe("Loggers that lie in it and are read now and then: Fridge-tag, Q-tag, CSV"),
}).refine(({ preset, rules }) => (preset === undefined) !== (rules === undefined), {
  path: ["preset"],
  error: `want either preset, one of ${PRESETS.map(({ name }) => name).join(", ")}, or rules`,
});
export type UnitConfig = z.infer<typeof unit>;

export const coldchainConfig = z.strictObject({
  units: z.array(unit).max(UNITS_MAX).default([])
    .refine((units) => isOnce(units.map(({ id }) => id)), { error: "want each id once" })
    .refine((units) => isOnce(units.flatMap(({ probes }) => probes.map(({ id }) => id))), {
      error: "two probes have one id; give each its own",
    })
    .refine((units) => isOnce(units.flatMap(({ probes }) => probes.map(pointOf))), {
      error: "two probes name one point of a device; a point is of one unit",
    })
    .refine((units) => isOnce(units.flatMap(({ logger }) => logger?.folder ?? [])), {
      error: "two units have one folder for loggers; give each its own",
    })
    .describe("Fridges, freezers, cold rooms, vehicles and carriers"),
  unansweredMinutes: z.array(z.int().min(1).max(1440)).length(2)
    .default([...UNANSWERED_PLAN.minutes])
    .refine(([second, third]) => second <= third, {
      error: "want the third level after the second",
    })
    .describe(
      "Where a limit has one level: so long after it levels 2 and 3 are told, unless somebody " +
        "acknowledges (C4, C9)",
    ),
});
export type ColdchainConfig = z.infer<typeof coldchainConfig>;

/** Of a county: sites tell of their units by themselves. */
export const countyColdConfig = z.strictObject({
  silentSiteMinutes: z.int().min(1).max(1440).default(SILENT_SITE_PLAN.minutes[0])
    .describe("A site with units of which nothing came for so long is an alarm (C4)"),
});

export function rulesOfUnit({ preset, rules }: UnitConfig): readonly AlarmRule[] {
  return rules ?? presetOf(preset ?? "")?.rules ?? [];
}

function isZone(zone: string): boolean {
  try {
    return new Calendar(zone).zone === zone;
  } catch {
    return false;
  }
}

function isOnce(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

function pointOf({ device, point }: z.infer<typeof probe>): string {
  return JSON.stringify([device, point]);
}
