/**
 * What another site wrote of waste that a site has a word on: its county tells it, entry by entry,
 * so that custody that went from site to site is the same at both.
 */
import * as z from "zod";
import { CLOCK_STATES } from "../../../sync/entry.ts";
import { code, place, subject } from "./subject.ts";

export const WASTE_TOLD = "waste-told";

const BOOT_ID = /^[0-9a-f]{32}$/;

/** Body of a `waste-told`; `site` is who is told, in whose stream it stands. */
export const toldBody = z.object({
  ...subject,
  /** Who wrote it, where and when: by that it is ordered, and its age is reckoned. */
  node: code,
  place,
  time: z.object({
    wallMs: z.int(),
    bootId: z.string().regex(BOOT_ID, "want 32 hexadecimal digits"),
    bootMs: z.int(),
    clock: z.enum(CLOCK_STATES),
  }),
  kind: code,
  /** Its body, as it was written; what does not fit `kind` is no word. */
  entry: z.record(z.string(), z.unknown()),
});
export type ToldBody = z.infer<typeof toldBody>;
