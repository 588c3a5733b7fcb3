/** The kinds of entries that only this domain writes, for the domain contract. */
import type * as z from "zod";
import type { EntryKind } from "../domain.ts";
import { alarmBody, alarmOverBody } from "./alarm/alarm_body.ts";
import { epidemicBody } from "./clock/epidemic.ts";
import { boxedBody, sealedBody, weighedBody } from "./entry/bag_body.ts";
import { confirmationBody } from "./entry/confirmation.ts";
import { resolutionBody, reversalBody } from "./entry/correction_body.ts";
import type { WasteKind } from "./entry/event.ts";
import { manifestBody, manifestNumberBody } from "./entry/manifest_body.ts";
import {
  departedBody,
  disposedBody,
  handoverBody,
  receivedBody,
  storedBody,
} from "./entry/move_body.ts";
import { rulesBody, WASTE_RULES } from "./entry/rules_body.ts";
import { toldBody, WASTE_TOLD } from "./entry/told_body.ts";

/** A site's own, or what the county tells it. */
const STREAMS = ["record", "to"] as const;

const LIFE: Readonly<Record<WasteKind, readonly [about: string, body: z.ZodType]>> = {
  "waste-sealed": ["A bag was sealed, with category, ward and weight", sealedBody],
  "waste-weighed": ["A bag was put on a scale once more", weighedBody],
  "waste-boxed": ["Bags or loads were put into a box", boxedBody],
  "waste-handover": ["Waste went from one custodian to another", handoverBody],
  "waste-stored": ["A temporary store took what was collected", storedBody],
  "waste-departed": ["The carrier took waste on a manifest", departedBody],
  "waste-received": ["The disposer's receipt", receivedBody],
  "waste-disposed": ["The disposer says that it is disposed of", disposedBody],
  "waste-manifest": ["A transfer manifest, or a draft of one", manifestBody],
  "waste-manifest-number": ["The national number of a manifest", manifestNumberBody],
  "waste-confirmation": ["A second person confirmed an entry", confirmationBody],
  "waste-reversal": ["Two persons took an entry back", reversalBody],
  "waste-resolution": ["A person said which of several entries is right", resolutionBody],
};

export const WASTE_ENTRY_KINDS: readonly EntryKind[] = [
  ...Object.entries(LIFE).map(([kind, [about, body]]): EntryKind => ({
    kind,
    streams: STREAMS,
    about,
    body,
  })),
  {
    kind: WASTE_TOLD,
    streams: ["to"],
    about: "What another site wrote of waste that this one has a word on",
    body: toldBody,
  },
  {
    kind: WASTE_RULES,
    streams: ["record"],
    about: "By which numbers a site judges its waste, as it is configured",
    body: rulesBody,
  },
  {
    kind: "waste-epidemic",
    streams: ["audit", "to"],
    about: "The shorter limits of an epidemic were switched on or off",
    body: epidemicBody,
  },
  {
    kind: "waste-alarm",
    streams: ["alarm"],
    about: "Waste that somebody has to look after",
    body: alarmBody,
  },
  {
    kind: "waste-alarm-over",
    streams: ["alarm"],
    about: "Such an alarm is over",
    body: alarmOverBody,
  },
];
