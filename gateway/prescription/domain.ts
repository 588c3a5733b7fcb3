/** Prescriptions: what a HIS sent, what came of it, and what patients have of it. */
import * as z from "zod";
import type { Domain, EntryKind } from "../domain.ts";
import { cdsFeedbackBody, draftCheckBody } from "./cds/cds_body.ts";
import { contactBody, contactClosedBody } from "./life/contact_body.ts";
import { answerBody, decisionBody } from "./life/decision_body.ts";
import { dispensingBody, doubleUseBody, returnBody } from "./life/dispensing_body.ts";
import { passTokenBody } from "./life/pass.ts";
import { prescriptionBody, voidBody } from "./life/prescription_body.ts";
import { sameKeyBody, sameKeySeenBody } from "./life/same_key_body.ts";
import { verdictBody } from "./life/verdict_body.ts";
import { CONFLICT, conflictBody } from "./record/conflict.ts";
import { REVIEW_WAITING, waitingBody } from "./review/waiting_body.ts";
import { leftOutBody, WEBHOOK, WEBHOOK_LEFT_OUT, webhookBody } from "./told/webhook_body.ts";
import { PRESCRIPTION_STUCK, stuckBody } from "./record/stuck_body.ts";
import { prescriptionsOf } from "./record/life_projection.ts";
import { stuckRows } from "./record/stuck_rows.ts";
import * as rules from "./release/release_entries.ts";
import { releasesOf } from "./release/release_tables.ts";
import { OFFICE_KINDS } from "./office/office_kinds.ts";
import { officeOf } from "./office/office_projection.ts";

/** A site's own, or what the county tells it. */
const STREAMS = ["record", "to"] as const;

const LIFE: readonly (readonly [kind: string, about: string, body: z.ZodType])[] = [
  ["prescription", "A prescription as a HIS sent it", prescriptionBody],
  ["prescription-void", "The HIS takes a prescription back", voidBody],
  ["verdict", "What rules say of a prescription, with all that they rest on", verdictBody],
  ["decision", "What a pharmacist decided", decisionBody],
  ["answer", "What the prescriber answered to a verdict or a decision", answerBody],
  ["pass-token", "A token that no verdict or decision could bear", passTokenBody],
  ["dispensing", "Goods left the pharmacy on a token", dispensingBody],
  ["dispensing-return", "Goods came back", returnBody],
  ["contact-case", "A patient has to be called: goods left that should not have", contactBody],
  ["contact-case-closed", "What came of that call", contactClosedBody],
  [
    "prescription-same-key-seen",
    "A person has looked at two prescriptions under one Idempotency-Key",
    sameKeySeenBody,
  ],
];

const KINDS: readonly EntryKind[] = [
  ...LIFE.map(([kind, about, body]): EntryKind => ({ kind, streams: STREAMS, about, body })),
  {
    kind: "draft-check",
    streams: ["record"],
    about: "What rules said of a draft, before it was signed",
    body: draftCheckBody,
  },
  {
    kind: "cds-feedback",
    streams: ["record"],
    about: "What a prescriber did about the cards of such a check",
    body: cdsFeedbackBody,
  },
  {
    kind: "prescription-double-use",
    streams: ["alarm"],
    about: "Goods left twice on one prescription",
    body: doubleUseBody,
  },
  {
    kind: "prescription-same-key",
    streams: ["alarm", "to"],
    about: "Two nodes that were apart took other prescriptions under one Idempotency-Key",
    body: sameKeyBody,
  },
  {
    kind: PRESCRIPTION_STUCK,
    streams: ["alarm"],
    about: "Prescriptions that a node cannot decide, or cannot tell what is due of, for minutes",
    body: stuckBody,
  },
  {
    kind: WEBHOOK,
    streams: ["alarm"],
    about: "The HIS does not take what it is told of prescriptions, or does again",
    body: webhookBody,
  },
  {
    kind: WEBHOOK_LEFT_OUT,
    streams: ["alarm"],
    about:
      "Changes of prescriptions that the HIS was not told: it refused them, or was away too long",
    body: leftOutBody,
  },
  {
    kind: REVIEW_WAITING,
    streams: ["alarm"],
    about: "Prescriptions wait too long for a pharmacist, or none does any more",
    body: waitingBody,
  },
  {
    kind: CONFLICT,
    streams: ["alarm"],
    about: "Another prescription was sent under a key that is taken, and refused",
    body: conflictBody,
  },
  {
    kind: rules.RULES_PART,
    streams: STREAMS,
    about: "A part of a rule pack, a drug list, a mapping or a registry that the county releases",
    body: rules.partBody,
  },
  {
    kind: rules.RULES_SWITCH,
    streams: STREAMS,
    about: "Which packs, drug list, mappings and registry are in force together, and from when",
    body: rules.switchBody,
  },
  {
    kind: rules.RULES_REFUSED,
    streams: ["alarm"],
    about: "A node cannot read what was released, and reviews by what it had",
    body: rules.refusedBody,
  },
  ...OFFICE_KINDS,
];

export const prescription: Domain = {
  name: "prescription",
  kinds: KINDS,
  projections: (authorities) => [
    prescriptionsOf(authorities),
    releasesOf(authorities),
    officeOf(authorities),
    stuckRows,
  ],
  desk: async () => (await import("./desk_opening.ts")).openPrescriptionDesk,
  commands: async () => (await import("./release/release_commands.ts")).addRuleCommands,
};
