/** What tests of scales share. */
import { type FormatConfig, formatSchema } from "./formats.ts";

/** One of each kind, in all its ways. */
export const FORMATS: readonly FormatConfig[] = [
  { name: "yaohua" },
  { name: "yaohua-reply", address: "C" },
  { name: "a12e" },
  { name: "equals", characters: 8, reversed: false },
  { name: "equals", characters: 8, reversed: true },
  { name: "equals", characters: 7, reversed: true },
  { name: "toledo", checksum: "7-bit", tellsZeroed: true },
  { name: "toledo", checksum: "8-bit", tellsZeroed: true },
  { name: "toledo", checksum: "none", tellsZeroed: false },
].map((config) => formatSchema.parse(config));
