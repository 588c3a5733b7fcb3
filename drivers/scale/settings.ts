/** Settings of the line to one scale. */
import * as z from "zod";
import { nameSchema, textSchema } from "../profile_parts.ts";
import { ownSerialSettings, socketSettings } from "../serial/settings.ts";
import { type ScaleProfile, scaleProfile } from "./profile.ts";

const device = z.strictObject({
  id: nameSchema.describe("Name of the scale, as stored"),
  title: textSchema.optional().describe("What people call it; none: as its profile says"),
  profile: scaleProfile,
  intervalSeconds: z.number().min(0.1).max(3600).optional()
    .describe("How often it is told what the scale shows; none: as its profile says"),
  minimum: z.number().positive().optional()
    .describe("Below it the scale counts as empty, in the profile's unit; none: its minimum"),
  maximum: z.number().positive().optional()
    .describe("What the scale can weigh, in the profile's unit; none: its maximum"),
  division: z.number().positive().optional()
    .describe("Its smallest step, in the profile's unit; none: as its profile says"),
}).superRefine(({ profile, minimum, maximum }, context) => {
  const most = maximum ?? profile.maximum;
  if ((minimum ?? profile.minimum) < most) return;
  const message = `want less than the maximum of ${most}`;
  context.addIssue({ code: "custom", path: ["minimum"], message });
});

export const scaleSettings = z.strictObject({
  connection: z.discriminatedUnion("type", [ownSerialSettings, socketSettings])
    .describe("How the scale is reached"),
  devices: z.array(device).length(1).describe("The scale: a line has one"),
});
export type ScaleSettings = z.infer<typeof scaleSettings>;
export type ScaleDevice = ScaleSettings["devices"][number];

/** The device's profile, for the platform that its indicator is wired to. */
export function platformOf({ profile, ...own }: ScaleDevice): ScaleProfile {
  const { minimum, maximum, division } = profile;
  return {
    ...profile,
    minimum: own.minimum ?? minimum,
    maximum: own.maximum ?? maximum,
    division: own.division ?? division,
  };
}
