/** Settings of a folder into which somebody drops files. */
import * as z from "zod";
import { nameSchema } from "../profile_parts.ts";

/** A year of a logger's five-minute rows is 3 MB. */
export const FILE_BYTES_MAX = 16 << 20;

export const fileSettings = z.strictObject({
  device: nameSchema.describe("Whose files they are, as stored"),
  folder: z.string().regex(/^\//, "want a whole path, such as /srv/loggers/fridge-1")
    .describe("Folder into which files are dropped; it is there already"),
  lookSeconds: z.number().min(0.01).max(3600).default(2).describe("How often it is looked at"),
  settleSeconds: z.number().min(0).max(3600).default(10)
    .describe("A file that has not changed for so long is whole"),
  fileBytesMax: z.int().min(1).max(FILE_BYTES_MAX).default(FILE_BYTES_MAX)
    .describe("A larger file is refused, bytes"),
});
export type FileSettings = z.infer<typeof fileSettings>;
