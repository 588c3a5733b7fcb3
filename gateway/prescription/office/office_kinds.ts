/** Kinds of entries of the office; each centre writes them, and both hold them. */
import type { EntryKind } from "../../domain.ts";
import { commentBody, rosterBody, sampleBody } from "./office_bodies.ts";

export const ROSTER = "roster-change";
export const SAMPLE = "sample-drawn";
export const COMMENT = "prescription-comment";

export const OFFICE_KINDS: readonly EntryKind[] = [
  {
    kind: ROSTER,
    streams: ["record"],
    about: "Who is on duty when, or not any more",
    body: rosterBody,
  },
  {
    kind: SAMPLE,
    streams: ["record"],
    about: "Which prescriptions of a month are to be commented on",
    body: sampleBody,
  },
  {
    kind: COMMENT,
    streams: ["record"],
    about: "What a pharmacist says of a prescription afterwards",
    body: commentBody,
  },
];
