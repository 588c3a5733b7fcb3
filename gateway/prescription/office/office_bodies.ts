/** What the office around review writes: who is on duty, what is drawn, what is said of it. */
import * as z from "zod";
import { code, numberFields, person, words } from "../life/subject.ts";
import { COMMENT_CODES } from "./comment_items.ts";
import { DRAWN_OF_COUNTY_MAX, POPULATION_MAX } from "./sample.ts";

/** More than a county has. */
const HOSPITALS_MAX = 200;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "want a time such as 08:00");

export const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const month = z.string().regex(MONTH, "want a month such as 2026-11");

/**
 * Body of a `roster-change`: `account` is on duty that day from one time to another, in
 * Asia/Shanghai; an end before the beginning is on the next day. `off` takes it back.
 */
export const rosterBody = z.object({
  id: code,
  day: z.iso.date("want a day such as 2026-11-28"),
  account: code,
  from: clockTime,
  to: clockTime,
  duty: z.enum(["on", "off"]),
  by: person,
}).refine(({ from, to }) => from !== to, {
  path: ["to"],
  error: "want another time than from",
});
export type RosterBody = z.infer<typeof rosterBody>;

const drawnOf = (populationMax: number) =>
  z.object({
    population: z.int().min(0).max(populationMax),
    drawn: z.array(z.object({ site: numberFields.site, number: numberFields.prescription }))
      .max(DRAWN_OF_COUNTY_MAX),
  });

/**
 * Body of a `sample-drawn`: once for a month. Of two that were drawn apart the one with the higher
 * seed counts, at both centres.
 */
export const sampleBody = z.object({
  id: code,
  /** Names of its centres, in their order, with `+` between. */
  county: z.string().min(1).max(200),
  month,
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  outpatient: drawnOf(POPULATION_MAX.outpatient),
  discharge: drawnOf(POPULATION_MAX.discharge),
  /** Of which each has a sample of its own; absent: one was drawn of all sites together. */
  hospitals: z.array(numberFields.site).max(HOSPITALS_MAX).optional(),
  by: person,
});
export type SampleBody = z.infer<typeof sampleBody>;

export const commentFields = {
  month,
  site: numberFields.site,
  prescription: numberFields.prescription,
  judgement: z.enum(["reasonable", "unreasonable"]),
  items: z.array(z.enum(COMMENT_CODES)).max(COMMENT_CODES.length),
  text: words.optional(),
};

/** Body of a `prescription-comment`, of a month's sample or of the comment pool (P10, P13). */
export const commentBody = z.object({ id: code, ...commentFields, by: person })
  .refine(({ judgement, items }) => (judgement === "unreasonable") === items.length > 0, {
    path: ["items"],
    error: "want items where it is unreasonable, and none where it is reasonable",
  });
export type CommentBody = z.infer<typeof commentBody>;
