/** The kinds of entries that only this domain writes, for the domain contract. */
import type { EntryKind } from "../domain.ts";
import {
  sterileAlarmBody,
  sterileAlarmClosedBody,
  sterileAlarmLevelBody,
} from "./record/alarm_body.ts";
import { curveBody } from "./record/curve_body.ts";
import { ALARM, ALARM_CLOSED, ALARM_LEVEL, CURVE, STERILISER } from "./record/sterile_entry.ts";
import { steriliserBody } from "./record/steriliser_body.ts";
import { SUPPLY_KINDS, type SupplyKind } from "./supply/event.ts";

/** A site's own, or what the county tells it. */
const STREAMS = ["record", "to"] as const;

const ABOUT: Readonly<Record<SupplyKind, string>> = {
  "sterile-pack": "A pack was packed and labelled",
  "sterile-receipt": "A pack that another supply sterilised was received",
  "sterile-load": "A load was put into a steriliser",
  "sterile-cycle": "What the rules say of a cycle, for one load",
  "sterile-assignment": "A person said which load lay in a cycle",
  "sterile-bowie-dick": "A Bowie-Dick test was read",
  "sterile-indicator": "A chemical or biological indicator was read",
  "sterile-release-step": "One of the two steps by which a load is released",
  "sterile-issue": "A pack left for a ward",
  "sterile-use": "A pack was used on a patient",
  "sterile-recall": "Packs have to come back",
  "sterile-pack-back": "What became of a pack that was called back",
  "sterile-reversal": "A person took an entry back",
};

export const STERILE_KINDS: readonly EntryKind[] = [
  ...SUPPLY_KINDS.map(([kind, body]): EntryKind => ({
    kind,
    streams: STREAMS,
    about: ABOUT[kind],
    body,
  })),
  {
    kind: CURVE,
    streams: ["record"],
    about: "What was seen of a cycle: its samples, or its printed lines",
    body: curveBody,
  },
  {
    kind: STERILISER,
    streams: ["record"],
    about: "By what a site judges one of its sterilisers",
    body: steriliserBody,
  },
  {
    kind: ALARM,
    streams: ["alarm"],
    about: "Something of sterile supply that somebody has to look after",
    body: sterileAlarmBody,
  },
  {
    kind: ALARM_LEVEL,
    streams: ["alarm"],
    about: "An alarm that nobody closed has come to the institution, or to the regulator",
    body: sterileAlarmLevelBody,
  },
  {
    kind: ALARM_CLOSED,
    streams: ["alarm"],
    about: "A person said what came of such an alarm",
    body: sterileAlarmClosedBody,
  },
];
