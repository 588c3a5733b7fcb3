/** What is kept of a HIS that asks before an order is signed. */
import * as z from "zod";
import { HISTORY_REACHES } from "../facts.ts";
import { verdictBody } from "../life/verdict_body.ts";
import { code } from "../life/subject.ts";
import { prescription } from "../prescription.ts";
import { feedbackBody } from "./feedback.ts";

/** A client's name and what goes before it. */
const WHO_LENGTH_MAX = 300;

const told = { site: code, who: z.string().max(WHO_LENGTH_MAX) };

const SERVICE_IDS = ["prescription-select", "prescription-sign"] as const;

/**
 * Body of a `draft-check`: what rules said of a draft. It is no verdict, and lets nothing pass.
 * `id` is the call's `hookInstance`; the draft, versions and history give the same findings again.
 */
export const draftCheckBody = verdictBody
  .pick({ mode: true, outcome: true, findings: true, pack: true, mapping: true })
  .extend(verdictBody.pick({ history: true, unheard: true }).shape)
  .extend({
    ...told,
    id: z.uuid(),
    service: z.enum(SERVICE_IDS),
    draft: prescription,
    historyReach: z.enum(HISTORY_REACHES).optional(),
    /** The card of each finding, by which feedback names it. */
    cards: z.array(z.uuid()),
  });
export type DraftCheckBody = z.infer<typeof draftCheckBody>;

/** Body of a `cds-feedback`: what the prescriber did about cards, as CDS Hooks 2.0 has it. */
export const cdsFeedbackBody = feedbackBody.extend(told);
export type CdsFeedbackBody = z.infer<typeof cdsFeedbackBody>;
