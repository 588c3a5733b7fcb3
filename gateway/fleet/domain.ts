/** The county's nodes: who they are, and whether its centres hold the same. */
import * as z from "zod";
import { CENTRE_KEY, centreKeyBody, centreKeysOf } from "../centre_key_words.ts";
import { CENTRE_LOST, CENTRE_RETURNED, centreLossBody, centreLossesOf } from "../centre_losses.ts";
import type { Domain, EntryKind } from "../domain.ts";
import { days } from "./days.ts";
import { livesOf, TWINS, twinsBody } from "./lives.ts";
import { enrolmentBody, invitationBody, membersOf } from "./members.ts";

const KINDS: readonly EntryKind[] = [
  {
    kind: "invitation",
    streams: ["audit"],
    about: "A code was given out with which a node may enrol once",
    body: invitationBody,
  },
  {
    kind: "enrolment",
    streams: ["audit"],
    about: "A node proved that it has the code, and gave its key",
    body: enrolmentBody,
  },
  {
    kind: TWINS,
    streams: ["alarm"],
    about: "Two boxes say that they are one node",
    body: twinsBody,
  },
  {
    kind: CENTRE_LOST,
    streams: ["audit", "to"],
    about: "An operator declared a centre lost",
    body: centreLossBody,
  },
  {
    kind: CENTRE_RETURNED,
    streams: ["audit", "to"],
    about: "A centre that was declared lost is back",
    body: centreLossBody,
  },
  {
    kind: CENTRE_KEY,
    streams: ["audit", "to"],
    about: "A centre vouches for the new key of the other",
    body: centreKeyBody,
  },
  {
    kind: "centre-key-taken",
    streams: ["audit", "alarm"],
    about: "A new key of a centre is pinned here, on the other's word",
    body: z.object({
      centre: z.string(),
      publicKey: z.string(),
      replaced: z.string(),
      by: z.string(),
    }),
  },
  {
    kind: "repair",
    streams: ["audit"],
    about: "A person had two nodes ask each other anew",
    body: z.object({ against: z.string(), node: z.string().nullable() }),
  },
];

export const fleet: Domain = {
  name: "fleet",
  kinds: KINDS,
  projections: (authorities) => [
    days,
    membersOf(authorities),
    livesOf(authorities),
    centreLossesOf(authorities),
    centreKeysOf(authorities),
  ],
  desk: async () => (await import("./desk.ts")).openFleetDesk,
  commands: async () => (await import("./commands.ts")).addFleetCommands,
};
