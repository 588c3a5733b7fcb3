/** What profiles of all protocols have in common. */
import * as z from "zod";

/** Text for people, Chinese first. */
export const textSchema = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
export type Text = z.infer<typeof textSchema>;

/** Names of profiles, points and devices: lower case, digits and single separators. */
export const nameSchema = z.string().max(64).regex(
  /^[a-z0-9]+([._-][a-z0-9]+)*$/,
  "want lower-case letters and digits, separated by . _ or -",
);

/** A measuring point, without the place where its value is found. */
export const pointParts = {
  point: nameSchema.describe("Name of the measuring point"),
  title: textSchema.describe("What people call it"),
  unit: z.string().max(16).default("").describe("UCUM code, such as Cel, %, kg; 1 for a number"),
  min: z.number().optional().describe("Lowest value the device can mean; below it is a fault"),
  max: z.number().optional().describe("Highest value the device can mean; above it is a fault"),
  example: z.union([z.number(), z.boolean(), z.string()])
    .describe("A value as it usually is; simulators start from it"),
};

/** What stands at the head of every profile. */
export const profileParts = {
  profile: nameSchema.describe("Name of the profile"),
  title: textSchema.describe("What people call such a device"),
  source: z.string().min(1).describe("Where this knowledge comes from"),
  intervalSeconds: z.number().positive().describe("How often such a device tells its values"),
};
