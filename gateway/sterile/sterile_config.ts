/** What a site with sterilisers configures. */
import * as z from "zod";
import { nameSchema, textSchema } from "../../drivers/profile_parts.ts";
import { NODE_NAME } from "../../sync/origin.ts";
import { refuseSharedNames, steriliserShape } from "./program.ts";

const STERILISERS_MAX = 50;
const SUPPLIERS_MAX = 50;

const configured = z.strictObject({
  ...steriliserShape,
  title: textSchema.describe("What people call it"),
  device: nameSchema.describe("Its device, of a line among the sources")
    .meta({ examples: ["autoclave-1"] }),
  points: nameSchema.optional()
    .describe("Name of the map that says what its points mean; of a device with registers")
    .meta({ examples: ["enbio-steriliser"] }),
  grammar: nameSchema.optional()
    .describe("Name of the grammar of its print-outs; of a device that prints")
    .meta({ examples: ["tuttnauer-elara"] }),
}).superRefine(refuseSharedNames);
export type ConfiguredSteriliser = z.infer<typeof configured>;

export const sterileConfig = z.strictObject({
  sterilisers: z.array(configured).max(STERILISERS_MAX).default([])
    .describe("Sterilisers whose cycles are judged"),
  suppliers: z.array(z.string().regex(NODE_NAME, "want a node's name")).max(SUPPLIERS_MAX)
    .default([])
    .describe(
      "Nodes of the county that sterilise for this one; of others it is said that their " +
        "recalls may not arrive by themselves",
    ),
  rules: z.string().optional()
    .describe("File with further editions of rules, each with its id, source and first day"),
  folder: z.string().optional()
    .describe("Folder with grammars/ and point_maps/ of the site's own"),
});
export type SterileConfig = z.infer<typeof sterileConfig>;
